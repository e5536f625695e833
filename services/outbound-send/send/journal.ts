import { GroupCommit, type Lease, LeaseLost, type Leases } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import type { JournalDocument, JournalStore, JournalWrite } from "./journal-store.ts";
import type { StoredSend } from "./send.ts";
import { reasonOf } from "./until-stored.ts";

/**
 * How many sends may be with servers, or not announced yet. Beyond that, attempts wait for the bus and the database.
 */
const LIMIT = 500;
const AGAIN_MS = 250;
/** An answer waits so long for a write that begins; what waits longer is written down in its send. */
const KEPT_WITHIN_MS = 8;
/** So much of an answer is kept, in characters. */
const ANSWER = 500;

/** What a journal needs. */
export interface JournalPorts extends Pick<OutboundPorts, "logger" | "isOutage"> {
  readonly journals: JournalStore;
  readonly leases: Leases<JournalDocument>;
}

/**
 * What this process may have with servers: the ids of sends whose content has perhaps been handed over and whose end is
 * not written down and told yet. An id stands in the journal before the content is on the wire, and one write carries
 * all ids of the moment. So a process that takes over from a dead one can tell what is uncertain (in the journal)
 * from what was only claimed (nothing of it was sent, it goes out again) and from what is done but perhaps not told. What
 * servers answered stands in it, too, until many sends are written in one statement.
 *
 * The journal lives under a lease. A process that was frozen for longer finds out before it hands anything over.
 */
export class Journal {
  readonly owner: string;
  readonly #ports: JournalPorts;
  readonly #wire = new Set<string>();
  #lease: Lease<JournalDocument>;
  /** What the database still has of those that left; taken away with the next write. */
  readonly #left = new Set<string>();
  /** Answers that go with the next write, since when. */
  readonly #answers = new Map<string, { readonly answer: string; readonly since: number }>();
  /** One write at a time: those that it lets go hand over together, and ask together for the next ones. */
  readonly #entering = new GroupCommit<string, null>((entries) => this.#write(entries), { maximumItems: LIMIT });
  #waiting: (() => void)[] = [];
  #lost: LeaseLost | null = null;
  #closed = false;
  #back: Promise<void> | null = null;

  private constructor(owner: string, ports: JournalPorts, lease: Lease<JournalDocument>) {
    this.owner = owner;
    this.#ports = ports;
    this.#lease = lease;
    this.#watch();
  }

  /** A journal under this name, which nobody used before. Throws an outage. */
  static async open(owner: string, ports: JournalPorts): Promise<Journal> {
    const lease = await ports.leases.take(owner);
    if (!lease || !(await ports.journals.write(lease.filter, {})))
      throw new LeaseLost(`the journal ${owner}`, "somebody else has it");
    return new Journal(owner, ports, lease);
  }

  /** True once another process has taken over: nothing more may be handed over under this name. */
  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** Whether what was entered may be handed over at this moment. Asks the clock, so that a frozen process finds out. */
  holds(): boolean {
    if (this.#lost) return false;
    try {
      return this.#lease.filter !== null;
    } catch {
      return false;
    }
  }

  /** Written when it returns: from now on the content may be with the server. Throws `LeaseLost`. */
  async enter(attempt: Attempt): Promise<void> {
    while (this.#wire.size >= LIMIT && !this.#lost) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#lost) throw this.#lost;
    const entry = entryOf(attempt);
    this.#wire.add(entry);
    await this.#entering.commit(entry);
  }

  /** The server took it for everybody, and said this. It goes with the next write of what enters. */
  answered(attempt: Attempt, answer: string): void {
    const entry = entryOf(attempt);
    if (this.#wire.has(entry)) this.#answers.set(entry, { answer: answer.slice(0, ANSWER), since: performance.now() });
  }

  /** Whether answers are in the journal, or go there now, so that their sends can wait for others to be written with. */
  get keepsUp(): boolean {
    const [oldest] = this.#answers.values();
    return !this.#lost && (oldest === undefined || performance.now() - oldest.since < KEPT_WITHIN_MS);
  }

  /** Its end is written down and told. The journal forgets it with the next write. */
  leave(attempt: Attempt): void {
    const entry = entryOf(attempt);
    if (!this.#wire.delete(entry)) return;
    this.#answers.delete(entry);
    this.#left.add(entry);
    if (this.#waiting.length > 0 && this.#wire.size < LIMIT) this.#waiting.shift()?.();
  }

  async #write(entered: readonly string[]): Promise<null[]> {
    const left = [...this.#left];
    const answers = [...this.#answers].map(([entry, { answer }]) => [entry, answer] as const);
    this.#left.clear();
    this.#answers.clear();
    try {
      await this.#store({ entered, answers, left });
    } catch (error) {
      // The answers are written down in their sends.
      for (const entry of left) this.#left.add(entry);
      throw error;
    }
    return entered.map(() => null);
  }

  async #store(write: JournalWrite): Promise<void> {
    for (;;) {
      await this.#back;
      if (this.#lost) throw this.#lost;
      try {
        if (await this.#ports.journals.write(this.#lease.filter, write)) return;
        this.#regain();
      } catch (error) {
        if (error instanceof LeaseLost) this.#regain();
        else if (!this.#ports.isOutage(error)) throw error;
        await pause(AGAIN_MS);
      }
    }
  }

  #watch(): void {
    this.#lease.signal.addEventListener("abort", () => this.#regain(), { once: true });
  }

  /** The lease ran out, perhaps only because the database was away: gets it again, unless somebody has taken over. */
  #regain(): void {
    if (this.#closed || this.#lost) return;
    this.#back ??= this.#takeAgain()
      .catch((error: unknown) => {
        this.#lost ??= error instanceof LeaseLost ? error : new LeaseLost("the journal", reasonOf(error));
      })
      .finally(() => {
        this.#back = null;
        if (!this.#lost) return;
        this.#ports.logger.warn({ owner: this.owner }, "another process has taken over what this one was sending");
        for (const go of this.#waiting.splice(0)) go();
      });
  }

  async #takeAgain(): Promise<void> {
    for (;;) {
      if (this.#closed) throw new LeaseLost("the journal", "it is closed");
      const lease = await this.#ports.leases.take(this.owner).catch((error: unknown) => {
        if (!this.#ports.isOutage(error)) throw error;
        return undefined;
      });
      if (lease === null) throw new LeaseLost("the journal", "another process took it over");
      if (lease === undefined) {
        await pause(AGAIN_MS);
        continue;
      }
      if (lease.document.wire === undefined || lease.document.takenOver) {
        // A process that has taken over removes the document, so the present one was made by this call; or it is not
        // done.
        if (lease.document.takenOver) await lease.release();
        else await lease.giveBack(this.#ports.journals.remove).catch(() => {});
        throw new LeaseLost("the journal", "another process took it over");
      }
      this.#lease = lease;
      this.#watch();
      return;
    }
  }

  /** Gives the journal up. Others take over what is still in it. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      if (this.#wire.size > 0) {
        await this.#ports.journals.write(this.#lease.filter, { left: [...this.#left] });
        return await this.#lease.release();
      }
      await this.#lease.giveBack(this.#ports.journals.remove);
    } catch {
      // It runs out.
    }
  }
}

/** What an entry of the journal names. */
export type Attempt = Pick<StoredSend, "id" | "attempt">;

/** State of an attempt in the journal. */
export const entryOf = ({ id, attempt }: Attempt) => `${id}:${attempt}`;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** The journal of this process, opened when it is needed first; another one after it was taken over by others. */
export class Journals {
  readonly #ports: JournalPorts & Pick<OutboundPorts, "owner">;
  #current: Promise<Journal> | null = null;
  #counter = 0;

  constructor(ports: JournalPorts & Pick<OutboundPorts, "owner">) {
    this.#ports = ports;
  }

  /** The one to be claimed under. Throws an outage. */
  async current(): Promise<Journal> {
    const journal = await this.#current;
    if (journal && !journal.isLost) return journal;
    const next = Journal.open(`${this.#ports.owner}/${this.#counter++}`, this.#ports);
    this.#current = next;
    // Not opened: the next one tries again.
    next.catch(() => {
      if (this.#current === next) this.#current = null;
    });
    return next;
  }

  async close(): Promise<void> {
    await (await this.#current?.catch(() => null))?.close();
  }
}
