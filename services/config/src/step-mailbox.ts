import { ProblemError } from "@mailfleet/contracts";
import { type Decision, decide, type StepInput } from "./decide.ts";
import type { Knowledge } from "./knowledge.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import type { Ports, StoredMailbox } from "./ports.ts";
import type { Relay } from "./relay.ts";

/** What became of it. `answer` is that of the first time, however often it comes. */
export interface StepOutcome {
  readonly outcome: "accepted" | "repeated" | "ignored";
  readonly answer?: unknown;
}

/** Takes one command or report into a mailbox, once. @throws ProblemError for a refused command; StepConflict */
export type StepMailbox = (mailboxId: string, input: StepInput) => Promise<StepOutcome>;

/** Other replicas were faster each time; nothing was written. A message is delivered again, a command may be repeated. */
export class StepConflict extends ProblemError {
  constructor(mailboxId: string) {
    super("NOT_POSSIBLE_NOW", `Mailbox ${mailboxId} is being changed by many at once.`, {
      remedy: "Repeat the command with the same commandId.",
    });
    this.name = "StepConflict";
  }
}

const maximumTries = 4;

/** The step of design §4: load, look into the inbox, decide, compare and swap, relay. */
export function createStepMailbox(ports: Ports, knowledge: Knowledge, relay: Relay): StepMailbox {
  const { mailboxes, failPoint, metrics } = ports;
  const oneAtATime = createOneAtATime();

  async function attempt(mailboxId: string, input: StepInput): Promise<StepOutcome | "conflict"> {
    const began = ports.now();
    const document = await mailboxes.load(mailboxId);
    const handled = document?.inbox.find((entry) => entry.id === input.id);
    if (document && handled) {
      await relayOrLeave(document);
      return { outcome: "repeated", answer: handled.answer };
    }
    if (!document?.living) {
      if (input.kind === "report") return ignored(mailboxId, input, "no such mailbox");
      throw noSuchMailbox(mailboxId);
    }
    const { profileId } = document.configuration;
    const world = await knowledge.world(profileId, { atLeast: document.profileV });
    const decision = decide(document, input, world);
    if (decision.outcome === "ignored") return ignored(mailboxId, input, decision.reason);
    failPoint("document.before-commit");
    const after = await mailboxes.commit(mailboxId, document.v, decision.commit);
    if (after === "address-taken") throw addressTaken(decision.commit.configuration.address);
    if (after === null) return "conflict";
    failPoint("document.after-commit");
    logTransition(mailboxId, after.v, input, decision, ports.now() - began);
    await relayOrLeave(after);
    return { outcome: "accepted", answer: decision.answer };
  }

  function ignored(mailbox: string, { id, event }: StepInput, reason: string): StepOutcome {
    ports.logger.debug({ mailbox, event, id, reason }, "ignored");
    return { outcome: "ignored" };
  }

  /** The step is taken whether or not the bus takes its messages now: if it is away, the sweep relays them later. */
  async function relayOrLeave(document: StoredMailbox) {
    try {
      await relay(document._id, document.outbox);
    } catch (error) {
      ports.logger.warn({ mailbox: document._id, err: error }, "the outbox waits for the sweep");
    }
  }

  function logTransition(mailbox: string, version: number, input: StepInput, decision: Decision, ms: number) {
    if (decision.outcome !== "accepted" || !decision.transition) return;
    const { correlation, causation, event, by } = input;
    const { from, to, attempt: attempts, code, effects } = decision.transition;
    const cause = causation ?? input.id;
    ports.logger.info(
      { mailbox, version, event, from, to, attempt: attempts, code, effects, cause, by, correlation, ms },
      "mailbox transition",
    );
  }

  return (mailboxId, input) =>
    oneAtATime(mailboxId, async () => {
      const stop = metrics.stepSeconds.startTimer();
      let outcome = "failed";
      try {
        for (let tries = 1; tries <= maximumTries; tries++) {
          const result = await attempt(mailboxId, input);
          if (result === "conflict") continue;
          outcome = result.outcome;
          return result;
        }
        throw new StepConflict(mailboxId);
      } catch (error) {
        if (error instanceof ProblemError) outcome = error instanceof StepConflict ? "conflict" : "refused";
        throw error;
      } finally {
        metrics.steps.inc({ event: input.event, outcome });
        stop();
      }
    });
}

/** There is none, or not any more. */
export function noSuchMailbox(id: string): ProblemError {
  return new ProblemError("NOT_FOUND", `There is no mailbox ${id}.`);
}

/** Two living mailboxes never have one address. */
export function addressTaken(address: string): ProblemError {
  return new ProblemError("ALREADY_EXISTS", `There is a mailbox with the address ${address} already.`, {
    remedy: "Use that mailbox, or delete it first.",
    errors: [{ pointer: "/address", reason: "is taken" }],
  });
}
