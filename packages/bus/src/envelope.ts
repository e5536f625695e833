import { headerNames, type MessageType, type OutgoingMessage, readMessage } from "@mailfleet/contracts";
import { headers, type MsgHdrs } from "@nats-io/transport-node";
import type { Incoming } from "./bus.ts";
import type { Delivery } from "./delivery.ts";
import { maximumBodyBytes } from "./limits.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Headers and bytes of a message. Throws if the body is too large for a dead letter to hold it. */
export function encode(message: OutgoingMessage): { headers: MsgHdrs; data: Uint8Array } {
  const data = encoder.encode(JSON.stringify(message.body));
  if (data.length > maximumBodyBytes)
    throw new Error(`${message.type} has ${data.length} bytes; bodies do not travel on the bus (${maximumBodyBytes})`);
  const result = headers();
  const set = (name: string, value: string | number | undefined) => {
    if (value !== undefined) result.set(name, String(value));
  };
  set(headerNames.id, message.id);
  set(headerNames.type, message.type);
  set(headerNames.mailbox, message.mailboxId);
  set(headerNames.sequence, message.sequence);
  set(headerNames.generation, message.generation);
  set(headerNames.at, message.at);
  set(headerNames.correlation, message.correlation);
  set(headerNames.causation, message.causation);
  set(headerNames.traceparent, message.traceparent);
  return { headers: result, data };
}

/** The message if it is one of these types and fits its schema, else why not. Whatever came, it never throws. */
export function decode<Type extends MessageType>(
  delivery: Delivery,
  types: readonly Type[],
): { ok: true; message: Incoming<Type> } | { ok: false; reason: string } {
  const header = (name: string) => delivery.headers?.get(name) || undefined;
  if (delivery.data.length > maximumBodyBytes)
    return { ok: false, reason: `the body has ${delivery.data.length} bytes, at most ${maximumBodyBytes} are read` };
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(delivery.data));
  } catch {
    return { ok: false, reason: "the body is not JSON" };
  }
  const read = readMessage(header(headerNames.type) ?? "", json, types);
  if (!read.ok) return read;
  const context = {
    mailboxId: header(headerNames.mailbox),
    generation: wholeNumber(header(headerNames.generation)),
    correlation: header(headerNames.correlation),
    causation: header(headerNames.causation),
    traceparent: header(headerNames.traceparent),
  };
  const message = {
    id: header(headerNames.id) ?? `${delivery.stream}:${delivery.sequence}`,
    subject: delivery.subject,
    type: read.type,
    body: read.body,
    at: wholeNumber(header(headerNames.at)) ?? delivery.storedAt,
    sequence: delivery.sequence,
    deliveries: delivery.deliveries,
    ...Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined)),
  };
  // `type` and `body` belong together by what `readMessage` promises; the compiler cannot follow it through the union.
  return { ok: true, message: message as unknown as Incoming<Type> };
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
