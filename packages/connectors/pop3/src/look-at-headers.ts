import { HEADER_LIMIT } from "@mailfleet/mime";
import { collectHead } from "./body-sinks.ts";
import { Refused } from "./classify-failure.ts";
import { type HeaderFacts, readHeaderFacts } from "./header-facts.ts";
import type { InStep } from "./in-step.ts";
import type { Entry } from "./listing.ts";
import { saysGone } from "./reply-rules.ts";
import type { Wire } from "./wire.ts";

/** Reads the headers of messages without fetching them. */
export interface HeaderReader {
  /** False once we know that the server has no TOP. Then reading headers means fetching. */
  readonly cheap: boolean;
  /** What CAPA says about TOP (RFC 1939 §7), `null` if there is no CAPA. Before the first look. */
  learn(top: boolean | null): void;
  /** Their header facts by number, without vanished messages. Throws what ended the connection, or `Refused`. */
  look(entries: readonly Entry[]): Promise<Map<number, HeaderFacts>>;
}

/** One per session. */
export function createHeaderReader(wire: Wire, inStep: InStep): HeaderReader {
  const state: { top: boolean | null } = { top: null };

  async function ask(verb: "TOP" | "RETR", entry: Entry): Promise<HeaderFacts | null> {
    const head = collectHead(HEADER_LIMIT);
    const reply = await wire.run(verb === "TOP" ? `TOP ${entry.number} 0` : `RETR ${entry.number}`, head);
    if (reply.status === "+OK") return readHeaderFacts(head.bytes());
    if (saysGone(reply.text)) return null;
    throw new Refused(verb, reply.text);
  }

  async function lookBy(verb: "TOP" | "RETR", entries: readonly Entry[]): Promise<Map<number, HeaderFacts>> {
    const asked = Promise.all(entries.map(async (entry) => [entry.number, await ask(verb, entry)] as const));
    const [found] = await Promise.all([asked, inStep.proved()]);
    return new Map(found.filter((pair): pair is [number, HeaderFacts] => pair[1] !== null));
  }

  return {
    get cheap() {
      return state.top !== false;
    },
    learn(top) {
      state.top ??= top;
    },
    async look(entries) {
      const [first, ...others] = entries;
      if (!first) return new Map();
      if (state.top === null) {
        try {
          const facts = await ask("TOP", first);
          state.top = true;
          const found = await lookBy("TOP", others);
          return facts ? found.set(first.number, facts) : found;
        } catch (error) {
          if (!(error instanceof Refused) || state.top) throw error;
          // TOP is optional, and the server did not promise it.
          state.top = false;
        }
      }
      return lookBy(state.top ? "TOP" : "RETR", entries);
    },
  };
}
