import {
  type Direction,
  type Failure,
  type OutgoingMessage,
  type RunRequested,
  subjects,
  type TestStep,
} from "@mailfleet/contracts";

/** A run as its messages name it. */
export interface RunContext {
  readonly run: RunRequested;
  readonly correlation?: string;
  readonly causation?: string;
}

/** One step of a test, for those who watch. */
export function runStep(context: RunContext, index: number, step: TestStep, at: number): OutgoingMessage {
  const subject = subjects.runFact(context.run.mailboxId, "step");
  return about(context, `step:${index}`, at, subject, "run.step.v1", { index, step });
}

/** A test ended, for those who watch. */
export function runFinished(context: RunContext, failure: Failure | null, at: number): OutgoingMessage {
  const subject = subjects.runFact(context.run.mailboxId, "finished");
  const outcome = failure ? { outcome: "failed", failure } : { outcome: "ok" };
  return about(context, "finished", at, subject, "run.finished.v1", outcome);
}

/** How a run ended, for the machine. Its id is derived from the run: a hundred that fail together are reported once. */
export function runResult(
  context: RunContext,
  failure: Failure | null,
  at: number,
  steps?: readonly TestStep[],
): OutgoingMessage {
  const subject = subjects.mailboxEvent(context.run.mailboxId);
  const more = steps ? { steps: [...steps] } : {};
  return failure
    ? about(context, "failed", at, subject, "mailbox.run-failed.v1", { failure, ...more })
    : about(context, "ok", at, subject, "mailbox.run-succeeded.v1", more);
}

/** Asks the scheduler to deliver this run again at `due`: the only way of waiting. */
export function runAgain({ run, correlation }: RunContext, due: number, at: number): OutgoingMessage {
  const { mailboxId, direction, purpose, generation } = run;
  const name = `${direction}-again-${purpose}`;
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

/** Asks for a run now: coalesced with one that waits. */
export function runRequested(mailboxId: string, direction: Direction, generation: number, at: number): OutgoingMessage {
  const purpose = "sync";
  return {
    id: `${mailboxId}:${direction}:heard:${crypto.randomUUID()}`,
    subject: subjects.run(direction, purpose, mailboxId, generation),
    type: "run.requested.v1",
    mailboxId,
    generation,
    at,
    body: { mailboxId, direction, purpose, generation },
  };
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
