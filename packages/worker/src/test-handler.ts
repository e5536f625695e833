import type { TestReport } from "@mailfleet/connector-api";
import { type Failure, failureCodes, type TestStep } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import { type Beginning, beginRun, comeAgain, contextOf } from "./begin-run.ts";
import { afterCertificate } from "./certificate-step.ts";
import type { Connections } from "./connections.ts";
import { failureFor } from "./describe-error.ts";
import type { RunOutcome } from "./metrics.ts";
import type { OpenedConnection } from "./open-connection.ts";
import { permitKeys } from "./permit-keys.ts";
import type { WorkerParts, WorkerPorts } from "./ports.ts";
import { nothingHeld, type Run, type RunEnd, type RunMessage, type StartedRun } from "./run.ts";
import { isAway, opening, tookTooLong } from "./run-handler.ts";
import { type RunContext, runFinished, runResult, runStep } from "./run-messages.ts";
import { tracedRun } from "./traced-run.ts";

/** A test that is over. */
export interface TestedRun extends TestReport {
  /** When it ended, if known from before: for a result that is reported a second time. */
  readonly at?: number;
}

/** What a service does with runs of the purpose `test`. */
export interface TestWork<Connector> {
  /** The whole test ends after this; the machine's own deadline is far longer and only covers loss. */
  readonly deadlineMs: number;
  /** Goes the whole way once; tells each step as it is done. */
  test(
    run: StartedRun,
    opened: OpenedConnection<Connector>,
    tell: (step: TestStep, index: number) => void,
  ): Promise<TestedRun>;
  /** After the result was reported. */
  ended?(run: Run, end: RunEnd): Promise<void>;
}

/**
 * Handles a test: whatever stops it is its result and said at once, also that it cannot be run at all. Only an outage
 * is none: the same message is handled again. A test that comes before its mailbox heard of a change comes again: were
 * it dropped, its direction would wait for the machine's deadline.
 */
export function createTestHandler<Connector>(
  ports: WorkerParts<Connector>,
  connections: Connections,
  definition: TestWork<Connector>,
): (message: RunMessage, stopping: AbortSignal) => Promise<void> {
  return tracedRun(async (message, stopping, say) => {
    const { purpose } = message.body;
    const count = (outcome: RunOutcome) => {
      say({ outcome });
      ports.metrics.runs.inc({ direction: ports.direction, purpose, outcome });
    };
    const beginning = await begin(ports, connections, message);
    switch (beginning.is) {
      case "dropped":
        count("dropped");
        return;
      case "too-early":
        count("dropped");
        return await comeAgain(ports, beginning.context);
      case "impossible":
        count("failed");
        await told(ports, beginning.context, stopped(beginning.failure));
        return;
    }
    const { run } = beginning;
    const opened = await opening(ports, run, "test");
    if ("failure" in opened) return count(await finish(run, stopped(opened.failure)));
    const permit = await ports.permits.take(permitKeys(run.connection));
    if (permit === null) {
      count("no-permit");
      return await comeAgain(ports, run.context);
    }
    const observe = ports.metrics.seconds.startTimer({ direction: ports.direction, purpose });
    let tested: TestedRun;
    try {
      const deadline = AbortSignal.timeout(definition.deadlineMs);
      const signal = AbortSignal.any([stopping, deadline, permit.signal]);
      const started: StartedRun = {
        ...run,
        signal,
        held: nothingHeld,
        startedAt: ports.now(),
        hasPermit: true,
        connectionWanted: () => false,
      };
      const steps: TestStep[] = [];
      const steppedOut: Promise<unknown>[] = [];
      const tell = (step: TestStep, index: number) => {
        steps.push(step);
        // Only for those who watch: nothing depends on it but the order in which they see it.
        steppedOut.push(ports.bus.publish(runStep(run.context, index, step, ports.now())));
      };
      try {
        tested = await afterCertificate(opened.options, tell, signal, (next) => definition.test(started, opened, next));
      } catch (error) {
        if (stopping.aborted || isAway(ports, error)) throw error;
        if (permit.signal.aborted) {
          count("lost");
          return await comeAgain(ports, run.context);
        }
        const failure = deadline.aborted ? tookTooLong(definition.deadlineMs) : failureFor(error, run.logger);
        tested = stopped(failure, steps);
      }
      await Promise.allSettled(steppedOut);
    } finally {
      observe();
      await permit.give();
    }
    count(await finish(run, tested));
  });

  async function finish(run: Run, tested: TestedRun): Promise<RunOutcome> {
    const { failure } = tested;
    const at = await told(ports, run.context, tested);
    await definition.ended?.(run, { at, failure, more: false });
    const outcome = failure ? "failed" : "ok";
    run.logger.info({ outcome, ...(failure && failureFields(failure)) }, "tested");
    return outcome;
  }
}

/** Also an answer that cannot be understood is said: the machine waits for a result. */
async function begin<Connector>(
  ports: WorkerParts<Connector>,
  connections: Connections,
  message: RunMessage,
): Promise<Beginning> {
  try {
    return await beginRun(ports, connections, message);
  } catch (error) {
    if (isAway(ports, error)) throw error;
    return { is: "impossible", context: contextOf(message), failure: failureFor(error, ports.logger) };
  }
}

/** A test that ended outside of its connector: the last step says why. */
export function stopped(failure: Failure, before: readonly TestStep[] = []): TestReport {
  const { text, remedy } = failureCodes[failure.code];
  const detail = failure.evidence?.reply ?? failure.evidence?.systemCode ?? text;
  const step = before.length === 0 ? "settings" : "list";
  return {
    steps: [...before, { step, outcome: "failed", ms: 0, code: failure.code, detail, remedy }],
    failure,
  };
}

async function told(
  ports: Pick<WorkerPorts<unknown>, "bus" | "now">,
  context: RunContext,
  { steps, failure, at = ports.now() }: TestedRun,
): Promise<number> {
  await ports.bus.publish(runFinished(context, failure, at));
  await ports.bus.publish(runResult(context, failure, at, steps));
  return at;
}
