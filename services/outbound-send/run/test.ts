import type { OutboundConnector } from "@mailfleet/connector-api";
import type { TestStep } from "@mailfleet/contracts";
import { composeProbe } from "@mailfleet/mime";
import type { OpenedConnection, StartedRun, TestedRun, TestWork } from "@mailfleet/worker";
import type { OutboundPorts } from "../ports.ts";

/** Signing in, and one small message. */
const deadlineMs = 120_000;

/**
 * A test goes the whole way: it really sends a probe to the mailbox's own address. It is written down before, so that a
 * run that is delivered twice repeats its result, or at least does not send a second probe.
 */
export function createTest(ports: OutboundPorts): TestWork<OutboundConnector> {
  return { deadlineMs, test: (run, opened, tell) => test(ports, run, opened, tell) };
}

async function test(
  ports: OutboundPorts,
  { connection, signal }: StartedRun,
  { connector, options }: OpenedConnection<OutboundConnector>,
  tell: (step: TestStep, index: number) => void,
): Promise<TestedRun> {
  const { mailboxId, address, generation } = connection;
  const before = await ports.activity.startTest(mailboxId, generation, ports.now());
  if (before?.result && before.generation === generation) return { ...before.result, steps: [...before.result.steps] };
  // One that was broken off may have sent its probe: then signing in has to do.
  const probe = before
    ? null
    : await composeProbe({ mailboxId, address, generation, at: ports.now(), sign: ports.signProbe });
  const report = await connector.test(options, probe, tell, signal);
  const result = { at: ports.now(), ...report };
  await ports.activity.finishTest(mailboxId, generation, result);
  return result;
}
