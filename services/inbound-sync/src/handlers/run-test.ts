import type { Incoming } from "@mailfleet/bus";
import type { ConnectOptions, InboundConnector, TestReport } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureCodes, failureOf, type TestStep } from "@mailfleet/contracts";
import { askConnection, connectorFor, openConnection } from "../connection.ts";
import { alertCleared, type RunContext, runFinished, runResult, runStep } from "../facts.ts";
import type { InboundPorts } from "../ports.ts";
import { comeAgain, takeSlot } from "../slot.ts";
import { failureFor } from "./run-sync.ts";

/** A test that takes longer is broken off; the machine's own deadline is far longer and only covers loss. */
const testDeadlineMs = 60_000;

/** Goes the whole way once and says what each step found, while it goes. */
export function createRunTest(ports: InboundPorts) {
  return async (message: Incoming<"run.requested.v1">, signal: AbortSignal): Promise<void> => {
    const run = message.body;
    const { mailboxId, purpose, generation } = run;
    const logger = ports.logger.child({ mailboxId, purpose, generation });
    const context: RunContext = { run, correlation: message.correlation ?? message.id, causation: message.id };

    const connection = await askConnection(ports, run, context.correlation);
    if (!connection) {
      ports.metrics.runs.inc({ purpose, outcome: "dropped" });
      return logger.debug({}, "the test is not wanted any more");
    }
    const slot = await takeSlot(ports, connection);
    if (!slot) {
      ports.metrics.runs.inc({ purpose, outcome: "no-slot" });
      return await comeAgain(ports, context);
    }
    const observe = ports.metrics.runSeconds.startTimer({ purpose });
    try {
      const told: Promise<unknown>[] = [];
      const tell = (step: TestStep, index: number) => {
        const publishing = ports.bus.publish(runStep(context, index, step, ports.now()));
        publishing.catch(() => {});
        told.push(publishing);
      };
      const { steps, failure } = await runTest(ports, connection, tell, signal, logger);
      await Promise.all(told);
      const at = ports.now();
      await ports.bus.publish(runFinished(context, failure, at));
      await ports.bus.publish(runResult(context, failure, at, steps));
      await ports.syncs.stampTest(mailboxId, { at, ok: failure === null });
      if (failure === null && (await ports.syncs.get(mailboxId))?.stalled) {
        await ports.bus.publish(alertCleared(mailboxId, "STALLED", at));
        await ports.syncs.markStalled(mailboxId, false);
      }
      ports.metrics.runs.inc({ purpose, outcome: failure ? "failed" : "ok" });
      logger.info({ outcome: failure ? "failed" : "ok", code: failure?.code }, "tested");
    } finally {
      observe();
      await slot.give();
    }
  };
}

async function runTest(
  ports: InboundPorts,
  connection: Connection,
  tell: (step: TestStep, index: number) => void,
  signal: AbortSignal,
  logger: InboundPorts["logger"],
): Promise<TestReport> {
  const steps: TestStep[] = [];
  const listen = (step: TestStep, index: number) => {
    steps.push(step);
    tell(step, index);
  };
  const broken = (step: TestStep["step"], error: unknown): TestReport => {
    const failure = failureFor(error, logger);
    const { code, evidence } = failure;
    const { remedy } = failureCodes[code];
    const detail = evidence?.reply ?? evidence?.systemCode;
    listen({ step, outcome: "failed", ms: 0, code, remedy, ...(detail && { detail }) }, steps.length);
    return { steps, failure };
  };

  let options: ConnectOptions;
  let connector: InboundConnector;
  try {
    connector = await connectorFor(ports, connection);
    options = await openConnection(ports, connection);
  } catch (error) {
    if (ports.isOutage(error)) throw error;
    return broken("settings", error);
  }
  const deadline = AbortSignal.timeout(testDeadlineMs);
  try {
    return await connector.test(options, listen, AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (!deadline.aborted) return broken("list", error);
    const reply = `broken off after ${testDeadlineMs / 1000} s`;
    return broken("list", new FailureError(failureOf("RUN_TIMEOUT", { reply })));
  }
}
