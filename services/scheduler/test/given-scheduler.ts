import { type Bus, connectBus } from "@mailfleet/bus";
import {
  consumers,
  type FailPoint,
  type Logger,
  noFailPoint,
  type OutgoingMessage,
  streams,
  subjects,
  type TimerSet,
} from "@mailfleet/contracts";
import { startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, createTimerRepository, isOutage } from "@mailfleet/store";
import { startScheduler } from "../src/app.ts";
import type { SchedulerPorts } from "../src/ports.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Real engines, an observer's bus, and as many schedulers as a test starts. */
export async function givenEngines() {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "test", logger: silent });
  const timers = await createTimerRepository(store);
  const bus = await connectBus({ url: nats.url, name: "observer", logger: silent, isOutage: () => false });
  await bus.declare(Object.values(streams), Object.values(consumers));
  const buses: Bus[] = [bus];
  return {
    nats,
    mongo,
    bus,
    timers,
    /** One replica with its own connection; its counters beside it. */
    startReplica: async (options: { failPoint?: FailPoint; now?: () => number } = {}) => {
      const failPoint = options.failPoint ?? noFailPoint;
      const own = await connectBus({ url: nats.url, name: "scheduler", logger: silent, failPoint, isOutage });
      buses.push(own);
      const counted = { fired: 0, coalesced: 0, spread: 0 };
      const ports: SchedulerPorts = {
        bus: own,
        timers,
        metrics: {
          fired: (lags) => {
            counted.fired += lags.length;
          },
          coalesced: (count) => {
            counted.coalesced += count;
          },
          spread: (count) => {
            counted.spread += count;
          },
        },
        logger: silent,
        failPoint,
        isOutage,
        now: options.now ?? Date.now,
      };
      const scheduler = await startScheduler(ports);
      return { counted, stop: () => scheduler.stop() };
    },
    /** Keeps everything that arrives for mailbox machines. */
    watchMailboxEvents: async () => {
      const seen: { id: string; at: number | undefined; arrived: number; generation: number | undefined }[] = [];
      const watching = await bus.consume(consumers.configEvents, {
        types: ["mailbox.timer-fired.v1"],
        concurrency: 500,
        handle: async ({ id, body, generation }) =>
          void seen.push({ id, at: body.at, arrived: Date.now(), generation }),
      });
      return { seen, stop: () => watching.stop() };
    },
    stop: async () => {
      await Promise.all(buses.map((one) => one.stop()));
      await store.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

/** A timer that delivers to the machine of mailbox `owner`. */
export function timer(owner: string, more: Partial<TimerSet> = {}): TimerSet {
  return {
    owner,
    name: "inbound-deadline",
    seq: 1,
    due: Date.now(),
    deliver: {
      subject: subjects.mailboxEvent(owner),
      type: "mailbox.timer-fired.v1",
      mailboxId: owner,
      generation: 3,
      body: { mailboxId: owner, direction: "inbound", generation: 3 },
    },
    ...more,
  };
}

export const setMessage = (body: TimerSet): OutgoingMessage => ({
  id: `set:${body.owner}/${body.name}:${body.seq}`,
  subject: subjects.timerSet(body.owner),
  type: "timer.set.v1",
  at: 1,
  body,
});

export const clearMessage = (owner: string, name: string, seq: number): OutgoingMessage => ({
  id: `clear:${owner}/${name}:${seq}`,
  subject: subjects.timerClear(owner),
  type: "timer.clear.v1",
  at: 1,
  body: { owner, name, seq },
});
