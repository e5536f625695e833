import { type ConsumerDefinition, type FailPoint, type Logger, PoisonMessage } from "@mailfleet/contracts";
import type { Delivery } from "./delivery.ts";
import { closeMs, maximumFailures, pauseMs } from "./limits.ts";
import type { Link } from "./link.ts";
import { BusOutage } from "./outage.ts";
import { atMost, pause } from "./pause.ts";
import type { Pull } from "./pull.ts";

/** What every kind of consumption needs from the bus. */
export interface ConsumptionParts {
  readonly link: Link;
  readonly logger: Logger;
  readonly failPoint: FailPoint;
  readonly isOutage: (error: unknown) => boolean;
  /** Copies a delivery to DEAD. Throws `BusOutage`. */
  bury(definition: ConsumerDefinition, delivery: Delivery, reason: string): Promise<void>;
}

/** Reads an error for a log or a dead letter. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** How work ended: done, not done because the service stops, or failed. */
export type WorkEnd = { end: "done" } | { end: "stopped" } | { end: "failed"; error: unknown };

/**
 * Does a piece of work until it ends. An outage is waited out in place and never counted; another error is tried again
 * up to `attempts` times in all, except for `PoisonMessage`.
 */
export async function work(
  task: () => Promise<void>,
  options: { isOutage(error: unknown): boolean; signal: AbortSignal; logger: Logger; attempts?: number },
): Promise<WorkEnd> {
  const attempts = options.attempts ?? maximumFailures;
  let outages = 0;
  for (let failures = 0; ; ) {
    try {
      await task();
      return { end: "done" };
    } catch (error) {
      // A handler that was aborted because the service stops has not failed.
      if (options.signal.aborted) return { end: "stopped" };
      const outage = error instanceof BusOutage || options.isOutage(error);
      if (error instanceof PoisonMessage || (!outage && ++failures >= attempts)) return { end: "failed", error };
      if (outage) outages++;
      options.logger.warn(
        { reason: reasonOf(error), outage },
        outage ? "waiting for an outage to end" : "trying again",
      );
      await pause(pauseMs(outage ? outages : failures), options.signal);
      if (options.signal.aborted) return { end: "stopped" };
    }
  }
}

/** A delivery that this process has and has not answered. A later delivery of the same message takes its place. */
export interface Held<Message> {
  delivery: Delivery;
  readonly message: Message;
}

/** In the time that the server waits, which may be half of what is declared (MAILFLEET_LEASE_MS). */
const SIGNS_OF_LIFE = 5;

/**
 * What this process holds of one consumer: tells the server regularly that it is still at work, and knows a message
 * that comes again while it is being handled.
 */
export function createHold<Message>(ackWaitMs: number) {
  const held = new Map<number, Held<Message>>();
  const beat = setInterval(
    () => {
      for (const one of held.values()) one.delivery.extend();
    },
    Math.max(50, ackWaitMs / SIGNS_OF_LIFE),
  );
  return {
    get size() {
      return held.size;
    },
    /** True if the message was held already: it is not started twice, its newest delivery will be answered. */
    again(delivery: Delivery): boolean {
      const present = held.get(delivery.sequence);
      if (present) present.delivery = delivery;
      return present !== undefined;
    },
    add(delivery: Delivery, message: Message): Held<Message> {
      const one = { delivery, message };
      held.set(delivery.sequence, one);
      return one;
    },
    release(one: Held<Message>) {
      if (held.get(one.delivery.sequence) === one) held.delete(one.delivery.sequence);
    },
    close: () => clearInterval(beat),
  };
}
export type Hold<Message> = ReturnType<typeof createHold<Message>>;

/** How long an answer waits for a connection; after that the message comes again, which is harmless. */
const answerPatienceMs = 30_000;

/** Acknowledges, once there is a connection to do it over; `confirmed`: waits for the server's word that it is done. */
export async function acknowledge<Message>(
  parts: ConsumptionParts,
  hold: Hold<Message>,
  one: Held<Message>,
  confirmed = false,
) {
  parts.failPoint("bus.before-acknowledge");
  if (parts.link.health() !== null) await parts.link.connected(answerPatienceMs);
  // Without an answer it may come again, which is harmless.
  if (confirmed) await one.delivery.confirm(parts.link.nc).catch(() => one.delivery.acknowledge());
  else one.delivery.acknowledge();
  hold.release(one);
}

/** Copies the message to DEAD and terminates it. Returns it to the consumer if the service stops first. */
export async function buryAndEnd<Message>(
  parts: ConsumptionParts,
  definition: ConsumerDefinition,
  one: Held<Message>,
  reason: string,
  signal: AbortSignal,
) {
  const { end } = await work(() => parts.bury(definition, one.delivery, reason), {
    isOutage: () => true,
    signal,
    logger: parts.logger,
  });
  if (end === "done") one.delivery.terminate(reason);
  else one.delivery.giveBack();
}

/** Stops asking, lets what runs come to its end, and waits until the answers are at the server. */
export async function finish(parts: ConsumptionParts, pull: Pull, running: () => Promise<void>, close: () => void) {
  await pull.close();
  await running();
  close();
  if (!parts.link.nc.isClosed() && parts.link.health() === null)
    await atMost(
      closeMs,
      parts.link.nc.flush().catch(() => {}),
    );
}
