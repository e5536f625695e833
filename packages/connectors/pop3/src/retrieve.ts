import { FailureError, failureOf } from "@mailfleet/contracts";
import { collect, type Streamed, stream } from "./body-sinks.ts";
import { Refused } from "./classify-failure.ts";
import { type HeaderFacts, holdsHeader, readHeaderFacts } from "./header-facts.ts";
import type { Named } from "./identities.ts";
import type { Portion } from "./portions.ts";
import { saysGone } from "./reply-rules.ts";
import type { Wire } from "./wire.ts";

/** A message and its header facts. */
export interface Retrieved {
  readonly entry: Named;
  readonly facts: HeaderFacts;
  readonly size: number;
  readonly raw: Buffer | Streamed;
}

/** Fetches messages. */
export interface Retriever {
  /**
   * Fetches a portion whole, a large message as a stream. Vanished messages are left out. Throws what ended
   * the connection, or `Refused`.
   */
  retrieve(portion: Portion): Promise<Retrieved[]>;
  /** Tells that this many bytes are no longer held. */
  release(bytes: number): void;
}

/** Limit for small messages in memory, in bytes: far more than three portions unless LIST is wrong. */
const HELD_LIMIT = 160 * 1024 * 1024;

/** One per session. */
export function createRetriever(wire: Wire): Retriever {
  let heldBytes = 0;
  const hold = (bytes: number) => {
    heldBytes += bytes;
    if (heldBytes > HELD_LIMIT)
      throw new FailureError(
        failureOf("ANSWER_TOO_LARGE", { command: "RETR", reply: "messages are far larger than LIST says" }),
      );
  };

  async function small(entry: Named): Promise<Retrieved | null> {
    const body = collect(hold);
    const reply = await wire.run(`RETR ${entry.number}`, body);
    if (!found(reply)) return null;
    const raw = body.bytes();
    return { entry, facts: readHeaderFacts(raw), size: raw.length, raw };
  }

  async function large(entry: Named): Promise<Retrieved | null> {
    const raw = stream(wire.pause);
    const reply = await wire.run(`RETR ${entry.number}`, raw, true);
    if (!found(reply)) return null;
    const head = await raw.head(holdsHeader);
    return { entry, facts: readHeaderFacts(head), size: entry.size ?? 0, raw };
  }

  return {
    async retrieve({ entries, large: streamed }) {
      const got = await Promise.all(entries.map(streamed ? large : small));
      return got.filter((one) => one !== null);
    },
    release(bytes) {
      heldBytes -= bytes;
    },
  };
}

/** False: it vanished between the listing and now. */
function found(reply: { status: string; text: string }): boolean {
  if (reply.status === "+OK") return true;
  if (saysGone(reply.text)) return false;
  throw new Refused("RETR", reply.text);
}
