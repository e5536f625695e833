import { type ConsumerDefinition, type DeadLetterBody, type OutgoingMessage, subjects } from "@mailfleet/contracts";
import type { Delivery } from "./delivery.ts";
import { maximumBodyBytes } from "./limits.ts";

/** Headers are kept up to this size; ours take a few hundred bytes. */
const maximumHeaderBytes = 16 * 1024;

/** The message for DEAD: everything that is needed to understand the delivery and to publish it again. */
export function deadLetter(definition: ConsumerDefinition, delivery: Delivery, reason: string): OutgoingMessage {
  const cut = delivery.data.length > maximumBodyBytes ? `; only its first ${maximumBodyBytes} bytes are kept` : "";
  const body: DeadLetterBody = {
    reason: `${reason}${cut}`.slice(0, 4000),
    subject: delivery.subject,
    stream: delivery.stream,
    sequence: delivery.sequence,
    deliveries: delivery.deliveries,
    headers: plainHeaders(delivery),
    data: Buffer.from(delivery.data.subarray(0, maximumBodyBytes)).toString("base64"),
    at: delivery.storedAt,
  };
  return {
    id: `dead:${definition.name}:${delivery.stream}:${delivery.sequence}:${delivery.storedAt}`,
    subject: subjects.dead(definition.service, definition.name),
    type: "dead.letter.v1",
    at: delivery.storedAt,
    body,
  };
}

function plainHeaders(delivery: Delivery): Record<string, string> {
  const result: Record<string, string> = {};
  let bytes = 0;
  for (const name of delivery.headers?.keys() ?? []) {
    const value = delivery.headers?.get(name) ?? "";
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    if (bytes <= maximumHeaderBytes) result[name] = value;
  }
  return result;
}
