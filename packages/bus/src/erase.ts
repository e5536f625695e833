import { naming, subjectsOfAny, subjectsOfMailbox } from "@mailfleet/contracts";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { BusOutage } from "./outage.ts";

/** JetStream's codes for a message or a stream that is not there. */
const missing: ReadonlySet<number> = new Set([10037, 10059]);

/**
 * Removes every message about a mailbox from all streams: by subject where the subject names it, else by what the message
 * holds, its id or its address. Returns how many there were. Throws `BusOutage`.
 */
export async function eraseMessages(
  jsm: JetStreamManager,
  { mailboxId, address }: { readonly mailboxId: string; readonly address: string },
): Promise<number> {
  try {
    let count = 0;
    for (const { stream, subject } of subjectsOfMailbox(mailboxId))
      count += (await jsm.streams.purge(stream, { filter: subject })).purged;
    const named = new RegExp(`${mailboxId}|${naming(address)}`, "i");
    for (const place of subjectsOfAny) count += await eraseHolding(jsm, place, named);
    return count;
  } catch (error) {
    throw new BusOutage("NATS does not remove the messages of a mailbox", { cause: error });
  }
}

async function eraseHolding(
  jsm: JetStreamManager,
  { stream, subject }: (typeof subjectsOfAny)[number],
  named: RegExp,
): Promise<number> {
  let count = 0;
  for (let seq = 1; ; ) {
    // The server knows this question; the types of the client know it for direct gets only.
    const next = { seq, next_by_subj: subject } as unknown as { seq: number };
    const found = await jsm.streams.getMessage(stream, next).catch(unlessMissing);
    if (!found) return count;
    seq = found.seq + 1;
    if (!textsOf(found).some((text) => named.test(text))) continue;
    // Its bytes are written over.
    await jsm.streams.deleteMessage(stream, found.seq, true);
    count += 1;
  }
}

function unlessMissing(error: unknown): null {
  if (error instanceof JetStreamApiError && missing.has(error.code)) return null;
  throw error;
}

/** Its body, its headers, and the message that a dead letter carries as base64. */
function textsOf({ data, header }: { readonly data: Uint8Array; readonly header: unknown }): string[] {
  const body = Buffer.from(data).toString("utf8");
  const carried = /"data":"([^"]*)"/i.exec(body)?.[1] ?? "";
  return [body, String(header), Buffer.from(carried, "base64").toString("utf8")];
}
