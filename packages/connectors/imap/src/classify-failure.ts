import { networkFailureCode, redactSecrets, replyBeginning, systemCodeOf } from "@mailfleet/connector-api";
import { type Failure, type FailureCode, FailureError, failureOf } from "@mailfleet/contracts";
import { codeOfReply, type Phase } from "./reply-rules.ts";

/** The fields of imapflow's errors that we read. */
interface ClientError extends Error {
  readonly code?: string;
  readonly authenticationFailed?: boolean;
  readonly tlsFailed?: boolean;
  readonly mailboxMissing?: boolean;
  readonly responseStatus?: string;
  readonly responseText?: string;
  readonly response?: unknown;
  readonly serverResponseCode?: string;
  readonly executedCommand?: string;
  readonly reason?: string;
  readonly throttleReset?: number;
  /** The challenge with which a server refuses a token (RFC 7628 §3.2.2), decoded. */
  readonly oauthError?: unknown;
}

/** Where and when something failed. */
export interface FailureContext {
  readonly host: string;
  readonly port: number;
  readonly phase: Phase;
  /** Secrets to remove from the server's words, in case it repeats them. */
  readonly secrets?: Iterable<string>;
  /** The server's words when it ended the session (BYE), if it did. */
  readonly bye?: string;
}

/** imapflow's own codes. */
const byClientCode: Readonly<Record<string, FailureCode>> = {
  CONNECT_TIMEOUT: "CONNECTION_TIMEOUT",
  GREETING_TIMEOUT: "CONNECTION_TIMEOUT",
  UPGRADE_TIMEOUT: "CONNECTION_TIMEOUT",
  ETHROTTLE: "RATE_LIMITED",
  NoConnection: "CONNECTION_LOST",
  EConnectionClosed: "CONNECTION_LOST",
  StateLogout: "CONNECTION_LOST",
  ClosedAfterConnectText: "CONNECTION_LOST",
  ClosedAfterConnectTLS: "CONNECTION_LOST",
  DownloadIncomplete: "CONNECTION_LOST",
  STARTTLS_INJECTION: "TLS_HANDSHAKE_FAILED",
  InvalidResponse: "PROTOCOL_ERROR",
  UnexpectedTag: "PROTOCOL_ERROR",
  ResponseProcessingFailed: "PROTOCOL_ERROR",
  LineTooLarge: "ANSWER_TOO_LARGE",
  LiteralTooLarge: "ANSWER_TOO_LARGE",
  ResponseTooLarge: "ANSWER_TOO_LARGE",
  MAX_IMAP_NESTING_REACHED: "PROTOCOL_ERROR",
};

/** Any error of a session as a failure of the closed list, with the server's own words as evidence. */
export function classifyFailure(thrown: unknown, context: FailureContext): Failure {
  if (thrown instanceof FailureError) return thrown.failure;
  const error = (thrown instanceof Error ? thrown : new Error(String(thrown))) as ClientError;
  const reply = replyOf(error) ?? error.reason ?? context.bye;
  const challenge = challengeOf(error);
  const words = [reply, challenge].filter(Boolean).join("; ");
  const systemCode = systemCodeOf(error);
  const evidence = {
    host: context.host,
    port: context.port,
    ...(commandOf(error) && { command: commandOf(error) }),
    ...(words && { reply: redactSecrets(words, context.secrets ?? []) }),
    ...(systemCode && { systemCode }),
  };
  const retryAfterMs = error.throttleReset ?? backoffOf(reply);
  const code = codeOf(error, reply, context.phase);
  const tooNarrow = code === "AUTHENTICATION_REJECTED" && /"insufficient_scope"/.test(challenge ?? "");
  return failureOf(tooNarrow ? "CONSENT_TOO_NARROW" : code, evidence, retryAfterMs);
}

function codeOf(error: ClientError, reply: string | undefined, phase: Phase): FailureCode {
  if (/does not support STARTTLS/.test(error.message)) return "TLS_NOT_OFFERED";
  const network = networkFailureCode(error);
  if (network) return network;
  const words = reply ?? (error.authenticationFailed ? error.message : undefined);
  if (words !== undefined) {
    const responseCode = error.serverResponseCode ?? /^\[([A-Z0-9-]{1,100})/i.exec(words)?.[1];
    const code = codeOfReply({ text: words, ...(responseCode && { responseCode }) }, phase);
    if (code) return code;
  }
  if (error.tlsFailed) return "TLS_HANDSHAKE_FAILED";
  if (error.mailboxMissing) return "INBOX_UNAVAILABLE";
  // A NO to LOGIN or AUTHENTICATE in unknown words is still a refusal (RFC 9051 §6.2.2). Anything else is not: only an
  // explicit rejection may count against the credentials.
  if (error.authenticationFailed && error.responseStatus === "NO") return "AUTHENTICATION_REJECTED";
  if (error.authenticationFailed && error.responseStatus === undefined && phase === "authenticate")
    return byClientCode[error.code ?? ""] ?? "AUTHENTICATION_NOT_OFFERED";
  if (error.code?.startsWith("ParserError")) return "PROTOCOL_ERROR";
  const own = byClientCode[error.code ?? ""];
  if (own) return own;
  if (error.responseStatus === "BAD") return "PROTOCOL_ERROR";
  return "UNCLASSIFIED";
}

/** The server's words, which imapflow gives as text or as a parsed response. */
function replyOf(error: ClientError): string | undefined {
  const text = typeof error.response === "string" && error.response ? error.response : error.responseText;
  if (!text) return undefined;
  // Without the tag and the status of the line: they are our own and say nothing.
  const words = text.replace(/^(?:[0-9A-F]{1,8}|\*) (?:NO|BAD|BYE) /i, "");
  return error.serverResponseCode && !words.startsWith("[") ? `[${error.serverResponseCode}] ${words}` : words;
}

/** `A5 UID FETCH …` as `UID FETCH`: arguments can hold secrets. */
function commandOf(error: ClientError): string | undefined {
  return /^\S+ ((?:UID |AUTHENTICATE )?[A-Z]+)/.exec(error.executedCommand ?? "")?.[1];
}

/** "Suggested Backoff Time: 92415 milliseconds" (Exchange Online). */
function backoffOf(reply: string | undefined): number | undefined {
  const match = /backoff time[:=\s]+(\d{1,10})/i.exec(replyBeginning(reply ?? ""));
  return match ? Number(match[1]) : undefined;
}

/** What a server says about a refused token, as JSON on one line. */
function challengeOf(error: ClientError): string | undefined {
  return error.oauthError && typeof error.oauthError === "object" ? JSON.stringify(error.oauthError) : undefined;
}
