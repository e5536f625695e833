import type { Submitted } from "@mailfleet/connector-api";
import { type Connection, type Failure, failureOf } from "@mailfleet/contracts";
import type { OutboundPolicy } from "../ports.ts";
import { attemptTimer, mailboxFailed, mailNotSent, mailSent, sendAlert } from "./facts.ts";
import { changeOf, type LateAnswer, type SendAttempt, type SendChange, type StoredSend } from "./send.ts";

/** What came of one attempt. */
export type Outcome =
  /** `isFiled`: it was found among the sent mail. */
  | { readonly type: "taken"; readonly submitted: Submitted; readonly isFiled?: boolean }
  /** `own`: only this message or its recipients are concerned, the mailbox can send others. */
  | { readonly type: "refused"; readonly failure: Failure; readonly own: "recipient" | "message" | null }
  /** Handed over, but the answer is missing. `ended` false: the process that did it is gone. */
  | {
      readonly type: "unknown";
      readonly reason: string;
      readonly ended: boolean;
      /** Whom the server had not taken before its answer was lost. */
      readonly rejected?: Submitted["rejected"];
    }
  /** Stopped before it could have been sent, because the service stops. */
  | { readonly type: "aborted" }
  | { readonly type: "expired" };

/** What a server said late, about an attempt that had been given up as lost, is how the send ends. */
export const heardLate = ({ answer }: LateAnswer): Outcome => ({ type: "taken", submitted: { answer, rejected: [] } });

/** What the decision depends on besides send and outcome. */
export interface DecisionContext {
  readonly connection: Pick<
    Connection,
    "generation" | "retryMs" | "uncertainPolicy" | "sentCopy" | "sendExpiryMs" | "messageRetentionDays"
  >;
  readonly policy: OutboundPolicy;
  readonly now: number;
  /** Who made the attempt, and when it began. */
  readonly owner: string;
  readonly startedAt: number;
}

const day = 86_400_000;
/** The command, in the evidence of a send whose answer was lost. */
const ANSWER_LOST = "DATA (message)";

/** Its last attempt ended without an answer: it may have been sent. */
export function isOfUnknownFate({ failure }: Pick<StoredSend, "failure">): boolean {
  return failure?.code === "CONNECTION_LOST" && failure.evidence?.command === ANSWER_LOST;
}

/** The one place that says what an outcome makes of a send. Pure. */
export function decideOutcome(send: StoredSend, outcome: Outcome, context: DecisionContext): SendChange {
  const { now, connection } = context;
  const base = { ...changeOf(send, ["sending"], now), owner: context.owner };
  const attempt = (failure?: Failure): SendAttempt => ({
    n: send.attempt,
    startedAt: context.startedAt,
    ...(outcome.type === "unknown" && !outcome.ended ? {} : { endedAt: now }),
    ...(failure ? { failure } : {}),
  });
  const purgeAt = now + Math.max(1, connection.messageRetentionDays) * day;

  switch (outcome.type) {
    case "taken":
      return taken(outcome.submitted);
    case "aborted":
      return { ...base, state: "accepted", due: send.acceptedAt, outbox: [] };
    case "expired":
      return { ...base, ...expired(send, now), purgeAt };
    case "unknown":
      return unknown(failureOf("CONNECTION_LOST", { command: ANSWER_LOST, reply: outcome.reason.slice(0, 500) }));
    case "refused": {
      const { failure, own } = outcome;
      if (failure.kind === "message") return over(failure);
      if (own || failure.kind === "bug") return later(failure);
      return waits(failure);
    }
  }

  function taken({ answer, rejected }: Submitted): SendChange {
    const named = (some: typeof rejected) => some.map(({ address, reply }) => ({ address, reply }));
    const putOff = rejected.filter(({ again }) => again);
    const refused = [...send.rejected, ...named(rejected.filter(({ again }) => !again))];
    // The server limits recipients per transaction: the rest go out at once, and it does not count as a try.
    const atOnce = putOff.some(({ again }) => again === "now");
    if (putOff.length === 0 || (!atOnce && send.deferrals + 1 >= context.policy.maximumDeferrals))
      return sent(answer, [...refused, ...named(putOff)]);
    // Some have it; for the others, whom the server put off, the message is tried again.
    const failure = failureOf("MESSAGE_DEFERRED", { reply: putOff[0]?.reply ?? "" });
    const remaining = putOff.map(({ address }) => address);
    return {
      ...(atOnce ? deferred(failure, now, send.deferrals) : later(failure)),
      answer,
      rejected: refused,
      remaining,
    };
  }

  function sent(answer: string, rejected: readonly { address: string; reply: string }[]): SendChange {
    const refused = rejected.map(({ address }) => address);
    const outbox = [mailSent(send, answer, refused, now)];
    const done = { state: "sent" as const, due: null, nextAttemptAt: null, remaining: [], failure: null, purgeAt };
    const isFiled = connection.sentCopy === "server" || (outcome.type === "taken" && outcome.isFiled);
    const copy = isFiled ? {} : { afterwards: { at: now, tries: 0 } };
    return { ...base, ...done, ...copy, attempt: attempt(), answer, rejected, outbox };
  }

  /** Refused for good. Where some recipients have it already, the send is sent and names the others. */
  function over(failure: Failure): SendChange {
    if (send.answer !== null) {
      const reply = failure.evidence?.reply ?? failure.code;
      return sent(send.answer, [...send.rejected, ...send.remaining.map((address) => ({ address, reply }))]);
    }
    const outbox = [mailNotSent(send, "failed", now, failure, null)];
    return { ...base, state: "failed", due: null, attempt: attempt(failure), failure, purgeAt, outbox };
  }

  function later(failure: Failure): SendChange {
    const deferrals = send.deferrals + 1;
    if (deferrals >= context.policy.maximumDeferrals) return over(failure);
    const { longestRetryMs } = context.policy;
    const pause = retryPause(send.id, deferrals, connection.retryMs, longestRetryMs, failure.retryAfterMs);
    return deferred(failure, now + pause, deferrals);
  }

  function deferred(failure: Failure, next: number, deferrals: number): SendChange {
    return {
      ...base,
      state: "deferred",
      due: next,
      nextAttemptAt: next,
      deferrals,
      attempt: attempt(failure),
      failure,
      outbox: [attemptTimer(send, next, now), mailNotSent(send, "deferred", now, failure, next)],
    };
  }

  /** The mailbox cannot send at the moment: the machine decides when it can again. */
  function waits(failure: Failure): SendChange {
    return {
      ...base,
      state: "waiting",
      due: waitingDue(send, connection.sendExpiryMs, context.policy, now),
      attempt: attempt(failure),
      failure,
      outbox: [
        mailboxFailed(send, connection.generation, failure, now),
        mailNotSent(send, "waiting", now, failure, null),
      ],
    };
  }

  function unknown(failure: Failure): SendChange {
    const again = connection.uncertainPolicy === "resend" && send.deferrals + 1 < context.policy.maximumDeferrals;
    // The claim stays: its holder may still learn the result.
    if (again) return { ...later(failure), keepClaim: true };
    const outbox = [
      mailNotSent(send, "uncertain", now, failure, null),
      sendAlert(send, "SEND_UNCERTAIN", now, failure),
    ];
    const [lookMs] = context.policy.lookLaterMs;
    const look = lookMs === undefined ? {} : { afterwards: { at: now + lookMs, tries: 0 } };
    const held = { state: "uncertain", due: null, keepClaim: true, failure } as const;
    return { ...base, ...held, ...look, attempt: attempt(failure), outbox };
  }
}

/** An expired send, whatever state it waited in. */
export function expired(send: StoredSend, now: number): Pick<SendChange, "state" | "due" | "nextAttemptAt" | "outbox"> {
  const outbox = [
    mailNotSent(send, "expired", now, send.failure, null),
    sendAlert(send, "SEND_EXPIRED", now, send.failure),
  ];
  return { state: "expired", due: null, nextAttemptAt: null, outbox };
}

/** True if it waited longer than its profile allows. */
export function hasExpired(send: StoredSend, sendExpiryMs: number, now: number): boolean {
  return now - send.waitsSince > sendExpiryMs;
}

/** When a waiting send is checked again: from time to time, and when it expires. */
export function waitingDue(send: StoredSend, sendExpiryMs: number, policy: OutboundPolicy, now: number): number {
  return Math.min(now + policy.waitingLookMs, Math.max(now + 1000, send.waitsSince + sendExpiryMs + 1));
}

/** Doubles from the profile's pause up to sixteen times it; jitter of a tenth comes from the send, not from chance. */
function retryPause(sendId: string, deferrals: number, retryMs: number, longestMs: number, askedMs = 0): number {
  const pause = Math.min(retryMs * 2 ** Math.min(deferrals - 1, 4), longestMs);
  let hash = deferrals;
  for (const letter of sendId) hash = (hash * 31 + letter.charCodeAt(0)) % 1009;
  return Math.round(Math.max(Math.min(askedMs, longestMs), pause * (0.9 + (0.2 * hash) / 1009)));
}
