import type { InboundWatch } from "@mailfleet/connector-api";
import { type Failure, FailureError } from "@mailfleet/contracts";
import type { Permit } from "@mailfleet/kit";
import { watchPermitKeys } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import type { Places } from "./places.ts";
import { type RestReason, restAfter, restReasons } from "./rest.ts";

/** Why a watch is not, or no longer, open; `null`: it was closed. */
export type WatchEnd = Failure | RestReason | null;

/** An open watch, with what must be given back. */
interface Opened {
  readonly watch: InboundWatch;
  readonly permit: Permit;
}

/** One mailbox that this process watches, from the claim to the end. */
export interface HeldHere {
  readonly mailboxId: string;
  readonly generation: number;
  /** When mail was last announced; 0: not yet. */
  heardAt: number;
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
    readonly places: Places;
    over(): void;
  },
): HeldHere {
  const { mailboxId, generation, holder } = given;
  const { watches, metrics, logger } = ports;
  const closing = new AbortController();
  let openedAt = 0;
  let lost: (() => void) | undefined;

  const held: HeldHere = {
    mailboxId,
    generation,
    heardAt: 0,
    async close() {
      closing.abort(new Error("the watch is closed"));
      lost?.();
      await living;
    },
  };
  const heard = () => {
    held.heardAt = ports.now();
    metrics.heard.inc();
    askForRun(ports, held);
  };
  const living = live();
  return held;

  async function live(): Promise<void> {
    const end = await untilOver().catch(failureIn);
    if (closing.signal.aborted) return;
    const lastedMs = openedAt === 0 ? 0 : ports.now() - openedAt;
    await rest(end, lastedMs).catch((error: unknown) => logger.debug({ mailbox: mailboxId, err: error }, "not noted"));
    given.over();
  }

  async function untilOver(): Promise<WatchEnd> {
    const opened = await open(ports, given, { heard, signal: closing.signal });
    if (typeof opened === "string") return opened;
    const { watch, permit } = opened;
    metrics.watches.inc({ by: watch.by });
    try {
      openedAt = ports.now();
      if (!(await watches.note(holder, mailboxId, { state: watch.by, since: openedAt, why: null, failures: 0 })))
        return null;
      logger.debug({ mailbox: mailboxId, by: watch.by }, "watching");
      const closed = new Promise<null>((resolve) => {
        lost = () => resolve(null);
        permit.signal.addEventListener("abort", lost, { once: true });
        if (closing.signal.aborted) lost();
      });
      return await Promise.race([watch.ended, closed]);
    } finally {
      metrics.watches.dec({ by: watch.by });
      await watch.close();
      await permit.give();
    }
  }

  async function rest(end: WatchEnd, lastedMs: number): Promise<void> {
    const at = ports.now();
    const { why, restMs, failures } = whatFollows(end, { lastedMs, failures: given.failures });
    metrics.watchEnds.inc({ why: typeof end === "string" ? end : (end?.code ?? "closed") });
    logger.info({ mailbox: mailboxId, why, restMs }, "no watch: polls go on");
    await watches.note(holder, mailboxId, {
      holder: null,
      state: "polling",
      since: at,
      why,
      restUntil: at + restMs,
      failures,
    });
  }
}

/** In a service that waits for servers nothing is thrown that is not a failure or an outage: both rest. */
function failureIn(error: unknown): WatchEnd {
  return error instanceof FailureError ? error.failure : "not-now";
}

function whatFollows(end: WatchEnd, past: { readonly lastedMs: number; readonly failures: number }) {
  if (end === null) return { why: null, restMs: 0, failures: 0 };
  if (typeof end === "string") return { ...restReasons[end], failures: 0 };
  return { why: end.evidence?.reply ?? end.code, ...restAfter(end, past) };
}

/** The same path as every run: a message in RUNS, one at most per mailbox. */
export function askForRun({ worker, logger }: InboundPorts, { mailboxId, generation }: HeldHere): void {
  worker.runNow(mailboxId, generation).catch((error: unknown) => {
    // The next round of the tick asks again.
    logger.debug({ mailbox: mailboxId, err: error }, "a run could not be asked for");
  });
}

async function open(
  { worker, watches, watchPermits }: InboundPorts,
  {
    mailboxId,
    generation,
    places,
  }: { readonly mailboxId: string; readonly generation: number; readonly places: Places },
  { heard, signal }: { readonly heard: () => void; readonly signal: AbortSignal },
): Promise<Opened | RestReason> {
  const asked = await places.any(signal);
  const connection = await worker.connections.get(mailboxId).finally(asked.give);
  if (!connection?.allowed || connection.generation !== generation) return "not-now";
  const { connector, options } = await worker.open(connection);
  if (!connector.watch) return "no-such-thing";
  const keys = watchPermitKeys(connection);
  if (keys.length === 0) return "too-few-connections";
  const permit = await watchPermits.take(keys);
  if (permit === null) return "no-connection-free";
  let watch: InboundWatch | null = null;
  try {
    const place = await places.at(connection.server.host, signal);
    try {
      watch = await connector.watch(options, { cursor: await watches.cursor(mailboxId), heard }, signal);
    } finally {
      place.give();
    }
  } finally {
    if (!watch) await permit.give();
  }
  return watch ? { watch, permit } : "not-offered";
}
