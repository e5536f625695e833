import { replyBeginning } from "@mailfleet/connector-api";
import { type Evidence, type Failure, type FailureCode, failureOf } from "@mailfleet/contracts";
import type { SmtpReply } from "./reply.ts";
import { replyRules, type Stage } from "./reply-rules.ts";

/** A reply's failure, and whom it concerns. */
export interface ClassifiedReply {
  readonly failure: Failure;
  /** True: only this message (or recipient) is refused or put off; the mailbox can send others. */
  readonly ownOfMessage: boolean;
}

/** More lines than this are not read. */
const LINES_READ = 50;

const ownOfMessageCodes: ReadonlySet<FailureCode> = new Set([
  "RECIPIENT_REFUSED",
  "MESSAGE_REFUSED",
  "MESSAGE_TOO_LARGE",
  "MESSAGE_DEFERRED",
]);

/**
 * Names a negative reply. The first rule of the table that fits wins; the table ends with a rule for every stage, so
 * that only a reply outside 4xx and 5xx is a PROTOCOL_ERROR.
 */
export function classifyReply(stage: Stage, reply: SmtpReply, evidence: Evidence = {}): ClassifiedReply {
  const words = replyBeginning([`${reply.code}`, ...reply.lines.slice(0, LINES_READ)]);
  const rule = replyRules.find(({ stages, pattern }) => (!stages || stages.includes(stage)) && pattern.test(words));
  const code = rule?.code ?? "PROTOCOL_ERROR";
  const failure = failureOf(code, { ...evidence, reply: reply.text }, retryAfterOf(reply));
  return { failure, ownOfMessage: ownOfMessageCodes.has(code) };
}

/** Servers that say "try again in 5 minutes" mean it; rare, but then it is worth following. */
function retryAfterOf(reply: SmtpReply): number | undefined {
  const match = /\b(?:in|after|wait)\s+(\d{1,5})\s*(s|sec|seconds?|m|min|minutes?|h|hours?)\b/i.exec(
    replyBeginning(reply.text),
  );
  if (!match || reply.code >= 500) return undefined;
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[match[2]?.[0]?.toLowerCase() as "s" | "m" | "h"];
  return Number(match[1]) * unit;
}
