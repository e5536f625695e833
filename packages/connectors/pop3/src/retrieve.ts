import { concernsMessage, heldBytes as inMemory, MessageRefused, type SizeCheck } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { collect, type Streamed, stream, weigh } from "./body-sinks.ts";
import { Refused } from "./classify-failure.ts";
import { type HeaderFacts, holdsHeader, readHeaderFacts } from "./header-facts.ts";
import type { Named } from "./identities.ts";
import { areExchanged, type InStep } from "./in-step.ts";
import type { Portion } from "./portions.ts";
import { saysGone } from "./reply-rules.ts";
import type { Wire } from "./wire.ts";

/** How often a message is asked for before it counts as refused, where it is cut or the server has a passing trouble. */
const TRIES = 3;

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
  /** What ended the connection, or was refused to all alike, at this entry: what is named nowhere above is not settled. */
  readonly broke?: { readonly error: unknown; readonly at: Named };
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

/** The size of an answer. */
interface Came {
  readonly tries: number;
  readonly listed: number | null;
  readonly came: number;
}

/** Limit for small messages in memory, in bytes: far more than three portions unless LIST is wrong. */
const HELD_LIMIT = 32 * 1024 * 1024;

/** One per session. */
export function createRetriever(
  wire: Wire,
  inStep: InStep,
  sizes: SizeCheck,
  failure: (error: unknown) => FailureError,
): Retriever {
  let heldBytes = 0;
  const hold = (bytes: number) => {
    heldBytes += bytes;
    if (heldBytes > HELD_LIMIT)
      throw new FailureError(
        failureOf("ANSWER_TOO_LARGE", { command: "RETR", reply: "messages are far larger than LIST says" }),
      );
  };
  const release = (bytes: number) => {
    heldBytes -= bytes;
  };

  const missing = (entry: Named, text: string): Missing => ({
    entry,
    failure: saysGone(text) ? null : failure(new Refused("RETR", text)),
  });

  async function small(entry: Named, came: Came[]): Promise<Retrieved | Missing> {
    for (let tries = 1; ; tries += 1) {
      const body = collect(hold);
      const reply = await wire.run(`RETR ${entry.number}`, body);
      const last = tries === TRIES;
      if (reply.status !== "+OK") {
        const answer = missing(entry, reply.text);
        if (last || !answer.failure || !isPassing(answer.failure)) return answer;
        continue;
      }
      const raw = body.bytes();
      came.push({ tries, listed: entry.size, came: raw.length });
      const verdict = sizes.look(entry.identity, entry.size, inMemory(raw));
      if (verdict === "whole") return { entry, facts: readHeaderFacts(raw), size: raw.length, raw };
      release(raw.length);
      if (last) return { entry, failure: cutShort(entry.size, raw.length) };
    }
  }

  async function large(entry: Named): Promise<Retrieved | Missing> {
    const { number, identity, size } = entry;
    for (let tries = 1; ; tries += 1) {
      const raw = stream(wire.pause, async (first) => {
        let { bytes } = first;
        let verdict = sizes.look(identity, size, first);
        if (verdict === "again") {
          const second = weigh();
          const reply = await wire.run(`RETR ${number}`, second);
          if (reply.status !== "+OK") throw failure(new Refused("RETR", reply.text));
          ({ bytes } = second.read());
          verdict = sizes.look(identity, size, second.read());
        }
        if (verdict !== "whole") throw cutShort(size, bytes);
      });
      const reply = await wire.run(`RETR ${number}`, raw, true);
      if (reply.status === "+OK") {
        const head = await raw.head(holdsHeader);
        return { entry, facts: readHeaderFacts(head), size: size ?? 0, raw };
      }
      const answer = missing(entry, reply.text);
      if (tries === TRIES || !answer.failure || !isPassing(answer.failure)) return answer;
    }
  }

  /** Why none of the answers to commands that went together can be believed; `null`: all stand with their commands. */
  async function doubtIn(asked: Promise<unknown>, came: readonly Came[]): Promise<unknown> {
    try {
      await Promise.all([asked, inStep.proved()]);
      if (areExchanged(came.filter(({ tries }) => tries === 1))) return wire.outOfStep("each has the size of another");
      // What was asked for again came behind that.
      if (came.some(({ tries }) => tries > 1)) await inStep.proved();
      return null;
    } catch (error) {
      return error;
    }
  }

  /** Nothing is asked for behind a stream until it was read: it may have to be read a second time. */
  let streaming = Promise.resolve();

  return {
    async retrieve({ entries, large: streamed }) {
      const before = streaming;
      const { promise, resolve: go } = Promise.withResolvers<void>();
      streaming = promise;
      await before;
      const came: Came[] = [];
      const together = wire.together && !streamed;
      const asked = Promise.allSettled(entries.map((entry) => (streamed ? large(entry) : small(entry, came))));
      const doubt = await (together ? doubtIn(asked, came) : null);
      const settled = await asked;
      const [only] = settled;
      if (streamed && only?.status === "fulfilled" && "raw" in only.value && !Buffer.isBuffer(only.value.raw))
        void only.value.raw.closed.then(go);
      else go();
      if (doubt !== null) {
        for (const one of settled) if (one.status === "fulfilled" && "raw" in one.value) release(one.value.size);
        const at = entries[
          Math.max(
            0,
            settled.findIndex(({ status }) => status === "rejected"),
          )
        ] as Named;
        return { retrieved: [], gone: 0, refused: [], broke: { error: doubt, at } };
      }
      const retrieved: Retrieved[] = [];
      const refused: { entry: Named; failure: FailureError }[] = [];
      const troubled: { entry: Named; failure: FailureError }[] = [];
      let gone = 0;
      let broke: Retrieval["broke"];
      for (const [index, one] of settled.entries())
        if (one.status === "rejected") broke ??= { error: one.reason, at: entries[index] as Named };
        else if ("raw" in one.value) retrieved.push(one.value);
        else if (one.value.failure === null) gone += 1;
        else if (one.value.failure instanceof MessageRefused || concernsMessage(one.value.failure.failure))
          refused.push({ entry: one.value.entry, failure: one.value.failure });
        else if (isPassing(one.value.failure)) troubled.push({ entry: one.value.entry, failure: one.value.failure });
        else broke ??= { error: one.value.failure, at: one.value.entry };
      // A server that works otherwise has this trouble with these messages.
      if (broke === undefined && (retrieved.length > 0 || entries.length === 1)) refused.push(...troubled);
      else if (troubled[0]) broke ??= { error: troubled[0].failure, at: troubled[0].entry };
      return { retrieved, gone, refused, ...(broke !== undefined && { broke }) };
    },
    release,
  };
}

/** A trouble of the server that may be one with a single message. */
function isPassing({ failure }: FailureError): boolean {
  return failure.kind === "transient" && !concernsMessage(failure);
}

function cutShort(announced: number | null, bytes: number): MessageRefused {
  const reply = `the server gives ${bytes} of ${announced ?? "an unknown number of"} octets`;
  return new MessageRefused(failureOf("PROTOCOL_ERROR", { command: "RETR", reply }));
}
