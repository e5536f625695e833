import type { LifecycleWord, Mailbox } from "@mailfleet/contracts";
import { batch, type Signal, signal } from "@preact/signals";
import { listPath, type Paged, read } from "../api.ts";
import type { Fact } from "../live.ts";

/** What of the list is asked: what the address of the page says. */
export type Filter = Readonly<Partial<Record<"lifecycle" | "profileId" | "kind" | "active" | "search", string>>>;

const pageSize = 200;

/** The part of a mailbox that a row shows. */
export type Row = Pick<Mailbox, "id" | "address" | "profileId" | "lifecycle"> & {
  /** These are not known of a mailbox that came by a fact, until the list is read again. */
  readonly kind?: Mailbox["kind"];
  readonly name?: Mailbox["name"];
  readonly owner?: Mailbox["owner"];
  readonly directions: Readonly<Record<"inbound" | "outbound" | "act", { configured: boolean; state: string }>>;
};

/** What a row needs of a transition. */
interface Transition extends Pick<Mailbox, "address" | "profileId"> {
  readonly lifecycle: { readonly to: LifecycleWord };
  readonly directions: Readonly<Record<string, { readonly state: string }>>;
}

const fits = (word: LifecycleWord, wanted: string | undefined) =>
  wanted === undefined || word === wanted || word.startsWith(`${wanted}.`);

/**
 * The mailboxes that a filter finds, page by page, and kept true by facts. Each row is a signal of its own: a change
 * draws one row.
 */
export class MailboxRows {
  readonly rows = signal<readonly Signal<Row>[]>([]);
  readonly error = signal<unknown>(null);
  /** Whether there are more than were read. */
  readonly more = signal(true);
  readonly #filter: Filter;
  readonly #sort: string | undefined;
  readonly #byId = new Map<string, Signal<Row>>();
  #cursor: string | null = null;
  #reading = false;
  #stopped = false;
  #waiting: Fact[] = [];

  /** `sort`: as the API takes it; absent: by address. */
  constructor(filter: Filter, sort?: string) {
    this.#filter = filter;
    this.#sort = sort;
  }

  /** Nothing is drawn after this. */
  stop(): void {
    this.#stopped = true;
  }

  /** Reads the next page, if there is one and it is not on its way. */
  async readMore(): Promise<void> {
    if (this.#reading || !this.more.value || this.#stopped) return;
    this.#reading = true;
    try {
      const query = { ...this.#filter, sort: this.#sort, limit: pageSize, cursor: this.#cursor ?? undefined };
      const { items, next } = await read<Paged<Mailbox>>(listPath("/mailboxes", query));
      if (this.#stopped) return;
      batch(() => {
        this.#cursor = next;
        this.more.value = next !== null;
        this.error.value = null;
        this.rows.value = [...this.rows.value, ...items.flatMap((item) => this.#rowOf(item))];
      });
    } catch (error) {
      this.error.value = error;
    } finally {
      this.#reading = false;
    }
  }

  /** Reads what was read again: facts may have been missed. */
  async readAgain(): Promise<void> {
    if (this.#reading || this.#stopped) return;
    const wanted = Math.max(1, Math.ceil(this.rows.value.length / pageSize));
    this.#reading = true;
    try {
      const items: Mailbox[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < wanted; page += 1) {
        const query = { ...this.#filter, sort: this.#sort, limit: pageSize, cursor: cursor ?? undefined };
        const answer: Paged<Mailbox> = await read(listPath("/mailboxes", query));
        items.push(...answer.items);
        cursor = answer.next;
        if (cursor === null) break;
      }
      if (this.#stopped) return;
      batch(() => {
        this.#byId.clear();
        this.#cursor = cursor;
        this.more.value = cursor !== null;
        this.error.value = null;
        this.rows.value = items.flatMap((item) => this.#rowOf(item));
      });
    } catch (error) {
      this.error.value = error;
    } finally {
      this.#reading = false;
    }
  }

  /** Takes a fact; those of one frame are drawn together. */
  take(fact: Fact): void {
    this.#waiting.push(fact);
    if (this.#waiting.length > 1) return;
    requestAnimationFrame(() => {
      const facts = this.#waiting;
      this.#waiting = [];
      if (!this.#stopped) batch(() => this.#draw(facts));
    });
  }

  #draw(facts: readonly Fact[]): void {
    const gone = new Set<string>();
    const come: Row[] = [];
    for (const { type, body } of facts) {
      const id: string = body.mailboxId;
      if (type === "mailbox.deleted.v1") gone.add(id);
      if (type !== "mailbox.transitioned.v1") continue;
      const { address, profileId, lifecycle, directions } = body as Transition;
      const states = Object.fromEntries(
        Object.entries(directions).map(([name, { state }]) => [name, { configured: state !== "off", state }]),
      ) as Row["directions"];
      const known = this.#byId.get(id);
      if (!fits(lifecycle.to, this.#filter.lifecycle) || lifecycle.to === "deleted") gone.add(id);
      else if (known) known.value = { ...known.value, address, profileId, lifecycle: lifecycle.to, directions: states };
      else if (this.#mayCome(address, profileId))
        come.push({ id, address, profileId, lifecycle: lifecycle.to, directions: states });
    }
    if (gone.size === 0 && come.length === 0) return;
    for (const id of gone) this.#byId.delete(id);
    const stay = this.rows.value.filter((row) => !gone.has(row.value.id));
    const added = come.filter(({ id }) => !gone.has(id)).flatMap((row) => this.#rowOf(row));
    this.rows.value = added.length === 0 ? stay : [...stay, ...added].toSorted(byAddress);
  }

  /** Whether a mailbox that was not listed belongs among those that were read; what cannot be known comes with the next reading. */
  #mayCome(address: string, profileId: string): boolean {
    const { search, kind, active, profileId: wanted } = this.#filter;
    if (kind !== undefined || active !== undefined || this.#sort !== undefined) return false;
    if (wanted !== undefined && wanted !== profileId) return false;
    if (search !== undefined && !address.toLowerCase().includes(search.toLowerCase())) return false;
    const last = this.rows.value.at(-1)?.value.address.toLowerCase();
    return !this.more.value || (last !== undefined && address.toLowerCase() < last);
  }

  #rowOf(row: Row | Mailbox): Signal<Row>[] {
    if (this.#byId.has(row.id)) return [];
    const made = signal<Row>(row as Row);
    this.#byId.set(row.id, made);
    return [made];
  }
}

const byAddress = (a: Signal<Row>, b: Signal<Row>) => {
  const [one, other] = [a.value.address.toLowerCase(), b.value.address.toLowerCase()];
  return one < other ? -1 : Number(one > other);
};
