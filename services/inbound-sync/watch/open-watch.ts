import { setTimeout as delay } from "node:timers/promises";
import type { InboundSession, InboundWatch } from "@mailfleet/connector-api";
import { type Failure, FailureError, failureOf, ProblemError } from "@mailfleet/contracts";
import type { Permit } from "@mailfleet/kit";
import { watchPermitKeys } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import type { Places } from "./places.ts";
import { type RestReason, restAfter, restReasons, tooMany } from "./rest.ts";
import { tellWell } from "./stalled.ts";

/** A run that is under way may have listed before the mail came: it is asked for again after these times. */
const askAgainMs = [100, 200, 400, 800] as const;

/** Where there is no room beside the connection of the last holder, which closes it meanwhile: the next tries. */
const roomAfterMs = [400, 1000] as const;

/** Most tokens live for an hour: a watch that signed in with one signs in again before that. */
const tokenMs = 55 * 60_000;

/** Why a watch is not, or no longer, open; `null`: it was closed. */
export type WatchEnd = Failure | RestReason | null;

/** An open watch, with what must be given back. */
interface Opened {
  readonly watch: InboundWatch;
  readonly permit: Permit;
  readonly byToken: boolean;
}

/** One mailbox that this process watches, from the claim to the end. */
export interface HeldHere {
  readonly mailboxId: string;
  readonly generation: number;
  /** 0: it is being opened. */
  openedAt: number;
  /** When it is to be opened anew, with a token of then. */
  reopenAt: number;
  /** When mail was last announced; 0: not yet. */
  heardAt: number;
  /** It has heard of mail since it was lent last. */
  lends(): boolean;
  /** A session over its connection. `null`: not any more. */
  lend(): Promise<InboundSession | null>;
  /** Closes it. Resolves when the connection is gone and the permit given back; never throws. */
  close(): Promise<void>;
}

/**
 * Opens a watch as soon as there is a place for its sign-in, notes how it is and asks for a run whenever it hears
 * something. `over` is called once it has ended by itself, when what follows is noted.
 */
export function openWatch(
  ports: InboundPorts,
  given: {
    readonly mailboxId: string;
    readonly generation: number;
    readonly holder: string;
    /** How often in a row it did not last. */
    readonly failures: number;
    /** How often in a row it heard nothing of what a poll found. */
    readonly deaf: number;
    readonly places: Places;
    /** Its last holder's connection is still open. */
    readonly beside: boolean;
    over(): void;
  },
): HeldHere {
  const { mailboxId, generation, holder } = given;
  const { watches, metrics, logger } = ports;
  const closing = new AbortController();
  let { deaf } = given;
  let open: InboundWatch | undefined;
  let unfetched = false;
  let lost: (() => void) | undefined;

  const held: HeldHere = {
    mailboxId,
    generation,
    openedAt: 0,
    reopenAt: Number.POSITIVE_INFINITY,
    heardAt: 0,
    lends: () => unfetched && open?.lend !== undefined,
    async lend() {
      if (!held.lends()) return null;
      unfetched = false;
      return (await open?.lend?.()) ?? null;
    },
    async close() {
      closing.abort(new Error("the watch is closed"));
      lost?.();
      await living;
    },
  };
  const heard = () => {
    held.heardAt = ports.now();
    unfetched = true;
    metrics.heard.inc();
    void askUntilStored(held.heardAt).catch(() => {});
    if (deaf === 0) return;
    tellWell(ports, holder, mailboxId, deaf).catch((error: unknown) => notDone(ports, mailboxId, error));
    deaf = 0;
  };
  const living = live();
  return held;

  /** What is heard meanwhile asks for itself; after the last time the rounds do. */
  async function askUntilStored(heardAt: number): Promise<void> {
    for (const ms of askAgainMs) {
      if (held.heardAt !== heardAt || (await askForRun(ports, held))) return;
      await delay(ms, undefined, { signal: closing.signal, ref: false });
    }
  }

  async function live(): Promise<void> {
    const end = await untilOver().catch((error: unknown) =>
      closing.signal.aborted ? null : failureIn(ports, mailboxId, error),
    );
    if (closing.signal.aborted) return;
    const lastedMs = held.openedAt === 0 ? 0 : ports.now() - held.openedAt;
    await rest(end, lastedMs).catch((error: unknown) => notDone(ports, mailboxId, error));
    given.over();
  }

  async function untilOver(): Promise<WatchEnd> {
    const now = await opened(ports, given, { heard, signal: closing.signal });
    if (typeof now === "string") return now;
    const { watch, permit } = now;
    metrics.watches.inc({ by: watch.by });
    open = watch;
    try {
      const openedAt = ports.now();
      held.openedAt = openedAt;
      if (watch.behind) held.heardAt = openedAt;
      if (now.byToken) held.reopenAt = openedAt + tokenMs;
      const well = { state: watch.by, since: openedAt, why: null, crowded: false };
      if (!(await watches.note(holder, mailboxId, well))) return null;
      if (watch.behind) void askForRun(ports, held);
      logger.debug({ mailbox: mailboxId, by: watch.by }, "watching");
      const closed = new Promise<null>((resolve) => {
        lost = () => resolve(null);
        permit.signal.addEventListener("abort", lost, { once: true });
        if (closing.signal.aborted) lost();
      });
      return await Promise.race([watch.ended, closed]);
    } finally {
      metrics.watches.dec({ by: watch.by });
      open = undefined;
      await watch.close();
      await permit.give();
    }
  }

  async function rest(end: WatchEnd, lastedMs: number): Promise<void> {
    const at = ports.now();
    const { why, restMs, ...more } = whatFollows(end, { lastedMs, failures: given.failures });
    metrics.watchEnds.inc({ why: typeof end === "string" ? end : (end?.code ?? "closed") });
    logger.info({ mailbox: mailboxId, why, restMs }, "no watch: polls go on");
    await watches.note(holder, mailboxId, {
      holder: null,
      state: "polling",
      since: at,
      why,
      // Spread, so that those who ended together do not come together.
      restUntil: at + restMs + Math.floor((Math.random() * restMs) / 4),
      ...more,
    });
  }
}

function failureIn({ logger, isOutage }: InboundPorts, mailboxId: string, error: unknown): WatchEnd {
  if (error instanceof FailureError) return error.failure;
  const isAway = isOutage(error) || error instanceof ProblemError;
  logger[isAway ? "debug" : "error"]({ mailbox: mailboxId, err: error }, "a watch could not be opened");
  return isAway ? "not-now" : failureOf("INTERNAL_ERROR");
}

function whatFollows(end: WatchEnd, past: { readonly lastedMs: number; readonly failures: number }) {
  if (end === null) return { why: null, restMs: 0, failures: 0, crowded: false };
  if (typeof end === "string") return { crowded: false, ...restReasons[end], failures: 0 };
  return { why: end.evidence?.reply ?? end.code, crowded: false, ...restAfter(end, past) };
}

/** The same path as every run: a message in RUNS, one at most per mailbox. False: one was there. Never throws. */
export async function askForRun(ports: InboundPorts, { mailboxId, generation }: HeldHere): Promise<boolean> {
  return await ports.worker.runNow(mailboxId, generation).catch((error: unknown) => {
    notDone(ports, mailboxId, error);
    return true;
  });
}

/** An outage: the next round of the tick finds the same state and asks again. */
function notDone({ logger }: InboundPorts, mailboxId: string, error: unknown): void {
  logger.debug({ mailbox: mailboxId, err: error }, "not done, the next round does it");
}

/** What it takes to open a watch. */
interface ToOpen {
  readonly mailboxId: string;
  readonly generation: number;
  readonly places: Places;
}
interface Listening {
  readonly heard: () => void;
  readonly signal: AbortSignal;
}

/** First beside the one of its last holder; where there is no room for two, again when that one is closed. */
async function opened(
  ports: InboundPorts,
  given: ToOpen & { readonly holder: string; readonly beside: boolean },
  listening: Listening,
): Promise<Opened | RestReason> {
  for (const ms of given.beside ? roomAfterMs : []) {
    const now = await openedNow(ports, given, listening).catch((error: unknown): RestReason => {
      if (error instanceof FailureError && error.failure.code === tooMany) return "no-connection-free";
      throw error;
    });
    if (now !== "no-connection-free") return now;
    await ports.watches.note(given.holder, given.mailboxId, { noRoom: true });
    await delay(ms, undefined, { signal: listening.signal });
  }
  return await openedNow(ports, given, listening);
}

async function openedNow(
  { worker, watches, watchPermits }: InboundPorts,
  { mailboxId, generation, places }: ToOpen,
  { heard, signal }: Listening,
): Promise<Opened | RestReason> {
  const asked = await places.any(signal);
  const connection = await worker.connections.get(mailboxId).finally(asked.give);
  if (!connection?.allowed || connection.generation !== generation) return "not-now";
  if (!connection.watch) return "switched-off";
  const { connector, options } = await worker.open(connection);
  if (!connector.watch) return "no-such-thing";
  const keys = watchPermitKeys(connection);
  if (keys.length === 0) return "too-few-connections";
  const permit = await watchPermits.take(keys);
  if (permit === null) return "no-connection-free";
  let watch: InboundWatch | null = null;
  try {
    const { noopMs } = connection.watch;
    const watching = { cursor: await watches.cursor(mailboxId), heard, ...(noopMs !== null && { noopMs }) };
    const place = await places.at(connection.server.host, signal);
    try {
      watch = await connector.watch(options, watching, signal);
    } finally {
      place.give();
    }
  } finally {
    if (!watch) await permit.give();
  }
  return watch ? { watch, permit, byToken: options.credentials?.type === "token" } : "not-offered";
}
