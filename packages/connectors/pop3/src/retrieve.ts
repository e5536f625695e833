import { concernsMessage } from "@mailfleet/connector-api";
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

/** What became of a portion. */
export interface Retrieval {
  readonly retrieved: readonly Retrieved[];
  /** How many vanished between the listing and now. */
  readonly gone: number;
  /** What the server does not hand over, each requested alone, with its refusal. */
  readonly refused: readonly { readonly entry: Named; readonly failure: FailureError }[];
  /** What ended the connection, or was refused to all alike: entries that are named nowhere above are not settled. */
  readonly broke?: unknown;
}

/** Fetches messages. */
export interface Retriever {
  /** Fetches a portion whole, a large message as a stream. */
  retrieve(portion: Portion): Promise<Retrieval>;
  /** Tells that this many bytes are no longer held. */
  release(bytes: number): void;
}

/** A message that was not given; without a failure it vanished. */
interface Missing {
  readonly entry: Named;
  readonly failure: FailureError | null;
}

/** Limit for small messages in memory, in bytes: far more than three portions unless LIST is wrong. */
const HELD_LIMIT = 160 * 1024 * 1024;

/** One per session. */
export function createRetriever(wire: Wire, failure: (error: unknown) => FailureError): Retriever {
  let heldBytes = 0;
  const hold = (bytes: number) => {
    heldBytes += bytes;
    if (heldBytes > HELD_LIMIT)
      throw new FailureError(
        failureOf("ANSWER_TOO_LARGE", { command: "RETR", reply: "messages are far larger than LIST says" }),
      );
  };

  const missing = (entry: Named, text: string): Missing => ({
    entry,
    failure: saysGone(text) ? null : failure(new Refused("RETR", text)),
  });

  async function small(entry: Named): Promise<Retrieved | Missing> {
    const body = collect(hold);
    const reply = await wire.run(`RETR ${entry.number}`, body);
    if (reply.status !== "+OK") return missing(entry, reply.text);
    const raw = body.bytes();
    return { entry, facts: readHeaderFacts(raw), size: raw.length, raw };
  }

  async function large(entry: Named): Promise<Retrieved | Missing> {
    const raw = stream(wire.pause);
    const reply = await wire.run(`RETR ${entry.number}`, raw, true);
    if (reply.status !== "+OK") return missing(entry, reply.text);
    const head = await raw.head(holdsHeader);
    return { entry, facts: readHeaderFacts(head), size: entry.size ?? 0, raw };
  }

  return {
    async retrieve({ entries, large: streamed }) {
      const settled = await Promise.allSettled(entries.map(streamed ? large : small));
      const retrieved: Retrieved[] = [];
      const refused: { entry: Named; failure: FailureError }[] = [];
      let gone = 0;
      let broke: unknown;
      for (const one of settled)
        if (one.status === "rejected") broke ??= one.reason;
        else if ("raw" in one.value) retrieved.push(one.value);
        else if (one.value.failure === null) gone += 1;
        else if (concernsMessage(one.value.failure.failure))
          refused.push({ entry: one.value.entry, failure: one.value.failure });
        else broke ??= one.value.failure;
      return { retrieved, gone, refused, ...(broke !== undefined && { broke }) };
    },
    release(bytes) {
      heldBytes -= bytes;
    },
  };
}
