import type { Logger, OutgoingMessage } from "@mailfleet/contracts";
import { JetStreamApiError } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import type { PublishOptions, PublishOutcome } from "./bus.ts";
import { encode } from "./envelope.ts";
import { pauseMs, publishWindow } from "./limits.ts";
import type { Link } from "./link.ts";
import { BusOutage } from "./outage.ts";
import { pause } from "./pause.ts";
import type { StoreMessage } from "./store-message.ts";
import type { Storing } from "./storing.ts";

/** What a publisher works with. */
export interface PublisherParts {
  readonly link: Link;
  readonly store: StoreMessage;
  readonly logger: Logger;
  readonly patienceMs: number;
  readonly storing: Storing;
}

interface Prepared {
  readonly index: number;
  readonly subject: string;
  readonly id: string;
  readonly headers: MsgHdrs;
  readonly data: Uint8Array;
}

/** 10077 is also "maximum bytes exceeded"; only this text means that the subject is taken. */
const coalescedText = "maximum messages per subject exceeded";

/**
 * JSStreamDuplicateMessageConflict: another publisher sent this id a moment ago, e.g. a replica that fires the same
 * timers, and the cluster has not agreed on it yet. Asked again, it is a duplicate, or it is stored if that one failed.
 */
const beingStored = 10158;

/** What became of each message; `left`: not published in time, and why. */
interface Published {
  readonly outcomes: PublishOutcome[];
  readonly left: number;
  readonly error?: unknown;
}

/**
 * Publishes in rounds. In a round, messages leave in their order with many in flight; what was not confirmed, and what
 * follows it on its subject, goes into the next round with the same ids, so that order on a subject is kept.
 */
export function createPublisher(parts: PublisherParts) {
  const prepared = (message: OutgoingMessage, index: number): Prepared => ({
    index,
    subject: message.subject,
    id: message.id,
    ...encode(message),
  });
  /** One that cannot be encoded fails alone. */
  const orNone = (message: OutgoingMessage, index: number): Prepared[] => {
    try {
      return [prepared(message, index)];
    } catch (error) {
      parts.logger.error({ id: message.id, subject: message.subject, err: error }, "a message cannot be published");
      return [];
    }
  };

  return async (
    messages: readonly OutgoingMessage[],
    { alone = false, patienceMs = parts.patienceMs }: PublishOptions & { readonly alone?: boolean } = {},
  ): Promise<Published> => {
    const outcomes = new Array<PublishOutcome>(messages.length);
    let left: Prepared[] = alone ? messages.flatMap(orNone) : messages.map(prepared);
    const deadline = Date.now() + patienceMs;
    for (let attempt = 1; left.length > 0; attempt++) {
      const before = left.length;
      const round = await publishRound(parts, left, outcomes);
      left = round.left;
      if (left.length === 0) break;
      const reason = round.error instanceof Error ? round.error.message : String(round.error);
      if (parts.link.nc.isClosed() || Date.now() >= deadline)
        return { outcomes, left: left.length, error: round.error };
      parts.logger[isBeingStored(round.error) ? "debug" : "warn"](
        { left: left.length, attempt, reason },
        "publishing again",
      );
      await pause(pauseMs(before === left.length ? attempt : 1));
      await parts.link.connected(Math.max(0, deadline - Date.now()));
    }
    return { outcomes, left: 0 };
  };
}

/** All outcomes. Throws `BusOutage` if one is missing. */
export function wholly({ outcomes, left, error }: Published): PublishOutcome[] {
  if (left === 0) return outcomes;
  const reason = error instanceof Error ? error.message : String(error);
  throw new BusOutage(`${left} of ${outcomes.length} messages could not be published: ${reason}`, { cause: error });
}

/** Then many go out with one write to the socket, where each would otherwise follow a confirmation with its own. */
const refillAt = 0.75;

async function publishRound(
  { store, link, storing }: PublisherParts,
  prepared: Prepared[],
  outcomes: PublishOutcome[],
) {
  const left: Prepared[] = [];
  const heldSubjects = new Set<string>();
  let error: unknown;
  let inFlight = 0;
  let bytes = 0;
  let settled: () => void = () => {};
  const oneSettles = () =>
    new Promise<void>((resolve) => {
      settled = resolve;
    });
  const isFull = (part: number) =>
    inFlight >= publishWindow.messages * part || (bytes > publishWindow.bytes * part && inFlight > 0);
  const send = async (one: Prepared) => {
    try {
      outcomes[one.index] = await publishOnce(store, one);
      storing.stored(one.subject);
    } catch (reason) {
      // Without a connection nothing is said about what the server does with messages.
      if (link.health() === null) storing.failed(one.subject, reason);
      // Every other reason says more.
      if (error === undefined || !isBeingStored(reason)) error = reason;
      heldSubjects.add(one.subject);
      left.push(one);
    }
    inFlight--;
    bytes -= one.data.length;
    settled();
  };
  for (const one of prepared) {
    if (isFull(1)) while (isFull(refillAt)) await oneSettles();
    if (heldSubjects.has(one.subject)) {
      left.push(one);
      continue;
    }
    inFlight++;
    bytes += one.data.length;
    void send(one);
  }
  while (inFlight > 0) await oneSettles();
  return { left: left.sort((a, b) => a.index - b.index), error };
}

async function publishOnce(store: StoreMessage, one: Prepared): Promise<PublishOutcome> {
  try {
    return await store(one);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === 10077 && error.message.includes(coalescedText))
      return "coalesced";
    throw error;
  }
}

function isBeingStored(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === beingStored;
}
