import { type Bus, connectBus } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import {
  consumers,
  type FailPoint,
  type Logger,
  noFailPoint,
  type OutgoingMessage,
  subjects,
  type TimerSet,
} from "@mailfleet/contracts";
import { type GivenPorts, markNew, Registry, startService, wantedBy } from "@mailfleet/kit";
import { startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore, isOutage, makeCollections } from "@mailfleet/store";
import { createMetrics } from "../metrics.ts";
import type { SchedulerPorts } from "../ports.ts";
import { scheduler } from "../service.ts";
import { createTimerStore } from "../timer/store.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

/** Real engines, an observer's bus, and as many schedulers as a test starts. */
export async function givenEngines() {
  const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
  const connect = (url: string) => connectStore({ url, database: mongo.dbName, appName: "test", logger: silent });
  const store = await connect(mongo.url);
  const stores = [store];
  const timers = createTimerStore(store);
  const bus = await connectBus({ url: nats.url, name: "observer", logger: silent, isOutage: () => false });
  await makeStreams(nats);
  await makeCollections(store, wantedBy(scheduler).collections);
  await markNew({ bus, deployment: store.deployment }, Date.now());
  const buses: Bus[] = [bus];
  const running = new Set<() => Promise<void>>();
  /** What a test started; ended after it, however it went: a replica or a watch that stays takes from the next test. */
  const started = (stop: () => Promise<void>) => {
    const once = async () => void (running.delete(once) && (await stop()));
    running.add(once);
    return once;
  };
  return {
    nats,
    mongo,
    bus,
    timers,
    db: store.db,
    /** One replica with its own connection, and its counters. */
    startReplica: async (
      options: { failPoint?: FailPoint; now?: () => number; takes?: (subject: string) => boolean } = {},
    ) => {
      const failPoint = options.failPoint ?? noFailPoint;
      const own = await connectBus({
        ...nats.signIn("scheduler"),
        name: "scheduler",
        logger: silent,
        failPoint,
        isOutage,
      });
      buses.push(own);
      const ownStore = await connect(mongo.urlOf("scheduler"));
      stores.push(ownStore);
      const registry = new Registry();
      const metrics = createMetrics(registry);
      const ports: GivenPorts<SchedulerPorts> = {
        bus: refusing(own, options.takes),
        timers: createTimerStore(ownStore),
        metrics,
        logger: silent,
        registry,
        failPoint,
        isOutage,
        now: options.now ?? Date.now,
      };
      const service = await startService(scheduler, ports);
      const count = async (name: "fired" | "coalesced" | "spread" | "refused") =>
        (await metrics[name].get()).values[0]?.value ?? 0;
      return { count, stop: started(() => service.stop()) };
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
      return { seen, stop: started(() => watching.stop()) };
    },
    endTest: async () => void (await Promise.all([...running].map((stop) => stop()))),
    stop: async () => {
      await Promise.all(buses.map((one) => one.stop()));
      await Promise.all(stores.map((one) => one.close()));
      await Promise.all([nats.stop(), mongo.stop()]);
    },
  };
}

/** A bus whose streams refuse what `takes` rejects, like a stream that is full or gone. */
function refusing(bus: Bus, takes: (subject: string) => boolean = () => true): Bus {
  return {
    ...bus,
    publishEach: async (messages) => {
      const outcomes = await bus.publishEach(messages.filter(({ subject }) => takes(subject)));
      return messages.map(({ subject }) => (takes(subject) ? (outcomes.shift() ?? null) : null));
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
