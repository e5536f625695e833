import { type Evidence, type Failure, type FailureCode, failureOf } from "@mailfleet/contracts";
import type { SmtpReply } from "./reply.ts";
import { type ReplyRule, replyRules, type Stage } from "./reply-rules.ts";

/** A reply's failure, and whom it concerns. */
export interface ClassifiedReply {
  readonly failure: Failure;
  /** True: only this message (or recipient) is refused or put off; the mailbox can send others. */
  readonly ownOfMessage: boolean;
}

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
  const rule = replyRules.find((candidate) => fits(candidate, stage, reply));
  const code = rule?.code ?? "PROTOCOL_ERROR";
  const failure = failureOf(code, { ...evidence, reply: reply.text }, retryAfterOf(reply));
  return { failure, ownOfMessage: ownOfMessageCodes.has(code) };
}

function fits(rule: ReplyRule, stage: Stage, reply: SmtpReply): boolean {
  if (rule.stages && !rule.stages.includes(stage)) return false;
  return rule.pattern.test(`${reply.code} ${reply.lines.join(" ")}`);
}

/** Servers that say "try again in 5 minutes" mean it; rare, but then it is worth following. */
function retryAfterOf(reply: SmtpReply): number | undefined {
  const match = /\b(?:in|after|wait)\s+(\d{1,5})\s*(s|sec|seconds?|m|min|minutes?|h|hours?)\b/i.exec(reply.text);
  if (!match || reply.code >= 500) return undefined;
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[match[2]?.[0]?.toLowerCase() as "s" | "m" | "h"];
  return Number(match[1]) * unit;
}
