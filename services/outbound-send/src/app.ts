import type { Consumption } from "@mailfleet/bus";
import { type ConsumerDefinition, consumers, ProblemError, type StreamName, streams } from "@mailfleet/contracts";
import { ActivityCounter } from "./activity/counter.ts";
import { Connections } from "./connection/connections.ts";
import { Sessions } from "./connection/sessions.ts";
import type { Ports } from "./ports.ts";
import { runSync } from "./run/run-sync.ts";
import { runTest } from "./run/run-test.ts";
import { Attempts } from "./send/attempts.ts";
import { discardSend } from "./send/discard-send.ts";
import { Drains } from "./send/drains.ts";
import { followLifecycle } from "./send/follow-lifecycle.ts";
import { HandOver } from "./send/hand-over.ts";
import { Journals } from "./send/journal.ts";
import { getSend, listSends } from "./send/list-sends.ts";
import { releaseSend } from "./send/release-send.ts";
import { submitSend } from "./send/submit-send.ts";
import { Sweep } from "./send/sweep.ts";
import { WakeUps } from "./send/wake-ups.ts";
import { appendUpload } from "./upload/append-upload.ts";

const usedStreams = ["MAILBOX", "RUNS", "SENDS", "TIMERS", "FACTS", "DEAD"] as const satisfies readonly StreamName[];
const usedConsumers: readonly ConsumerDefinition[] = [
  consumers.outboundTests,
  consumers.outboundRuns,
  consumers.outboundSends,
  consumers.outboundLifecycle,
];

/** The service while it runs. */
export interface OutboundSend {
  /** One round of repairs, for tests that cannot wait for it. */
  sweep(): Promise<void>;
  /** Stops taking work, ends attempts at a message boundary, writes down what is known. */
  stop(): Promise<void>;
}

/** Wires operations to the bus. */
export async function startOutboundSend(ports: Ports): Promise<OutboundSend> {
  const { bus, policy } = ports;
  const journals = await Journals.open(ports);
  const connections = new Connections(ports);
  const sessions = new Sessions(ports);
  const activity = new ActivityCounter(ports);
  const handOver = new HandOver(ports);
  const attempts = new Attempts(ports, connections, handOver, activity);
  const drains = new Drains(ports, connections, sessions, attempts, journals);
  const wakeUps = new WakeUps(ports, drains);
  const sweep = new Sweep(ports, connections, drains);
  const sending = { connections, sessions, attempts, drains, wakeUps };
  const isOutage = (error: unknown) =>
    ports.isOutage(error) || (error instanceof ProblemError && error.problem.code === "UNAVAILABLE");

  await bus.declare(
    usedStreams.map((name) => streams[name]),
    usedConsumers,
  );
  const running: Consumption[] = await Promise.all([
    bus.consume(consumers.outboundTests, {
      types: ["run.requested.v1"],
      concurrency: 32,
      keyOf: ({ body }) => body.mailboxId,
      isOutage,
      handle: ({ body }) => runTest(ports, connections, sessions, body),
    }),
    bus.consume(consumers.outboundRuns, {
      types: ["run.requested.v1"],
      concurrency: 16,
      keyOf: ({ body }) => body.mailboxId,
      isOutage,
      handle: ({ body }) => runSync(ports, sending, body),
    }),
    bus.consume(consumers.outboundSends, {
      types: ["sends.due.v1"],
      concurrency: policy.mailboxes,
      keyOf: ({ body }) => body.mailboxId,
      isOutage,
      handle: ({ body }) => drains.drain(body.mailboxId),
      // A wake-up that was refused until now was meant for this one: once more.
      acknowledged: ({ body }) => void drains.drain(body.mailboxId).catch(() => {}),
    }),
    bus.consume(consumers.outboundLifecycle, {
      types: ["mailbox.transitioned.v1", "mailbox.deleted.v1"],
      concurrency: 8,
      keyOf: ({ body }) => body.mailboxId,
      isOutage,
      handle: (message) => followLifecycle(ports, connections, wakeUps, message),
    }),
  ]);
  await bus.respond({
    "outbound-send.upload.append": (input, { attachment }) => appendUpload(ports, input, attachment),
    "outbound-send.send.submit": (input, { attachment }) => submitSend(ports, connections, wakeUps, input, attachment),
    "outbound-send.send.get": (input) => getSend(ports, input),
    "outbound-send.send.list": (input) => listSends(ports, input),
    "outbound-send.send.release": (input) => releaseSend(ports, wakeUps, input),
    "outbound-send.send.discard": (input) => discardSend(ports, input),
    "outbound-send.activity.get": ({ mailboxId }) => ports.activity.get(mailboxId),
  });
  sweep.start();

  return {
    sweep: () => sweep.once(),
    stop: async () => {
      const consumed = running.map((consumption) => consumption.stop());
      await Promise.all([sweep.stop(), sessions.close(), drains.stop(), ...consumed]);
      await handOver.settle();
      await Promise.all([journals.close(), activity.stop()]);
    },
  };
}
