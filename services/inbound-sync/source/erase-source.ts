import type { Removed } from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import { removeKept } from "./forget-removed.ts";

/** Removes all that is kept of a mailbox; a mark with its id is left for a month, so that nothing comes back late. */
export async function eraseSource(
  ports: Pick<InboundPorts, "sources" | "messages" | "fingerprints" | "names" | "now">,
  { mailboxId }: { readonly mailboxId: string },
): Promise<Removed> {
  await ports.sources.remove(mailboxId, ports.now());
  const messages = await ports.messages.countAll(mailboxId);
  await removeKept(ports, mailboxId);
  return { "received messages": messages };
}
