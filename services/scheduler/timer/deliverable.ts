import {
  directions,
  type MessageType,
  messageTypes,
  parseSubject,
  purposes,
  readMessage,
  streams,
  type TimerDelivery,
} from "@mailfleet/contracts";
import { targetOf } from "./targets.ts";

const everyType = Object.keys(messageTypes) as MessageType[];
const token = /^[A-Za-z0-9_-]+$/;

/**
 * Why this cannot be delivered, or `null`. Found out when the timer is set: a message that no stream takes would hold up
 * all that are due with it.
 */
export function undeliverable(deliver: TimerDelivery): string | null {
  const { subject } = deliver;
  const parsed = parseSubject(subject);
  const target = targetOf(subject);
  if (!parsed || !target) return `a timer cannot deliver to ${subject}`;
  const tokens = subject.split(".");
  const fits = (pattern: string) => {
    const parts = pattern.split(".");
    return parts.length === tokens.length && parts.every((part, n) => part === "*" || part === tokens[n]);
  };
  if (!tokens.every((one) => token.test(one)) || !streams[target].subjects.some(fits))
    return `no stream takes ${subject}`;
  if (
    parsed.stream === "RUNS" &&
    !(directions.some((one) => one === parsed.direction) && purposes.some((one) => one === parsed.purpose))
  )
    return `no consumer takes ${subject}`;
  const read = readMessage(deliver.type, deliver.body, everyType);
  return read.ok ? null : `what the timer delivers cannot be handled: ${read.reason}`;
}
