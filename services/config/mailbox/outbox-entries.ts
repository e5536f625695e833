import {
  type AlertObject,
  type DirectionSummary,
  type directions,
  type EnvelopeContext,
  type MailboxFact,
  type MessageBody,
  type MessageType,
  type OutgoingMessage,
  subjects,
  type TestStep,
} from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import type { Effect, SetTimer } from "@mailfleet/mailbox";
import { alertCleared, alertRaised } from "./alert-entries.ts";

/** What an effect does not know itself. */
export interface EntryContext extends EnvelopeContext {
  readonly mailboxId: string;
  /** The version that the step wrote: part of every id and the `seq` of every timer. */
  readonly v: number;
  readonly at: number;
  readonly address: string;
  readonly profileId: string;
  /** Where the mailbox's user signs in, if that is known. */
  readonly signInUrl?: string;
  readonly event: string;
  readonly cause?: string;
  readonly by?: string;
  readonly summaries: Record<(typeof directions)[number], DirectionSummary>;
  /** Steps of the test whose result was taken. */
  readonly steps: readonly TestStep[];
}

/**
 * What is said besides effects, then effects as messages in their order, with deterministic ids `<mailboxId>:<v>:<n>`.
 */
export function outboxEntries(
  said: readonly OutboxEntry[],
  effects: readonly Effect[],
  context: EntryContext,
): OutgoingMessage[] {
  const drafts = [...said, ...effects.map((effect) => draft(effect, context))];
  const { correlation, causation } = context;
  return drafts.map((one, n) => ({
    ...one,
    id: `${context.mailboxId}:${context.v}:${n}`,
    at: context.at,
    mailboxId: context.mailboxId,
    sequence: context.v,
    ...(correlation === undefined ? {} : { correlation }),
    ...(causation === undefined ? {} : { causation }),
  }));
}

/** The message that sets a timer, for a step and for the sweep that re-arms what was lost. */
export function timerSet(mailboxId: string, seq: number, timer: SetTimer, correlation?: string): OutboxEntry {
  const { name, direction, generation, due, everyMs } = timer;
  const toRun = timer.deliver === "run" ? (timer.purpose ?? "sync") : null;
  const deliver = {
    ...(toRun
      ? {
          subject: subjects.run(direction, toRun, mailboxId, generation),
          type: "run.requested.v1",
          body: { mailboxId, direction, purpose: toRun, generation },
        }
      : {
          subject: subjects.mailboxEvent(mailboxId),
          type: "mailbox.timer-fired.v1",
          body: { mailboxId, direction, generation },
        }),
    mailboxId,
    generation,
    ...(correlation === undefined ? {} : { correlation }),
  };
  return message("timer.set.v1", subjects.timerSet(mailboxId), {
    owner: mailboxId,
    name,
    seq,
    due,
    ...(everyMs === undefined ? {} : { everyMs }),
    deliver,
  });
}

function message<Type extends MessageType>(
  type: Type,
  subject: string,
  body: MessageBody<Type>,
  generation?: number,
): OutboxEntry {
  return { subject, type, body, ...(generation === undefined ? {} : { generation }) };
}

/** A fact about a mailbox. */
export function mailboxFact<Type extends MessageType>(
  type: Type,
  name: MailboxFact,
  body: MessageBody<Type> & { readonly mailboxId: string },
): OutboxEntry {
  return message(type, subjects.mailboxFact(body.mailboxId, name), body);
}

function draft(effect: Effect, context: EntryContext): OutboxEntry {
  const { mailboxId, v, at } = context;
  switch (effect.type) {
    case "requestRun": {
      const { direction, purpose, generation } = effect;
      const subject = subjects.run(direction, purpose, mailboxId, generation);
      return message("run.requested.v1", subject, { mailboxId, direction, purpose, generation }, generation);
    }
    case "setTimer":
      return timerSet(mailboxId, v, effect, context.correlation);
    case "clearTimer":
      return message("timer.clear.v1", subjects.timerClear(mailboxId), { owner: mailboxId, name: effect.name, seq: v });
    case "raiseAlert":
      return alertRaised({
        at,
        object: alertObject(context, effect.direction),
        code: effect.code,
        ...detailOf(effect, context),
        ...(effect.failure?.evidence ? { evidence: effect.failure.evidence } : {}),
      });
    case "clearAlert":
      return alertCleared({
        at,
        object: alertObject(context, effect.direction),
        ...(effect.codes ? { codes: [...effect.codes] } : {}),
      });
    case "publishFact":
      return fact(effect, context);
  }
}

/** A consent that is missing or has ended comes with the link that repairs it. */
function detailOf({ detail, failure }: Extract<Effect, { type: "raiseAlert" }>, { signInUrl }: EntryContext) {
  const link = failure?.kind === "consent" && signInUrl ? `Sign in: ${signInUrl}` : undefined;
  const parts = [detail, link].filter((part) => part !== undefined);
  return parts.length === 0 ? {} : { detail: parts.join(" ").slice(0, 1000) };
}

function fact(effect: Extract<Effect, { type: "publishFact" }>, context: EntryContext): OutboxEntry {
  const { mailboxId, v, at, address, profileId, event, cause, by } = context;
  const about = { mailboxId, v, at };
  const author = by === undefined ? {} : { by };
  switch (effect.fact) {
    case "transitioned":
      return mailboxFact("mailbox.transitioned.v1", "transitioned", {
        ...about,
        address,
        profileId,
        event,
        lifecycle: effect.lifecycle,
        directions: context.summaries,
        ...(cause === undefined ? {} : { cause }),
        ...author,
      });
    case "tested": {
      const { direction, generation, outcome } = effect;
      const body = { ...about, direction, generation, outcome, steps: [...context.steps] };
      return mailboxFact("mailbox.tested.v1", "tested", body);
    }
    case "deleted":
      return mailboxFact("mailbox.deleted.v1", "deleted", { ...about, ...author });
  }
}

function alertObject(context: EntryContext, direction: AlertObject["direction"]): AlertObject {
  const { mailboxId: id, profileId, address: label } = context;
  return { type: "mailbox", id, ...(direction ? { direction } : {}), profileId, label };
}
