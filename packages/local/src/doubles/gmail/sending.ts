import { type ApiAnswer, apiError, ok } from "./api-errors.ts";
import type { GmailMailbox, StoredMessage } from "./mailbox.ts";
import { rewriteMessage } from "./rewrite-message.ts";

/** What sending needs of the double. */
export interface SendingState {
  readonly maximumMessageBytes: number;
  /** Messages a mailbox may send in 24 hours; `null`: no limit. */
  dailySendLimit: number | null;
  /** Hands the message to its recipients; the sender among them has it already. */
  relay(raw: Buffer, recipients: readonly string[], sender: GmailMailbox): void;
  /** ms since 1970. */
  now(): number;
}

const day = 86_400_000;

/** `users.messages.send` of RFC 5322 bytes. Returns the message that is now in the sender's mailbox. */
export function sendMessage(
  mailbox: GmailMailbox,
  given: Buffer,
  threadId: string | undefined,
  state: SendingState,
): ApiAnswer {
  if (given.length > state.maximumMessageBytes) return apiError("uploadTooLarge");
  if (threadId !== undefined && !mailbox.hasThread(threadId)) return apiError("notFound");
  const now = state.now();
  const { raw, recipients } = rewriteMessage(given, mailbox.address, now);
  if (recipients.length === 0) return apiError("invalidArgument", "Recipient address required");
  const recent = mailbox.sentAt.filter((at) => at > now - day);
  if (state.dailySendLimit !== null && recent.length >= state.dailySendLimit) {
    const again = new Date((recent[0] ?? now) + day).toISOString();
    return apiError("mailSending", `User-rate limit exceeded.  Retry after ${again} (Mail sending)`);
  }
  mailbox.sentAt.push(now);
  const own = mailbox.address.toLowerCase();
  // To oneself it is one message with both labels, and not two.
  const labelIds = recipients.includes(own) ? ["SENT", "INBOX", "UNREAD"] : ["SENT"];
  const kept: StoredMessage = mailbox.add(raw, labelIds, threadId);
  state.relay(raw, recipients, mailbox);
  return ok({ id: kept.id, threadId: kept.threadId, labelIds: kept.labelIds });
}

/** `users.messages.send` of JSON with `raw` in Base64 (RFC 4648 section 5; section 4 is taken too). */
export function sendJsonMessage(mailbox: GmailMailbox, body: Buffer, state: SendingState): ApiAnswer {
  const message = parseJson(body);
  if (message === null) return apiError("badRequest", "Invalid JSON payload received.");
  if (typeof message.raw !== "string" || message.raw === "") {
    return apiError(
      "invalidArgument",
      "'raw' RFC822 payload message string or uploading message via /upload/* URL required",
    );
  }
  if (!/^[\w+/-]*={0,2}\s*$/.test(message.raw)) {
    return apiError("invalidArgument", "Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed");
  }
  return sendMessage(mailbox, Buffer.from(message.raw, "base64url"), threadOf(message), state);
}

/** The thread that a client asks for. */
export function threadOf(message: Record<string, unknown>): string | undefined {
  return typeof message.threadId === "string" && message.threadId !== "" ? message.threadId : undefined;
}

/** A JSON object, or `null`. */
export function parseJson(body: Buffer): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8") || "{}");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
