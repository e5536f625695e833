import type { Connection } from "@mailfleet/contracts";
import { type RunContext, runAgain } from "./facts.ts";
import type { InboundPorts } from "./ports.ts";

/** How long a slot or a lease holds without renewal: shorter than the time after which the bus gives a run away. */
export const leaseMs = 8000;
const renewMs = 2000;
const againMs = 1000;

/** The right to one connection, kept alive until it is given back. */
export interface Slot {
  /** Aborted when the slot, or what is kept alive beside it, is lost. */
  readonly lost: AbortSignal;
  /** Kept alive together with the slot. */
  alsoKeep(renew: () => Promise<boolean>): void;
  give(): Promise<void>;
}

/** A slot for this connection's holder of credentials; `null`: all are taken. */
export async function takeSlot(
  { slots, logger, isOutage }: Pick<InboundPorts, "slots" | "logger" | "isOutage">,
  connection: Connection,
): Promise<Slot | null> {
  const { holder } = connection.credentials;
  const token = await slots.take(holder, connection.maximumConcurrentConnections, leaseMs);
  if (token === null) return null;
  const lost = new AbortController();
  const kept = [() => slots.renew(holder, token, leaseMs)];
  const timer = setInterval(async () => {
    try {
      const held = await Promise.all(kept.map((renew) => renew()));
      if (held.includes(false)) lost.abort(new LeaseLost());
    } catch (error) {
      // While the store is away nobody else can take it either.
      if (!isOutage(error)) logger.warn({ err: error, holder }, "a connection slot could not be renewed");
    }
  }, renewMs);
  return {
    lost: lost.signal,
    alsoKeep: (renew) => kept.push(renew),
    give: async () => {
      clearInterval(timer);
      await slots.give(holder, token).catch((error: unknown) => {
        logger.debug({ err: error, holder }, "a connection slot was not given back; it runs out by itself");
      });
    },
  };
}

/** Another replica has taken over. */
export class LeaseLost extends Error {
  constructor() {
    super("the lease is lost: another replica has taken over");
    this.name = "LeaseLost";
  }
}

/** No slot is free: the same run comes again in a moment. Nobody waits holding a message (design §5). */
export async function comeAgain(
  { bus, now }: Pick<InboundPorts, "bus" | "now">,
  context: RunContext,
  delayMs = againMs,
): Promise<void> {
  const at = now();
  await bus.publish(runAgain(context, at + delayMs + Math.floor(Math.random() * delayMs), at));
}
