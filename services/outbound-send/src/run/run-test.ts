import type { TestReport } from "@mailfleet/connector-api";
import { type Connection, FailureError, type RunRequested, type TestStep } from "@mailfleet/contracts";
import { composeProbe } from "@mailfleet/mime";
import type { Connections } from "../connection/connections.ts";
import type { Sessions } from "../connection/sessions.ts";
import type { Ports } from "../ports.ts";
import { type OutboundRun, runEnded, runFinished, runStep } from "../send/facts.ts";
import { reasonOf } from "../send/until-stored.ts";

/**
 * A test goes the whole way: it really sends a probe to the mailbox's own address. It is written down before, so that a
 * run that is delivered twice repeats its result, or at least does not send a second probe.
 */
export async function runTest(
  ports: Ports,
  connections: Connections,
  sessions: Sessions,
  body: RunRequested,
): Promise<void> {
  const run: OutboundRun = { mailboxId: body.mailboxId, purpose: "test", generation: body.generation };
  const connection = await connections.fresh(run.mailboxId);
  if (!connection?.allowed || connection.generation !== run.generation) return;
  const before = await ports.activity.startTest(run.mailboxId, run.generation, ports.now());
  if (before && before.generation > run.generation) return;
  let result = before?.result;
  if (!result) {
    const report = await test(ports, sessions, connection, before === null, (step, index) => {
      // Only for those who watch: nothing depends on it.
      ports.bus.publish(runStep(run, step, index, ports.now())).catch(() => {});
    });
    result = { at: ports.now(), ...report };
    await ports.activity.finishTest(run.mailboxId, run.generation, result);
  }
  const { failure, steps, at } = result;
  await ports.bus.publishAll([runEnded(run, failure, steps, at), runFinished(run, failure, at)]);
  ports.logger.info({ mailboxId: run.mailboxId, code: failure?.code }, "outbound test ended");
}

/** Goes the way of a connection, with a probe or only to signing in. Never throws for what a server does. */
export async function test(
  ports: Ports,
  sessions: Sessions,
  connection: Connection,
  withProbe: boolean,
  listener: (step: TestStep, index: number) => void = () => {},
): Promise<TestReport> {
  const { mailboxId, address, generation } = connection;
  try {
    const { connector, options } = await sessions.connect(connection);
    const probe = withProbe
      ? await composeProbe({ mailboxId, address, generation, at: ports.now(), sign: ports.signProbe })
      : null;
    return await connector.test(options, probe, listener, ports.signal);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    const { failure } = error;
    const step: TestStep = { step: "settings", outcome: "failed", ms: 0, code: failure.code, detail: reasonOf(error) };
    listener(step, 0);
    return { steps: [step], failure };
  }
}
