import {
  type AlertCode,
  type Evidence,
  type Failure,
  type OutgoingMessage,
  type RunRequested,
  subjects,
  type TestStep,
} from "@mailfleet/contracts";
import type { StoredMessage } from "@mailfleet/store";

/** A run as its results name it. */
export interface RunContext {
  readonly run: RunRequested;
  readonly correlation?: string;
  readonly causation?: string;
}

/** A message was received. The message's key is the fact's id, so the same message is the same fact. */
export function mailReceived(message: StoredMessage, correlation?: string, id = message.id): OutgoingMessage {
  const { mailboxId, receivedAt, storedAt, size, sha256, messageId, subject, from, unparsed } = message;
  return {
    id,
    subject: subjects.mailFact(mailboxId, "received"),
    type: "mail.received.v1",
    mailboxId,
    at: storedAt,
    ...(correlation && { correlation }),
    body: {
      mailboxId,
      messageKey: message.id,
      nativeId: message.id.slice(mailboxId.length + 1),
      receivedAt,
      storedAt,
      size,
      sha256,
      messageId,
      subject,
      from,
      unparsed,
    },
  };
}

/** Our own test message came back. */
export function probeReceived(
  mailboxId: string,
  probe: { nativeId: string; generation: number; sentAt: number; receivedAt: number },
): OutgoingMessage {
  return {
    id: `${mailboxId}/${probe.nativeId}:probe`,
    subject: subjects.mailFact(mailboxId, "probe-received"),
    type: "mail.probe-received.v1",
    mailboxId,
    at: probe.receivedAt,
    body: {
      mailboxId,
      generation: probe.generation,
      at: probe.receivedAt,
      // INTERNALDATE has whole seconds: a probe can seem to arrive before it was sent.
      tookMs: Math.max(0, probe.receivedAt - probe.sentAt),
    },
  };
}

/** One step of a test, for those who watch. */
export function runStep(context: RunContext, index: number, step: TestStep, at: number): OutgoingMessage {
  return about(context, `step:${index}`, at, subjects.runFact(context.run.mailboxId, "step"), "run.step.v1", {
    index,
    step,
  });
}

/** A test ended. */
export function runFinished(context: RunContext, failure: Failure | null, at: number): OutgoingMessage {
  const subject = subjects.runFact(context.run.mailboxId, "finished");
  const outcome = failure ? { outcome: "failed", failure } : { outcome: "ok" };
  return about(context, "finished", at, subject, "run.finished.v1", outcome);
}

/** The result of a run, for the machine. Its id is made of the run: the same result twice is one. */
export function runResult(
  context: RunContext,
  failure: Failure | null,
  at: number,
  steps?: readonly TestStep[],
): OutgoingMessage {
  const subject = subjects.mailboxEvent(context.run.mailboxId);
  const more = steps ? { steps } : {};
  return failure
    ? about(context, "failed", at, subject, "mailbox.run-failed.v1", { failure, ...more })
    : about(context, "ok", at, subject, "mailbox.run-succeeded.v1", more);
}

function about(
  { run, correlation, causation }: RunContext,
  what: string,
  at: number,
  subject: string,
  type: string,
  more: object,
): OutgoingMessage {
  const { mailboxId, direction, purpose, generation } = run;
  return {
    id: `${mailboxId}:${direction}:${purpose}:${generation}:${what}`,
    subject,
    type,
    mailboxId,
    generation,
    at,
    ...(correlation && { correlation }),
    ...(causation && { causation }),
    body: { mailboxId, direction, purpose, generation, at, ...more },
  };
}

/** Something to be said to people about receiving. `key` tells one occasion from the next. */
export function alertRaised(
  mailboxId: string,
  alert: { code: AlertCode; key: string; at: number; detail?: string; evidence?: Evidence },
): OutgoingMessage {
  const { code, key, at, detail, evidence } = alert;
  return {
    id: `${mailboxId}:inbound:${code}:${key}`,
    subject: subjects.mailFact(mailboxId, "alert-raised"),
    type: "alert.raised.v1",
    mailboxId,
    at,
    body: {
      at,
      object: { type: "mailbox", id: mailboxId, direction: "inbound" },
      code,
      ...(detail && { detail: detail.slice(0, 1000) }),
      ...(evidence && { evidence }),
    },
  };
}

/** It is over. */
export function alertCleared(mailboxId: string, code: AlertCode, at: number): OutgoingMessage {
  return {
    id: `${mailboxId}:inbound:${code}:cleared:${at}`,
    subject: subjects.mailFact(mailboxId, "alert-cleared"),
    type: "alert.cleared.v1",
    mailboxId,
    at,
    body: { at, object: { type: "mailbox", id: mailboxId, direction: "inbound" }, codes: [code] },
  };
}

/** Asks the scheduler to deliver this run again at `due`: the only way of waiting. */
export function runAgain({ run, correlation }: RunContext, due: number, at: number): OutgoingMessage {
  const { mailboxId, direction, purpose, generation } = run;
  const name = `inbound-slot-${purpose}`;
  return {
    id: `${mailboxId}/${name}:set:${at}`,
    subject: subjects.timerSet(mailboxId),
    type: "timer.set.v1",
    mailboxId,
    at,
    body: {
      owner: mailboxId,
      name,
      seq: at,
      due,
      deliver: {
        subject: subjects.run(direction, purpose, mailboxId, generation),
        type: "run.requested.v1",
        mailboxId,
        generation,
        ...(correlation && { correlation }),
        body: run,
      },
    },
  };
}
