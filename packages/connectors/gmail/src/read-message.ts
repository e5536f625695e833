import type { FetchedMessage } from "@mailfleet/connector-api";
import { isDraft } from "./find-new.ts";
import { malformed } from "./gmail-client.ts";
import { nativeIdOf } from "./gmail-cursor.ts";

/** A message that is held whole. */
export type HeldMessage = FetchedMessage & { readonly raw: Buffer };

/** What Gmail says about a message in addition to its bytes. */
export interface MessageFacts {
  readonly receivedAt: number;
  /** An estimate of Gmail's; 0: it does not say. */
  readonly size: number;
  readonly draft: boolean;
}

/** A whole answer to `messages.get` as a message, with the size that Gmail estimates. Throws PROTOCOL_ERROR. */
export function readMessage(id: string, body: Buffer): { message: HeldMessage; draft: boolean; estimate: number } {
  const value = parse(body);
  const facts = factsOf(id, value);
  const raw = value.raw;
  if (typeof raw !== "string") throw malformed("messages.get", "the answer has no raw message");
  const bytes = Buffer.from(raw, "base64url");
  // The decoder skips what is not base64url; then bytes are missing.
  const padding = raw.endsWith("==") ? 2 : raw.endsWith("=") ? 1 : 0;
  if (bytes.byteLength !== Math.floor(((raw.length - padding) * 3) / 4))
    throw malformed("messages.get", "the raw message is not base64url");
  const message = { ...messageOf(id, { ...facts, size: bytes.byteLength }, bytes), raw: bytes };
  return { message, draft: facts.draft, estimate: facts.size };
}

/** An answer without its raw message. Throws PROTOCOL_ERROR. */
export function readFacts(id: string, body: Buffer): MessageFacts {
  return factsOf(id, parse(body));
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

function factsOf(asked: string, { id, internalDate, sizeEstimate, labelIds }: Record<string, unknown>): MessageFacts {
  if (id !== undefined && id !== asked) throw malformed("messages.get", "the answer is another message");
  const receivedAt = Number(internalDate);
  if (internalDate === undefined || !Number.isSafeInteger(receivedAt) || receivedAt < 0)
    throw malformed("messages.get", "the answer has no internalDate");
  const size = Number(sizeEstimate);
  const labels = Array.isArray(labelIds) ? labelIds.filter((label) => typeof label === "string") : null;
  return { receivedAt, size: Number.isSafeInteger(size) && size > 0 ? size : 0, draft: isDraft(labels) };
}
