import { networkFailureCode, redactSecrets, replyBeginning, systemCodeOf } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import { codeOfReply, type Phase } from "./reply-rules.ts";
import { ServerLeft } from "./wire.ts";

/** Where and when something failed. */
export interface FailureContext {
  readonly host: string;
  readonly port: number;
  readonly phase: Phase;
  /** Secrets to remove from the server's words, in case it repeats them. */
  readonly secrets?: Iterable<string>;
  /** How long the server wants between two sign-ins, where it says so; 0: it does not. */
  readonly loginDelayMs?: number;
}

/** A command that the server refused. */
export class Refused extends Error {
  /** Without arguments. */
  readonly command: string;
  /** The server's line. */
  readonly reply: string;
  /** What the server said about a refused token (RFC 7628 §3.2.2), decoded. */
  readonly challenge: string;
  constructor(command: string, reply: string, challenge = "") {
    super("the command was refused");
    this.name = "Refused";
    this.command = command;
    this.reply = reply;
    this.challenge = challenge;
  }
}

/** Any error of a session as a failure of the closed list, with the server's own words as evidence. */
export function classifyFailure(thrown: unknown, context: FailureContext): Failure {
  const { host, port, phase } = context;
  const clean = (text: string) => redactSecrets(text, context.secrets ?? []);
  if (thrown instanceof FailureError) {
    const { evidence, ...failure } = thrown.failure;
    const reply = evidence?.reply === undefined ? {} : { reply: clean(evidence.reply) };
    return { ...failure, evidence: { host, port, ...evidence, ...reply } };
  }
  if (thrown instanceof ServerLeft) {
    const code = codeOfReply(thrown.reply, phase);
    // Words that nobody asked for do not answer the credentials.
    const known = code === "AUTHENTICATION_REJECTED" || code === "PROTOCOL_ERROR" ? "CONNECTION_LOST" : code;
    return failureOf(known, { host, port, reply: clean(thrown.reply) }, retryAfterOf(thrown.reply));
  }
  if (thrown instanceof Refused) {
    const words = [thrown.reply, thrown.challenge].filter(Boolean).join("; ");
    const code = codeOfReply(thrown.reply, phase);
    const tooNarrow = code === "AUTHENTICATION_REJECTED" && /insufficient_scope/.test(thrown.challenge);
    const evidence = { host, port, command: thrown.command, reply: clean(words) };
    const announced = (code === "RATE_LIMITED" && context.loginDelayMs) || undefined;
    return failureOf(tooNarrow ? "CONSENT_TOO_NARROW" : code, evidence, retryAfterOf(thrown.reply) ?? announced);
  }
  const systemCode = systemCodeOf(thrown);
  const words = thrown instanceof Error ? { reply: clean(thrown.message) } : {};
  const code = networkFailureCode(thrown);
  return failureOf(code ?? "UNCLASSIFIED", {
    host,
    port,
    ...(systemCode ? { systemCode } : {}),
    ...(code ? {} : words),
  });
}

/** "try again in 5 minutes", "[LOGIN-DELAY] … 300 seconds", "Suggested Backoff Time: 92415 milliseconds" (Exchange). */
function retryAfterOf(said: string): number | undefined {
  const reply = replyBeginning(said);
  const backoff = /backoff time[:=\s]+(\d{1,10})/i.exec(reply);
  if (backoff) return Number(backoff[1]);
  const match =
    /\b(?:in|after|wait|every|violation)\D{0,20}(\d{1,5})\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|h)\b/i.exec(
      reply,
    );
  if (!match) return undefined;
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[match[2]?.[0]?.toLowerCase() as "s" | "m" | "h"];
  return Number(match[1]) * unit;
}
