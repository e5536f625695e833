import {
  type ConsumerDefinition,
  noFailPoint,
  type OutgoingMessage,
  type StreamDefinition,
} from "@mailfleet/contracts";
import { JetStreamApiError, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { Bus, BusOptions, PublishOptions } from "./bus.ts";
import { consume } from "./consume.ts";
import { consumeBatches } from "./consume-batches.ts";
import { deadLetter } from "./dead-letter.ts";
import { declareConsumer, declareStream } from "./declare.ts";
import { follow } from "./follow.ts";
import { pauseMs } from "./limits.ts";
import { openLink } from "./link.ts";
import { BusOutage } from "./outage.ts";
import { pause } from "./pause.ts";
import { createPublisher, wholly } from "./publish.ts";
import { ask } from "./request.ts";
import { respond } from "./respond.ts";
import { type ConsumptionParts, reasonOf } from "./work.ts";

const defaultPatienceMs = 30_000;

/** Connects, waiting for NATS as long as it takes. Throws if the server is older than 2.12 or has no JetStream. */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const { logger, isOutage } = options;
  const patienceMs = options.publishPatienceMs ?? defaultPatienceMs;
  const link = await openLink(options);
  const js = jetstream(link.nc, { timeout: 5000 });
  const jsm = await jetstreamManager(link.nc, { timeout: 5000, checkAPI: false });
  const publishSome = createPublisher({ link, js, logger, patienceMs });
  const publishAll = async (messages: readonly OutgoingMessage[], how: PublishOptions = {}) =>
    wholly(await publishSome(messages, how));
  const declared = { streams: new Map<string, StreamDefinition>(), consumers: new Map<string, ConsumerDefinition>() };
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

  const declareAll = async (streams: Iterable<StreamDefinition>, consumers: Iterable<ConsumerDefinition>) => {
    for (const one of streams) await declareStream(jsm, one, options.streamReplicas ?? 1);
    for (const one of consumers) await declareConsumer(jsm, one);
  };

  const consumption: ConsumptionParts = {
    link,
    logger,
    failPoint: options.failPoint ?? noFailPoint,
    isOutage,
    redeclare: () => declareAll(declared.streams.values(), declared.consumers.values()),
    bury: async (definition, delivery, reason) => {
      const context = { consumer: definition.name, subject: delivery.subject, sequence: delivery.sequence, reason };
      logger.error(context, "dead letter");
      // A dead letter that cannot be handled stays where it is: a copy of it would come back to the same consumer.
      if (delivery.stream !== "DEAD") await publishAll([deadLetter(definition, delivery, reason)]);
    },
  };

  return {
    declare: async (streams, consumers) => {
      const deadline = Date.now() + defaultPatienceMs;
      for (let attempt = 1; ; attempt++) {
        try {
          await declareAll(streams, consumers);
          break;
        } catch (error) {
          if (!isAway(error) || Date.now() > deadline) throw error;
          logger.warn({ reason: reasonOf(error) }, "waiting for JetStream");
          await pause(pauseMs(attempt));
        }
      }
      for (const one of streams) declared.streams.set(one.name, one);
      for (const one of consumers) declared.consumers.set(`${one.stream}/${one.name}`, one);
    },
    publish: async (message, how) => (await publishAll([message], how))[0] as "stored",
    publishAll,
    publishEach: async (messages) =>
      Array.from((await publishSome(messages, { alone: true })).outcomes, (outcome) => outcome ?? null),
    consume: async (definition, how) => opened(consume(consumption, definition, how)),
    consumeBatches: async (definition, how) => opened(consumeBatches(consumption, definition, how)),
    request: (name, input, how) => ask(link, name, input, how),
    respond: async (handlers) => void opened(await respond({ link, logger, isOutage }, handlers)),
    follow: async (what, handle) => opened(await follow({ link, jsm, logger }, what, handle)),
    streamUsage: async () => {
      try {
        const usage = [];
        for await (const { config, state } of jsm.streams.list())
          usage.push({ name: config.name, bytes: state.bytes, maxBytes: config.max_bytes });
        return usage;
      } catch (error) {
        throw new BusOutage("NATS does not say how full its streams are", { cause: error });
      }
    },
    health: () => link.health(),
    refusal: () => link.refusal(),
    stop: async () => {
      await Promise.all([...open].map((one) => one.stop()));
      await link.close();
    },
  };
}

/** True while the server starts, restarts or elects: not an answer, only no answer yet. */
function isAway(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status === 503;
  return error instanceof Error && /TimeoutError|RequestError|NotEnabled|Disconnect/.test(error.name);
}
