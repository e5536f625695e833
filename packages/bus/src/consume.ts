import { type ConsumerDefinition, type MessageType, span } from "@mailfleet/contracts";
import type { ConsumeOptions, Consumption, Incoming } from "./bus.ts";
import type { Delivery } from "./delivery.ts";
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

/** A message with what is wrong with it, if anything: a wrong one waits its turn like the others. */
type Read<Type extends MessageType> = { ok: true; message: Incoming<Type> } | { ok: false; reason: string };

/** See `Bus.consume`. */
export function consume<Type extends MessageType>(
  parts: ConsumptionParts,
  definition: ConsumerDefinition,
  options: ConsumeOptions<Type>,
): Consumption {
  const stopping = new AbortController();
  const logger = parts.logger.child({ consumer: definition.name });
  const isOutage = (error: unknown) => options.isOutage?.(error) === true || parts.isOutage(error);
  const hold = createHold<Read<Type>>(definition.ackWaitMs);
  const lanes = new Map<string, Held<Read<Type>>[]>();
  const running = new Set<Promise<void>>();

  const handleOne = async (one: Held<Read<Type>>) => {
    const read = one.message;
    if (!read.ok) return await buryAndEnd(parts, definition, one, read.reason, stopping.signal);
    const { type, sequence, mailboxId: mailbox, correlation, traceparent: from = null } = read.message;
    const context = { type, sequence, mailbox, correlation };
    const traced = { kind: "consumes", from, consumer: definition.name, mailbox, correlation } as const;
    await span(`handle ${type}`, traced, async (say) => {
      const result = await work(() => options.handle(read.message, stopping.signal), {
        isOutage,
        signal: stopping.signal,
        logger: logger.child(context),
      });
      say({ outcome: result.end });
      if (result.end === "done") {
        await acknowledge(parts, hold, one, options.acknowledged !== undefined);
        options.acknowledged?.(read.message);
        return;
      }
      if (result.end === "stopped") return one.delivery.giveBack();
      say({ code: "dead letter" });
      await buryAndEnd(parts, definition, one, reasonOf(result.error), stopping.signal);
    });
  };

  const runLane = async (key: string, lane: Held<Read<Type>>[]) => {
    for (let one = lane[0]; one; one = lane[0]) {
      if (stopping.signal.aborted) one.delivery.giveBack();
      else
        await handleOne(one).catch((error) =>
          logger.error({ reason: reasonOf(error) }, "a message was not acknowledged"),
        );
      hold.release(one);
      lane.shift();
      pull.update();
    }
    lanes.delete(key);
  };

  /** An invalid message has its own lane. */
  const readKeyed = (delivery: Delivery): { key: string; read: Read<Type> } => {
    const own = `#${delivery.sequence}`;
    if (delivery.deliveries > maximumDeliveries)
      return { key: own, read: { ok: false, reason: `delivered ${delivery.deliveries} times without an end` } };
    const read = decode(delivery, options.types);
    if (!read.ok || !options.keyOf) return { key: own, read };
    try {
      return { key: options.keyOf(read.message), read };
    } catch (error) {
      return { key: own, read: { ok: false, reason: reasonOf(error) } };
    }
  };

  const pull = openPull({
    link: parts.link,
    definition,
    logger,
    room: () => options.concurrency - hold.size,
    onDelivery: (delivery) => {
      if (hold.again(delivery)) return pull.update();
      parts.failPoint("bus.after-pull");
      if (stopping.signal.aborted) return delivery.giveBack();
      const { key, read } = readKeyed(delivery);
      const one = hold.add(delivery, read);
      const lane = lanes.get(key);
      if (lane) {
        lane.push(one);
        return;
      }
      const fresh = [one];
      lanes.set(key, fresh);
      const run: Promise<void> = runLane(key, fresh).finally(() => running.delete(run));
      running.add(run);
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
          while (running.size > 0) await Promise.all(running);
        },
        hold.close,
      );
      return stopped;
    },
  };
}
