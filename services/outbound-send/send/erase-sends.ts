import type { Removed } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";

const page = 200;

/** Removes all sends of a mailbox, with their bytes and what is known of its work. */
export async function eraseSends(
  { sends, uploads, activity, worker }: Pick<OutboundPorts, "sends" | "uploads" | "activity" | "worker">,
  { mailboxId }: { readonly mailboxId: string },
): Promise<Removed> {
  worker.connections.forget(mailboxId);
  let count = 0;
  for (let found = await sends.someOf(mailboxId, page); found.length > 0; found = await sends.someOf(mailboxId, page)) {
    for (const { uploadId } of found) if (uploadId !== undefined) await uploads.remove(uploadId);
    count += await sends.eraseSome(found.map(({ id }) => id));
  }
  await activity.remove(mailboxId);
  return { sends: count };
}
