import { apart, type Connection } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { type Attempts, waitOrEnd } from "./attempts.ts";
import { waitingDue } from "./decide-outcome.ts";
import { commit } from "./hand-over.ts";
import type { Journal, Journals } from "./journal.ts";
import type { Lines, SharedLine } from "./lines.ts";
import { Pace } from "./pace.ts";
import type { ClaimedSend, DueSend, SendChange } from "./send.ts";
import { reasonOf, untilStored } from "./until-stored.ts";

/** How many sends of one mailbox stand in line at most, so that others on the same connections do not wait long. */
const IN_LINE = 32;
/**
 * Claimed ahead: as many as were sent lately, but between these. The larger the claim, the cheaper each send; if the
 * process dies, others wait for its lease to run out before they send them.
 */
const CLAIMED = { least: 32, most: 500 };
/** Read ahead of the claims at most, so that nobody waits for the reading. */
const AHEAD = { least: 96, most: 250, bytes: 4 << 20 };
/** Claims under way at once for one mailbox. */
const CLAIMS = 1;
/** Not worth a claim's write yet, while others are under way. */
const SMALL = 12;
/** How often a mailbox whose sends come one by one is looked at. */
const GATHER_MS = 4;
/** How long a drained mailbox is watched: its next send then needs no wake-up. */
const LINGER_MS = 200;
/** When all connections of a holder are with other processes, it is asked again after this time at the latest. */
const PARKED_MS = 1000;
/** Then it looks anew who may send and where to stand in line. Shorter than a line is kept in which nobody stands. */
const PARKED_LOOK_MS = 10_000;
/** Clocks of replicas differ a little: a timer that fires early by less than this is on time. */
const CLOCK_SLACK_MS = 1000;
const PAGE = 200;

/** One mailbox that is being drained. */
interface Drain {
  /** In line, and nothing on the wire yet. */
  queued: number;
  /** Claimed, and not in line yet; in order of acceptance. */
  ready: { readonly send: ClaimedSend; readonly journal: Journal }[];
  /** Claimed or being claimed, and not ended. */
  underWay: number;
  readonly pace: Pace;
  /** Read, and not claimed yet; in order of acceptance. */
  ahead: DueSend[];
  /** The `due` of the last one that was read. */
  from: number | undefined;
  /** The mean size of those that were read last. */
  meanBytes: number;
  /** Those that are being claimed. */
  readonly claiming: Set<string>;
  claims: number;
  /** What kept a claim from being made. */
  failed: { readonly error: unknown } | null;
  /** Something was accepted since the last look. */
  kicked: boolean;
  /** It waits for a connection that other processes have. */
  parked: boolean;
  wake: () => void;
  readonly drained: PromiseWithResolvers<Drained>;
}

/** How a drain ended: nothing is due, or the service stops. */
export type Drained = "done" | "stopped";

/**
 * Drains mailboxes: reads what is due in order of acceptance, claims it in small batches ahead of the connections, and
 * hands it over. One drain for each mailbox in a process; it goes on until nothing is due.
 */
export class Drains {
  readonly #ports: OutboundPorts;
  readonly #lines: Lines;
  readonly #attempts: Attempts;
  readonly #journals: Journals;
  readonly #passOn: (mailboxId: string) => void;
  readonly #drains = new Map<string, Drain>();
  readonly #running = new Set<Promise<void>>();
  #counter = 0;

  /** `passOn`: this process stops, and something may be due for the mailbox. */
  constructor(
    ports: OutboundPorts,
    lines: Lines,
    attempts: Attempts,
    journals: Journals,
    passOn: (mailboxId: string) => void,
  ) {
    this.#ports = ports;
    this.#lines = lines;
    this.#attempts = attempts;
    this.#journals = journals;
    this.#passOn = passOn;
  }

  /** True if this process looks at the mailbox again soon, so that nobody else need be woken. */
  kick(mailboxId: string): boolean {
    const drain = this.#drains.get(mailboxId);
    if (!drain || drain.parked || this.#ports.signal.aborted) return false;
    drain.kicked = true;
    drain.wake();
    return true;
  }

  /**
   * Drains the mailbox; returns when nothing is due any more, or when the connections are with others: it then goes on
   * by itself. Throws what kept it from looking.
   */
  drain(mailboxId: string): Promise<Drained> {
    const known = this.#drains.get(mailboxId);
    if (known) {
      known.kicked = true;
      known.wake();
      return known.drained.promise;
    }
    if (this.#ports.signal.aborted) return Promise.resolve("stopped");
    const drained = Promise.withResolvers<Drained>();
    const drain: Drain = {
      ...{ queued: 0, ready: [], underWay: 0, pace: new Pace() },
      ...{ ahead: [], from: undefined, meanBytes: 0, claiming: new Set(), claims: 0, failed: null },
      ...{ kicked: false, parked: false, wake: () => {}, drained },
    };
    this.#drains.set(mailboxId, drain);
    drained.promise.catch(() => {});
    const run: Promise<void> = apart(() => this.#run(mailboxId, drain))
      .then(() => drained.resolve(this.#ports.signal.aborted ? "stopped" : "done"), drained.reject)
      .finally(() => {
        this.#drains.delete(mailboxId);
        this.#running.delete(run);
        // Something was accepted when it had already looked for the last time, or is left because the service stops.
        if (drain.kicked || this.#ports.signal.aborted) this.look(mailboxId);
      });
    this.#running.add(run);
    return drained.promise;
  }

  /** The same for callers that do not wait for it. While the service stops, another process looks. */
  look(mailboxId: string): void {
    if (this.#ports.signal.aborted) this.#passOn(mailboxId);
    else
      this.drain(mailboxId).catch((error: unknown) =>
        this.#ports.logger.warn({ mailbox: mailboxId, reason: reasonOf(error) }, "a mailbox is looked at again later"),
      );
  }

  /** Tries one waiting send, whether it is due or not. `null`: it could no longer be tried. */
  async tryOne(send: DueSend, connection: Connection): Promise<SendChange | null> {
    const journal = await this.#journals.current();
    const [claimed] = await this.#claim([send], journal);
    if (!claimed) return null;
    const line = this.#lines.of(connection);
    line.want();
    return this.#attempts.make(claimed, connection, line, journal, () => true);
  }

  async #run(mailboxId: string, drain: Drain): Promise<void> {
    const { sends, signal, now } = this.#ports;
    while (!signal.aborted) {
      drain.kicked = false;
      if (drain.failed) throw drain.failed.error;
      const connection = await this.#sendable(mailboxId);
      if (!connection) {
        this.#giveBack(drain);
        await this.#settled(drain);
        if ((await this.#letWait(mailboxId)) || drain.kicked) continue;
        return;
      }
      const line = this.#lines.of(connection);
      if (line.places === 0) {
        this.#giveBack(drain);
        await this.#park(drain, line);
        continue;
      }
      const room = roomFor(drain);
      if (room === 0 || (drain.ahead.length > 0 && drain.claims >= CLAIMS)) {
        await changed(drain);
        continue;
      }
      if (drain.ahead.length > 0) {
        const next = drain.ahead.splice(0, room);
        void this.#start(next, connection, drain);
        if (next.length < SMALL && drain.ahead.length === 0)
          await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
        continue;
      }
      const due = await sends.due(mailboxId, now() + CLOCK_SLACK_MS, aheadFor(drain), drain.from);
      if (due.length > 0) {
        drain.meanBytes = due.reduce((sum, { raw }) => sum + (raw?.length ?? 0), 0) / due.length;
        drain.from = due.at(-1)?.due;
        drain.ahead = due.filter(({ id }) => !drain.claiming.has(id));
        if (drain.ahead.length === 0 && drain.claims > 0) await changed(drain);
        continue;
      }
      if (drain.from !== undefined) {
        // Once more from the beginning: what became due meanwhile may be older.
        drain.from = undefined;
        continue;
      }
      while (!drain.kicked && !drain.failed && drain.underWay > 0 && !signal.aborted) await changed(drain);
      if (drain.kicked || drain.failed) continue;
      drain.drained.resolve("done");
      await changed(drain, LINGER_MS);
      if (!drain.kicked) return;
    }
    this.#giveBack(drain);
    await this.#settled(drain);
  }

  async #sendable(mailboxId: string): Promise<Connection | null> {
    const known = this.#attempts.sendable(await this.#ports.worker.connections.get(mailboxId));
    return known ?? this.#attempts.sendable(await this.#ports.worker.connections.fresh(mailboxId));
  }

  async #park(drain: Drain, line: SharedLine): Promise<void> {
    line.want();
    await Promise.race([line.changed(), changed(drain, PARKED_MS)]);
    if (line.places > 0) return;
    drain.parked = true;
    drain.drained.resolve("done");
    const until = performance.now() + PARKED_LOOK_MS;
    while (line.places === 0 && performance.now() < until && !this.#ports.signal.aborted) {
      line.want();
      await Promise.race([line.changed(), changed(drain, PARKED_MS)]);
    }
    drain.parked = false;
  }

  /** Claims these and lets them stand in line. Never throws. */
  async #start(due: readonly DueSend[], connection: Connection, drain: Drain): Promise<void> {
    drain.underWay += due.length;
    drain.claims += 1;
    for (const { id } of due) drain.claiming.add(id);
    const claimed: ClaimedSend[] = [];
    try {
      const journal = await this.#journals.current();
      claimed.push(...(await this.#claim(due, journal)));
      for (const send of claimed) drain.ready.push({ send, journal });
      this.#feed(drain, connection);
    } catch (error) {
      drain.failed ??= { error };
    }
    for (const { id } of due) drain.claiming.delete(id);
    drain.claims -= 1;
    const others = due.length - claimed.length;
    drain.underWay -= others;
    // Another process drains this mailbox too: what was read is old.
    if (others > 0) forgetAhead(drain);
    drain.wake();
  }

  /** Lets as many stand in line as there is room for; when it is the turn of one of them, the next ones. */
  #feed(drain: Drain, connection: Connection): void {
    // Not kept: while the database was away, the line may have been closed because nobody stood in it.
    const line = this.#lines.of(connection);
    const room = IN_LINE - Math.max(drain.queued, line.waiting);
    const next = drain.ready.splice(0, drain.queued === 0 ? Math.max(4, room) : Math.max(0, room));
    for (const { send, journal } of next) this.#attempt(send, connection, line, journal, drain);
  }

  #attempt(send: ClaimedSend, connection: Connection, line: SharedLine, journal: Journal, drain: Drain): void {
    drain.queued += 1;
    const mayStart = () => {
      drain.queued -= 1;
      this.#feed(drain, connection);
      drain.wake();
      return this.#attempts.sendable(connection) !== null;
    };
    line.want();
    this.#end(
      drain,
      this.#attempts.make(send, connection, line, journal, mayStart).then((change) => {
        if (change) drain.pace.ended(performance.now());
      }),
    );
  }

  /** What is read or claimed, and not in line, is left to others; it is read again, from the beginning. */
  #giveBack(drain: Drain): void {
    forgetAhead(drain);
    for (const { send, journal } of drain.ready.splice(0)) this.#end(drain, this.#attempts.giveBack(send, journal));
  }

  #end(drain: Drain, end: Promise<unknown>): void {
    end
      .catch((error: unknown) =>
        this.#ports.logger.error({ reason: reasonOf(error) }, "an attempt failed in an unknown way"),
      )
      .finally(() => {
        drain.underWay -= 1;
        drain.wake();
      });
  }

  async #claim(due: readonly DueSend[], journal: Journal) {
    const { sends, now, failPoint } = this.#ports;
    const claim = { owner: journal.owner, batch: `${journal.owner}:c${++this.#counter}`, now: now() };
    const claimed = await untilStored(this.#ports, "claims", () => sends.claim(due, claim));
    failPoint("outbound.after-claim");
    return claimed;
  }

  /**
   * What is due cannot be tried now: it waits, expires or fails with its mailbox. True: look again, it may be tried.
   */
  async #letWait(mailboxId: string): Promise<boolean> {
    const ports = this.#ports;
    const asked = await this.#ports.worker.connections.fresh(mailboxId);
    let waits = false;
    for (;;) {
      const now = ports.now();
      const due = await ports.sends.due(mailboxId, now, PAGE);
      if (due.length === 0) break;
      const changes = due.flatMap((send) => waitOrEnd(ports, send, asked, now) ?? []);
      const made = await Promise.all(changes.map((change) => commit(ports, change)));
      const ended = new Set(changes.map(({ sendId }) => sendId));
      const still = due.filter(({ id }) => !ended.has(id));
      waits ||= still.length > 0 || changes.some(({ state }) => state === "waiting");
      const expiryMs = asked?.sendExpiryMs ?? 0;
      const next = Map.groupBy(still, (send) => waitingDue(send, expiryMs, ports.policy, now));
      for (const [at, group] of next) await ports.sends.lookAgain(group, at);
      if (still.length === 0 && !made.includes(true)) break;
    }
    // Between the question and the write it may have come back, and its release may not have seen these sends.
    if (!this.#attempts.sendable(await this.#ports.worker.connections.fresh(mailboxId))) return false;
    return !waits || (await ports.sends.release(mailboxId)) > 0;
  }

  async #settled(drain: Drain): Promise<void> {
    while (drain.underWay > 0) await changed(drain);
  }

  /** Waits for what is under way. Sends in line find out that the service stops. */
  async stop(): Promise<void> {
    for (const drain of this.#drains.values()) drain.wake();
    await Promise.all(this.#running);
  }
}

/** How many more may be claimed; none, as long as that would be a small claim and there is something to do. */
function roomFor(drain: Drain): number {
  const ahead = drain.queued + drain.ready.length + drain.claiming.size;
  const most = claimedAtMost(drain);
  return ahead > most / 2 ? 0 : most - ahead;
}

/** How many may be claimed ahead, so that they are sent within a second. */
function claimedAtMost({ pace }: Drain): number {
  return Math.min(CLAIMED.most, Math.max(CLAIMED.least, pace.lately(performance.now())));
}

/** How many are read at once; fewer if they are large. */
function aheadFor(drain: Drain): number {
  const wanted = Math.min(AHEAD.most, Math.max(AHEAD.least, claimedAtMost(drain)));
  return Math.max(CLAIMED.least, Math.min(wanted, Math.floor(AHEAD.bytes / Math.max(1, drain.meanBytes))));
}

/** What was read and not claimed is read again, from the beginning. */
function forgetAhead(drain: Drain): void {
  drain.ahead = [];
  drain.from = undefined;
}

/** Waits until something has changed, but not longer than this. */
function changed(drain: Drain, withinMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = withinMs === undefined ? undefined : setTimeout(resolve, withinMs);
    drain.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}
