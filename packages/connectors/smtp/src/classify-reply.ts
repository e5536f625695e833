import { replyBeginning } from "@mailfleet/connector-api";
import { type Evidence, type Failure, failureOf } from "@mailfleet/contracts";
import type { SmtpReply } from "./reply.ts";
import { replyRules, type Stage, tooManyRecipients, type Whose, whoseIs } from "./reply-rules.ts";

/** A reply's failure, and whom it concerns. */
export interface ClassifiedReply {
  readonly failure: Failure;
  readonly whose: Whose;
  /** At RCPT: this recipient may be named in a further transaction at once. */
  readonly another: boolean;
}

/** More lines than this are not read. */
const LINES_READ = 50;

/**
 * Names a negative reply. The first rule of the table that fits wins; the table ends with a rule for every stage, so
 * that only a reply outside 4xx and 5xx is a PROTOCOL_ERROR. What concerns one message only is of the kind `message` if
 * it is for good, whatever the code says of a mailbox.
 */
export function classifyReply(stage: Stage, reply: SmtpReply, evidence: Evidence = {}): ClassifiedReply {
  const words = replyBeginning([`${reply.code}`, ...reply.lines.slice(0, LINES_READ)]);
  const given = { ...evidence, reply: reply.text };
  if (stage === "rcpt" && tooManyRecipients.test(words))
    return { failure: failureOf("MESSAGE_DEFERRED", given), whose: "recipient", another: true };
  const rule = replyRules.find(({ stages, pattern }) => (!stages || stages.includes(stage)) && pattern.test(words));
  const found = rule ?? { code: "PROTOCOL_ERROR" };
  const whose = whoseIs(stage, found);
  const failure = failureOf(found.code, given, retryAfterOf(reply));
  const passes = failure.kind === "transient" || failure.kind === "throttled";
  return { failure: whose === "mailbox" || passes ? failure : { ...failure, kind: "message" }, whose, another: false };
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
