import type { Wire } from "./wire.ts";

/**
 * Whether the answers stand with their commands. Behind commands that are sent together goes a STAT, whose answer is
 * known: where one of them was not answered, or answered twice, something else comes in its place, and no answer before
 * it counts. Bodies of equal size would otherwise lie under each other's names.
 */
export interface InStep {
  /** What STAT has just answered, `null` where it does not count: then commands go one by one. */
  learn(stat: string | null): void;
  /** Resolves once everything that was sent so far is known to have had its own answer. Throws what ended the connection. */
  proved(): Promise<void>;
}

/** One per session. */
export function createInStep(wire: Wire): InStep {
  let known: string | null = null;
  return {
    learn(stat) {
      known = stat;
      if (stat === null) wire.goOneByOne();
    },
    async proved() {
      if (!wire.together || known === null) return;
      const { text } = await wire.run("STAT");
      if (wire.ended !== null) throw wire.ended;
      if (text !== known) throw wire.outOfStep(text);
    },
  };
}

/** Messages that each have the size of another one of them: their server answers in another order than it was asked. */
export function areExchanged(sizes: readonly { readonly listed: number | null; readonly came: number }[]): boolean {
  const odd = sizes.filter(({ listed, came }) => listed !== came);
  const sorted = (numbers: readonly (number | null)[]) => numbers.map(String).sort().join();
  return odd.length > 1 && sorted(odd.map(({ listed }) => listed)) === sorted(odd.map(({ came }) => came));
}
