import { headerNames, type MessageBody, type MessageType, readMessage } from "@mailfleet/contracts";
import { JetStreamApiError, type JetStreamManager } from "@nats-io/jetstream";
import { BusOutage } from "./outage.ts";

/** JetStream's error codes for a message or stream that is not there. */
const missing: ReadonlySet<number> = new Set([10037, 10059]);

/** The body of the last message on a subject; `null` if there is none, or no such stream. */
export async function latest<Type extends MessageType>(
  jsm: JetStreamManager,
  { stream, subject, type }: { readonly stream: string; readonly subject: string; readonly type: Type },
): Promise<MessageBody<Type> | null> {
  const found = await jsm.streams.getMessage(stream, { last_by_subj: subject }).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && missing.has(error.code)) return null;
    throw new BusOutage(`NATS does not give the last message of ${stream}`, { cause: error });
  });
  if (!found) return null;
  const read = readMessage(found.header.get(headerNames.type), found.json(), [type]);
  if (!read.ok) throw new Error(`the last message on ${subject}: ${read.reason}`);
  return read.body;
}
