import { consumers, type RunRequested } from "@mailfleet/contracts";
import { isServiceAway } from "./connection.ts";
import { createRequestHandlers } from "./handlers/answer-requests.ts";
import { createFollowLifecycle } from "./handlers/follow-lifecycle.ts";
import { createRunSync } from "./handlers/run-sync.ts";
import { createRunTest } from "./handlers/run-test.ts";
import { createWatchStalled } from "./handlers/watch-stalled.ts";
import type { InboundPorts } from "./ports.ts";

/** Runs at the same time in one process. A batch of a run takes a few megabytes. */
const tests = 16;
const runs = 24;
const stalledSweepMs = 10_000;

/** The running service. */
export interface InboundApp {
  /** Stops pulling; runs end at the next message boundary and go to another replica. */
  stop(): Promise<void>;
}

/** Wires the handlers to the bus. */
export async function startInbound(ports: InboundPorts): Promise<InboundApp> {
  const { bus, logger } = ports;
  const isOutage = (error: unknown) => ports.isOutage(error) || isServiceAway(error);
  const keyOf = (message: { body: Pick<RunRequested, "mailboxId"> }) => message.body.mailboxId;

  const consumptions = await Promise.all([
    bus.consume(consumers.inboundTests, {
      types: ["run.requested.v1"],
      concurrency: tests,
      keyOf,
      isOutage,
      handle: createRunTest(ports),
    }),
    bus.consume(consumers.inboundRuns, {
      types: ["run.requested.v1"],
      concurrency: runs,
      keyOf,
      isOutage,
      handle: createRunSync(ports),
    }),
    bus.consume(consumers.inboundLifecycle, {
      types: ["mailbox.transitioned.v1", "mailbox.deleted.v1"],
      concurrency: 8,
      keyOf,
      isOutage,
      handle: createFollowLifecycle(ports),
    }),
  ]);
  await bus.respond(createRequestHandlers(ports));

  const watchStalled = createWatchStalled(ports);
  let sweep: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweep = sweep
      .then(watchStalled)
      .catch((error: unknown) => logger.debug({ err: error }, "the sweep for silent mailboxes comes again"));
  }, stalledSweepMs);

  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(consumptions.map((consumption) => consumption.stop()));
      await sweep;
    },
  };
}
