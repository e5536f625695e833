import type { Consumption } from "@mailfleet/bus";
import { type ConsumerDefinition, consumers, ProblemError, type StreamName, streams } from "@mailfleet/contracts";
import { ActivityCounter } from "./activity-counter.ts";
import { Connections } from "./connections.ts";
import { appendUpload } from "./handlers/append-upload.ts";
import { discardSend } from "./handlers/discard-send.ts";
import { followLifecycle } from "./handlers/follow-lifecycle.ts";
import { getSend, listSends } from "./handlers/list-sends.ts";
import { releaseSend } from "./handlers/release-send.ts";
import { runSync } from "./handlers/run-sync.ts";
import { runTest } from "./handlers/run-test.ts";
import { submitSend } from "./handlers/submit-send.ts";
import type { Ports } from "./ports.ts";
import { Sender } from "./sender.ts";
import { Sessions } from "./sessions.ts";
import { Sweep } from "./sweep.ts";

const usedStreams = ["MAILBOX", "RUNS", "SENDS", "TIMERS", "FACTS", "DEAD"] as const satisfies readonly StreamName[];
const usedConsumers: readonly ConsumerDefinition[] = [
  consumers.outboundTests,
  consumers.outboundRuns,
  consumers.outboundSends,
  consumers.outboundLifecycle,
];

/** The service while it runs. */
export interface OutboundSend {
  /** One round of repairs, for tests that do not want to wait for it. */
  sweep(): Promise<void>;
  /** Stops taking work, ends attempts at a message boundary, writes down what is known. */
  stop(): Promise<void>;
}

/** Wires handlers to the bus. */
export async function startOutboundSend(ports: Ports): Promise<OutboundSend> {
  const { bus, policy } = ports;
  const connections = new Connections(ports);
  const sessions = new Sessions(ports);
  const activity = new ActivityCounter(ports);
  const sender = new Sender(ports, connections, sessions, activity);
  const sweep = new Sweep(ports, connections, sender);
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
      handle: ({ body }) => runSync(ports, connections, sessions, sender, body),
    }),
    bus.consume(consumers.outboundSends, {
      types: ["send.due.v1"],
      concurrency: policy.concurrency,
      isOutage,
      handle: ({ body }) => sender.due(body.mailboxId, body.sendId),
    }),
    bus.consume(consumers.outboundLifecycle, {
      types: ["mailbox.transitioned.v1", "mailbox.deleted.v1"],
      concurrency: 8,
      keyOf: ({ body }) => body.mailboxId,
      isOutage,
      handle: (message) => followLifecycle(ports, connections, message),
    }),
  ]);
  await bus.respond({
    "outbound-send.upload.append": (input) => appendUpload(ports, input),
    "outbound-send.send.submit": (input) => submitSend(ports, connections, input),
    "outbound-send.send.get": (input) => getSend(ports, input),
    "outbound-send.send.list": (input) => listSends(ports, input),
    "outbound-send.send.release": (input) => releaseSend(ports, input),
    "outbound-send.send.discard": (input) => discardSend(ports, input),
    "outbound-send.activity.get": ({ mailboxId }) => ports.activity.get(mailboxId),
  });
  sweep.start();

  return {
    sweep: () => sweep.once(),
    stop: async () => {
      await Promise.all([...running.map((consumption) => consumption.stop()), sweep.stop(), sessions.close()]);
      await activity.stop();
    },
  };
}
