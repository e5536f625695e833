import { headerNames, type MessageType, type OutgoingMessage, readMessage } from "@mailfleet/contracts";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import type { Latest } from "./bus.ts";
import { encode } from "./envelope.ts";
import { BusOutage } from "./outage.ts";
import type { StoreMessage } from "./store-message.ts";

/** JetStream's error codes for a message or stream that is not there. */
const missing: ReadonlySet<number> = new Set([10037, 10059]);
/** Its code for "the last message has another number". */
const another = 10071;

/** The last message on a subject; `null` if there is none, or no such stream. */
export async function latest<Type extends MessageType>(
  jsm: JetStreamManager,
  { stream, subject, type }: { readonly stream: string; readonly subject: string; readonly type: Type },
): Promise<Latest<Type> | null> {
  const found = await jsm.streams.getMessage(stream, { last_by_subj: subject }).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && missing.has(error.code)) return null;
    throw new BusOutage(`NATS does not give the last message of ${stream}`, { cause: error });
  });
  if (!found) return null;
  const read = readMessage(found.header.get(headerNames.type), found.json(), [type]);
  if (!read.ok) throw new Error(`the last message on ${subject}: ${read.reason}`);
  return { body: read.body, sequence: found.seq };
}

/** Puts a message behind the one with this number (0: behind none). False: another was faster. */
export async function putBehind(store: StoreMessage, message: OutgoingMessage, sequence: number): Promise<boolean> {
  const { headers, data } = encode(message);
  headers.set("Nats-Expected-Last-Subject-Sequence", String(sequence));
  try {
    return (await store({ subject: message.subject, headers, data })) === "stored";
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === another) return false;
    throw new BusOutage(`NATS does not take ${message.type}`, { cause: error });
  }
}
