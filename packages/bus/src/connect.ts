import {
  blocking,
  type ConsumerDefinition,
  noFailPoint,
  type OutgoingMessage,
  streams,
  type TopologyStep,
} from "@mailfleet/contracts";
import { JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import type { Bus, BusOptions, ConsumerLag, PublishOptions, PublishOutcome } from "./bus.ts";
import { consume } from "./consume.ts";
import { consumeBatches } from "./consume-batches.ts";
import { deadLetter } from "./dead-letter.ts";
import { eraseMessages } from "./erase.ts";
import { follow } from "./follow.ts";
import { latest, putBehind } from "./latest.ts";
import { closeMs } from "./limits.ts";
import { openLink } from "./link.ts";
import { BusOutage } from "./outage.ts";
import { atMost } from "./pause.ts";
import { createPublisher, wholly } from "./publish.ts";
import { readFrom } from "./read-from.ts";
import { ask } from "./request.ts";
import { respond } from "./respond.ts";
import { storeMessages } from "./store-message.ts";
import { createStoring } from "./storing.ts";
import { planConsumer, planStream } from "./topology/plan.ts";
import { publishing, publishingAll } from "./traced-publish.ts";
import type { ConsumptionParts } from "./work.ts";

const defaultPatienceMs = 30_000;

/** Connects, waiting for NATS as long as it takes. Throws if the server is older than 2.12 or has no JetStream. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger, isOutage } = options;
  const patienceMs = options.publishPatienceMs ?? defaultPatienceMs;
  let health: () => string | null = () => "NATS has not answered yet";
  options.addReadiness?.("nats", () => health());
  const link = await openLink({
    ...options,
    onWaiting: (why) => {
      health = () => why;
    },
  });
  const store = storeMessages(link);
  const jsm = await jetstreamManager(link.nc, { timeout: 5000, checkAPI: false });
  const storing = createStoring();
  health = () => link.health() ?? storing.health();
  const publisher = createPublisher({ link, store, logger, patienceMs, storing });
  const underWay = new Set<Promise<unknown>>();
  const publishSome: typeof publisher = (messages, how) => {
    const published = publisher(messages, how).finally(() => underWay.delete(published));
    underWay.add(published);
    return published;
  };
  const publishAll = async (messages: readonly OutgoingMessage[], how: PublishOptions = {}) =>
    wholly(await publishSome(messages, how));
  const open = new Set<{ stop(): Promise<void> }>();
  const opened = <One extends { stop(): Promise<void> }>(one: One): { stop(): Promise<void> } => {
    open.add(one);
    return {
      stop: async () => {
        await one.stop();
        open.delete(one);
      },
    };
  };

  const consumption: ConsumptionParts = {
    link,
    logger,
    failPoint: options.failPoint ?? noFailPoint,
    isOutage,
    bury: async (definition, delivery, reason) => {
      const context = { consumer: definition.name, subject: delivery.subject, sequence: delivery.sequence, reason };
      logger.error(context, "dead letter");
      // A dead letter that cannot be handled stays where it is: a copy of it would come back to the same consumer.
      if (delivery.stream !== "DEAD") await publishAll([deadLetter(definition, delivery, reason)]);
    },
  };

  return {
    lacks: async (streams, consumers) => {
      const steps: TopologyStep[] = [];
      for (const one of streams) steps.push(...(await planStream(jsm, one)));
      for (const one of consumers) steps.push(...(await planConsumer(jsm, one)));
      return blocking(steps);
    },
    latest: (stream, subject, type) => latest(jsm, { stream, subject, type }),
    putBehind: async (message, sequence) => {
      try {
        const isDone = await putBehind(store, message, sequence);
        storing.stored(message.subject);
        return isDone;
      } catch (error) {
        if (link.health() === null) storing.failed(message.subject, (error as Error).cause);
        throw error;
      }
    },
    publish: (message, how) =>
      publishing(message, async (traced) => (await publishAll([traced], how))[0] as PublishOutcome),
    publishAll: (messages, how) => publishingAll(messages, (traced) => publishAll(traced, how)),
    publishEach: (messages) =>
      publishingAll(messages, async (traced) =>
        Array.from((await publishSome(traced, { alone: true })).outcomes, (outcome) => outcome ?? null),
      ),
    consume: async (definition, how) => opened(consume(consumption, definition, how)),
    consumeBatches: async (definition, how) => opened(consumeBatches(consumption, definition, how)),
    request: (name, input, how) => ask(link, name, input, how),
    respond: async (handlers) => void opened(await respond({ link, logger, isOutage }, handlers)),
    follow: async (what, handle) => opened(await follow({ link, jsm, logger }, what, handle)),
    readFrom: (what) => readFrom({ link, jsm }, what),
    erase: (mailbox) => eraseMessages(jsm, mailbox),
    server: async () => {
      try {
        const before = Date.now();
        const { ts = "" } = await jsm.streams.info(streams.DEPLOYMENT.name);
        const aheadMs = Date.parse(ts) - (before + Date.now()) / 2;
        return { version: link.nc.info?.version ?? "unknown", aheadMs };
      } catch (error) {
        throw new BusOutage("NATS does not say how late it is", { cause: error });
      }
    },
    streamUsage: async () => {
      try {
        const usage = [];
        for await (const { config, state } of jsm.streams.list())
          usage.push({
            ...{ name: config.name, bytes: state.bytes, maxBytes: config.max_bytes },
            oldestAt: state.messages > 0 ? Date.parse(state.first_ts) : null,
            maxAgeMs: config.max_age / 1_000_000,
          });
        return usage;
      } catch (error) {
        throw new BusOutage("NATS does not say how full its streams are", { cause: error });
      }
    },
    consumerLag: async (consumers) => {
      const lagOf = async ({ stream, name }: ConsumerDefinition): Promise<ConsumerLag[]> => {
        try {
          const { num_pending: waiting, num_ack_pending: handled } = await jsm.consumers.info(stream, name);
          return [{ stream, consumer: name, waiting, handled }];
        } catch (error) {
          if (error instanceof JetStreamApiError) return [];
          throw new BusOutage("NATS does not say what waits at its consumers", { cause: error });
        }
      };
      return (await Promise.all(consumers.map(lagOf))).flat();
    },
    health: () => health(),
    refusal: () => link.refusal(),
    stop: async () => {
      await Promise.all([...open].map((one) => one.stop()));
      // What was said at the last moment is confirmed before the connection goes.
      await atMost(closeMs, Promise.allSettled(underWay));
      await link.close();
    },
  };
}
