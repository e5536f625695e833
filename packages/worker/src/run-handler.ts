import { type Failure, failureOf } from "@mailfleet/contracts";
import { failureFields, LeaseLost, type Permit } from "@mailfleet/kit";
import { beginRun, comeAgain } from "./begin-run.ts";
import type { Connections } from "./connections.ts";
import { failureFor, isServiceAway } from "./describe-error.ts";
import { createLastRuns } from "./last-runs.ts";
import type { RunOutcome } from "./metrics.ts";
import { type OpenedConnection, openConnection } from "./open-connection.ts";
import { isTroubled, permitKeys } from "./permit-keys.ts";
import type { WorkerParts, WorkerPorts } from "./ports.ts";
import type { Hold, Run, RunEnd, RunMessage, StartedRun } from "./run.ts";
import { runResult } from "./run-messages.ts";
import { tracedRun } from "./traced-run.ts";

/** A mailbox that did not work the last time, or was slow, comes again after this, and is in nobody's way. */
const patientMs = 5000;

/** What the work of a run found. */
export interface Worked {
  /** The mailbox cannot work, found without an error being thrown. */
  readonly failure?: Failure | null;
  /** More is left: the run comes again at once. */
  readonly more?: boolean;
  /** Nothing is known about the mailbox, so nothing is reported to the machine. */
  readonly untold?: boolean;
  /** The work found no connection free: nothing is known, and the run comes again in a moment. */
  readonly noPermit?: boolean;
  /** The connection that the work was lent is gone: nothing is known, and the run goes on over one of its own. */
  readonly lentInVain?: boolean;
}

/** What a service does with runs of the purposes `sync` and `probe`. */
export interface RunWork<Connector, Held extends Hold> {
  /** The whole run, connecting included, ends after this. */
  readonly deadlineMs: number;
  /** False: the work itself takes a permit for each connection that it makes. */
  readonly takesPermit?: boolean | ((run: Run) => boolean);
  /** Holds the mailbox; `null`: another run has it, and this one is not needed. */
  hold(run: Run): Promise<Held | null>;
  /** The work itself. Throws `FailureError`, outages, `LeaseLost`, or the signal's reason. */
  work(run: StartedRun<Held>, opened: OpenedConnection<Connector>): Promise<Worked>;
  /** After the result was reported, before the mailbox is released: a crash in between repeats the run. */
  ended?(run: StartedRun<Held>, end: RunEnd): Promise<void>;
}

/**
 * Handles a run: asks for the connection, opens credentials, takes a permit, holds the mailbox, works under one
 * deadline and tells the machine. A run that goes well in a mailbox that is running tells nothing. Whatever happens,
 * permit and mailbox are given back. Throws outages, so that the same message is handled again.
 */
export function createRunHandler<Connector, Held extends Hold>(
  ports: WorkerParts<Connector>,
  connections: Connections,
  definition: RunWork<Connector, Held>,
): (message: RunMessage, stopping: AbortSignal) => Promise<void> {
  const lastRuns = createLastRuns(ports.now);
  return tracedRun(async (message, stopping, say) => {
    const { purpose } = message.body;
    const count = (outcome: RunOutcome) => {
      say({ outcome });
      ports.metrics.runs.inc({ direction: ports.direction, purpose, outcome });
    };
    const beginning = await beginRun(ports, connections, message);
    // The timer brings the poll again, and then we ask again whether it may run.
    if (beginning.is !== "wanted") return count("dropped");
    const { run } = beginning;
    const opened = await opening(ports, run);
    if ("failure" in opened) {
      run.logger.warn(failureFields(opened.failure), "a run failed");
      await tell(ports, run, opened.failure);
      return count("failed");
    }
    const { takesPermit = true } = definition;
    const attempt = async (needsOne: boolean): Promise<RunOutcome | "lent-in-vain"> => {
      const pace = lastRuns.paceOf(run.mailboxId);
      const permit = needsOne ? await ports.permits.take(permitKeys(run.connection, pace === "quick")) : null;
      if (needsOne && permit === null) {
        run.logger.debug({}, "no connection is free for these credentials or this host; the run comes again");
        await comeAgain(ports, run.context, pace === "slow" || isTroubled(run.connection) ? patientMs : undefined);
        return "no-permit";
      }
      const startedAt = ports.now();
      const observe = ports.metrics.seconds.startTimer({ direction: ports.direction, purpose });
      try {
        const outcome = await held(ports, definition, { run, opened, permit, stopping });
        // One that did not get as far as the server proves nothing about it.
        if (outcome === "ok" || outcome === "failed") lastRuns.ended(run.mailboxId, startedAt);
        return outcome;
      } finally {
        observe();
        await permit?.give();
      }
    };
    const first = await attempt(typeof takesPermit === "function" ? takesPermit(run) : takesPermit);
    const outcome = first === "lent-in-vain" ? await attempt(true) : first;
    if (outcome !== "lent-in-vain") count(outcome);
  });
}

/** The opened connection, or why it cannot be opened. */
export async function opening<Connector>(
  ports: WorkerParts<Connector>,
  run: Run,
  asked: "test" | null = null,
): Promise<OpenedConnection<Connector> | { failure: Failure }> {
  try {
    return await openConnection(ports, run.connection, { asked });
  } catch (error) {
    if (isAway(ports, error)) throw error;
    return { failure: failureFor(error, run.logger) };
  }
}

/** True for what only means that something is away: the message is handled again. */
export function isAway(ports: Pick<WorkerPorts<unknown>, "isOutage">, error: unknown): boolean {
  return ports.isOutage(error) || isServiceAway(error);
}

async function held<Connector, Held extends Hold>(
  ports: WorkerParts<Connector>,
  definition: RunWork<Connector, Held>,
  given: {
    readonly run: Run;
    readonly opened: OpenedConnection<Connector>;
    readonly permit: Permit | null;
    readonly stopping: AbortSignal;
  },
): Promise<RunOutcome | "lent-in-vain"> {
  const { run, opened, permit, stopping } = given;
  const hold = await definition.hold(run);
  if (!hold) {
    run.logger.debug({}, "another run has this mailbox at the moment");
    return "busy";
  }
  const deadline = AbortSignal.timeout(definition.deadlineMs);
  const rights = [hold.signal, ...(permit ? [permit.signal] : [])];
  const signal = AbortSignal.any([stopping, deadline, ...rights]);
  const connectionWanted = () => permit?.wanted ?? false;
  const started: StartedRun<Held> = {
    ...{ ...run, signal, held: hold, startedAt: ports.now(), connectionWanted },
    hasPermit: permit !== null,
  };
  try {
    let worked: Worked;
    try {
      worked = await definition.work(started, opened);
    } catch (error) {
      if (error instanceof LeaseLost || rights.some(({ aborted }) => aborted)) return await lost(ports, run);
      // At a message boundary: what is stored is stored, the run itself goes to another replica or is tried again.
      if (stopping.aborted || isAway(ports, error)) throw error;
      worked = { failure: deadline.aborted ? tookTooLong(definition.deadlineMs) : failureFor(error, run.logger) };
    }
    if (worked.lentInVain) return "lent-in-vain";
    if (worked.noPermit) {
      await comeAgain(ports, run.context);
      return "no-permit";
    }
    const { failure = null, more = false } = worked;
    if (failure) run.logger.warn(failureFields(failure), "a run failed");
    if (more) await comeAgain(ports, run.context, 0);
    if (!worked.untold) await tell(ports, run, failure);
    await definition.ended?.(started, { at: ports.now(), failure, more });
    return failure === null ? "ok" : "failed";
  } catch (error) {
    // Behind the work, e.g. because the mailbox was deleted meanwhile.
    if (error instanceof LeaseLost) return await lost(ports, run);
    throw error;
  } finally {
    await hold.release();
  }
}

async function lost(ports: Pick<WorkerPorts<unknown>, "bus" | "now">, run: Run): Promise<RunOutcome> {
  run.logger.info({}, "the run lost its right to the mailbox or its connection; it comes again");
  await comeAgain(ports, run.context);
  return "lost";
}

/** The run was broken off by its own deadline. */
export function tookTooLong(deadlineMs: number): Failure {
  return failureOf("RUN_TIMEOUT", { reply: `broken off after ${deadlineMs / 1000} s` });
}

async function tell(
  ports: Pick<WorkerPorts<unknown>, "bus" | "now">,
  run: Run,
  failure: Failure | null,
): Promise<void> {
  if (failure === null && run.connection.state === "enabled.running") return;
  await ports.bus.publish(runResult(run.context, failure, ports.now()));
}
