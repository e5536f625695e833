import type { FetchedMessage } from "@mailfleet/connector-api";
import { isDraft } from "./find-new.ts";
import { malformed } from "./gmail-client.ts";
import { nativeIdOf } from "./gmail-cursor.ts";

/** What Gmail says about a message in addition to its bytes. */
export interface MessageFacts {
  readonly receivedAt: number;
  readonly size: number;
  readonly draft: boolean;
}

/** A whole answer to `messages.get` as a message. Throws PROTOCOL_ERROR for anything else. */
export function readMessage(id: string, body: Buffer): { message: FetchedMessage; draft: boolean } {
  const value = parse(body);
  const facts = factsOf(value);
  const raw = value.raw;
  if (typeof raw !== "string") throw malformed("messages.get", "the answer has no raw message");
  const bytes = Buffer.from(raw, "base64url");
  // The decoder skips what is not base64url; then bytes are missing.
  const padding = raw.endsWith("==") ? 2 : raw.endsWith("=") ? 1 : 0;
  if (bytes.byteLength !== Math.floor(((raw.length - padding) * 3) / 4))
    throw malformed("messages.get", "the raw message is not base64url");
  return { message: messageOf(id, { ...facts, size: bytes.byteLength }, bytes), draft: facts.draft };
}

/** An answer without its raw message. Throws PROTOCOL_ERROR. */
export function readFacts(body: Buffer): MessageFacts {
  return factsOf(parse(body));
}

/** A message in the form the worker gets. */
export function messageOf(id: string, { receivedAt, size }: MessageFacts, raw: FetchedMessage["raw"]): FetchedMessage {
  return { nativeId: nativeIdOf(receivedAt, id), identity: id, receivedAt, size, raw };
}

function parse(body: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    throw malformed("messages.get", "the answer is not JSON");
  }
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw malformed("messages.get", "the answer is not an object");
}

function factsOf({ internalDate, sizeEstimate, labelIds }: Record<string, unknown>): MessageFacts {
  const receivedAt = Number(internalDate);
  if (internalDate === undefined || !Number.isSafeInteger(receivedAt) || receivedAt < 0)
    throw malformed("messages.get", "the answer has no internalDate");
  const size = Number(sizeEstimate);
  const labels = Array.isArray(labelIds) ? labelIds.filter((label) => typeof label === "string") : null;
  return { receivedAt, size: Number.isSafeInteger(size) && size > 0 ? size : 0, draft: isDraft(labels) };
}
