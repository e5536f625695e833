import { type ConsumerDefinition, type MessageType, span } from "@mailfleet/contracts";
import type { ConsumeBatchesOptions, Consumption, Incoming } from "./bus.ts";
import { decode } from "./envelope.ts";
import { maximumDeliveries } from "./limits.ts";
import { openPull } from "./pull.ts";
import {
  acknowledge,
  buryAndEnd,
  type ConsumptionParts,
  createHold,
  finish,
  type Held,
  reasonOf,
  work,
} from "./work.ts";

/** See `Bus.consumeBatches`. While one batch is handled the next one gathers, so that load makes batches full. */
export function consumeBatches<Type extends MessageType>(
  parts: ConsumptionParts,
  definition: ConsumerDefinition,
  options: ConsumeBatchesOptions<Type>,
): Consumption {
  const stopping = new AbortController();
  const { signal } = stopping;
  const logger = parts.logger.child({ consumer: definition.name });
  const isOutage = (error: unknown) => options.isOutage?.(error) === true || parts.isOutage(error);
  const hold = createHold<Incoming<Type>>(definition.ackWaitMs);
  let gathered: Held<Incoming<Type>>[] = [];
  let busy: Promise<void> | undefined;
  const burials = new Set<Promise<void>>();

  const bury = async (one: Held<Incoming<Type>>, reason: string) => {
    await buryAndEnd(parts, definition, one, reason, signal);
    hold.release(one);
  };

  const handle = (batch: Held<Incoming<Type>>[], attempts?: number) => {
    const messages = batch.map((one) => one.message);
    const traces = messages.map((message) => message.traceparent);
    // A batch belongs to no trace of its messages more than to another.
    const place = messages.length === 1 ? { from: traces[0] ?? null } : { from: null, links: traces };
    const traced = { kind: "consumes", consumer: definition.name, count: messages.length, ...place } as const;
    return span(`handle ${definition.name}`, traced, async (say) => {
      const result = await work(() => options.handle(messages, signal), { isOutage, signal, logger, attempts });
      say({ outcome: result.end, ...(result.end === "failed" && { code: "failed" }) });
      return result;
    });
  };

  const giveBack = (batch: Held<Incoming<Type>>[]) => {
    for (const one of batch) {
      one.delivery.giveBack();
      hold.release(one);
    }
  };

  const handleBatch = async (batch: Held<Incoming<Type>>[]) => {
    const result = await handle(batch, 1);
    if (result.end === "stopped") return giveBack(batch);
    for (const [index, one] of batch.entries()) {
      const own = result.end === "done" ? result : await handle([one]);
      if (own.end === "done") await acknowledge(parts, hold, one);
      else if (own.end === "stopped") return giveBack(batch.slice(index));
      else await bury(one, reasonOf(own.error));
    }
  };

  const run = async () => {
    // What arrives in the same read of the socket belongs to the same batch.
    await new Promise(setImmediate);
    while (gathered.length > 0) {
      const batch = gathered.splice(0, options.maximumMessages);
      if (signal.aborted) giveBack(batch);
      else await handleBatch(batch);
      pull.update();
    }
    busy = undefined;
  };

  const pull = openPull({
    link: parts.link,
    definition,
    logger,
    room: () => 2 * options.maximumMessages - hold.size,
    onDelivery: (delivery) => {
      if (hold.again(delivery)) return pull.update();
      parts.failPoint("bus.after-pull");
      if (signal.aborted) return delivery.giveBack();
      const read =
        delivery.deliveries > maximumDeliveries
          ? ({ ok: false, reason: `delivered ${delivery.deliveries} times without an end` } as const)
          : decode(delivery, options.types);
      if (read.ok) {
        gathered.push(hold.add(delivery, read.message));
        busy ??= run();
        return;
      }
      const wrong = hold.add(delivery, undefined as never);
      const burial: Promise<void> = bury(wrong, read.reason).finally(() => {
        burials.delete(burial);
        pull.update();
      });
      burials.add(burial);
    },
  });

  let stopped: Promise<void> | undefined;
  return {
    stop: () => {
      stopping.abort();
      stopped ??= finish(
        parts,
        pull,
        async () => {
          while (busy) await busy;
          await Promise.all(burials);
          gathered = [];
        },
        hold.close,
      );
      return stopped;
    },
  };
}
