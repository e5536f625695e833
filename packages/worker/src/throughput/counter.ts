import { type ThroughputSlot, throughputSlots } from "@mailfleet/contracts";
import type { CountedSlot, ThroughputStore } from "./store.ts";

/** A slot that is over is forgotten so long after its end: whoever set its clock back counts in it once more. */
const forgetMs = 3_600_000;

interface Slot {
  counted: CountedSlot;
  saved: boolean;
}

/**
 * Counts what this process is done with until a tick saves it: figures for people are not worth a write per message.
 * Whoever counts has seen the document change, which happens once, however often a fact about it is delivered.
 * A process that is killed loses what it counted since the last tick.
 */
export class ThroughputCounter {
  readonly #store: Pick<ThroughputStore, "save">;
  readonly #now: () => number;
  readonly #slots = new Map<string, Slot>();

  constructor(store: Pick<ThroughputStore, "save">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Counts now. `delayMs`: of all these messages together. */
  count({ messages = 0, failed = 0, delayMs = 0 }: { messages?: number; failed?: number; delayMs?: number }): void {
    const now = this.#now();
    for (const by of Object.keys(throughputSlots) as ThroughputSlot[]) {
      const at = now - (now % throughputSlots[by].ms);
      const before = this.#slots.get(`${by}/${at}`)?.counted ?? { by, at, messages: 0, failed: 0, delayMs: 0 };
      const counted = {
        ...{ by, at, messages: before.messages + messages, failed: before.failed + failed },
        delayMs: before.delayMs + Math.max(0, Math.round(delayMs)),
      };
      this.#slots.set(`${by}/${at}`, { counted, saved: false });
    }
  }

  /** Saves what was counted since the last time. Throws outages; the next call saves it then. */
  async save(): Promise<void> {
    const waiting = [...this.#slots.values()].filter(({ saved }) => !saved);
    await this.#store.save(waiting.map(({ counted }) => counted));
    // What was counted meanwhile is another slot object.
    for (const slot of waiting) slot.saved = true;
    const now = this.#now();
    for (const [key, { counted, saved }] of this.#slots)
      if (saved && now > counted.at + throughputSlots[counted.by].ms + forgetMs) this.#slots.delete(key);
  }
}
