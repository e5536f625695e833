import {
  type Batch,
  type Cursor,
  createSizeCheck,
  type FetchedMessage,
  type InboundSession,
  type Known,
  LARGEST_MESSAGE,
  LinkBroke,
  type ListOptions,
  MessageRefused,
  type SourceIdentity,
} from "@mailfleet/connector-api";
import type { FailureError } from "@mailfleet/contracts";
import type { Streamed } from "./body-sinks.ts";
import { untold } from "./capabilities.ts";
import { Refused } from "./classify-failure.ts";
import type { Pop3Deadlines } from "./deadlines.ts";
import type { Dialled } from "./dial.ts";
import { nativeIdOf, receivedAt } from "./header-facts.ts";
import { doubledIdentity, type Named } from "./identities.ts";
import { createInStep } from "./in-step.ts";
import { type Listing, listMessages } from "./list-messages.ts";
import { createHeaderReader } from "./look-at-headers.ts";
import { LARGE_MESSAGE, type Portion, portionsOf } from "./portions.ts";
import { saysGone } from "./reply-rules.ts";
import { createRetriever, type Retrieval, type Retrieved } from "./retrieve.ts";

/** How many portions are requested ahead of the caller. Those at which the connection has ended go alone. */
const AHEAD = { usual: 2, careful: 1 };
/** How many headers are read at once, while earlier messages are fetched. */
const WINDOW = 500;
/** A portion, and what was found of messages before it: those that are too old, and how many had vanished. */
interface Planned extends Portion {
  readonly older: readonly string[];
  readonly gone: number;
}

/** A session over a signed-in connection to this source. */
export function pop3Session(dialled: Dialled, deadlines: Pop3Deadlines, source: SourceIdentity): InboundSession {
  const { wire, capabilities } = dialled;
  const inStep = createInStep(wire);
  const headers = createHeaderReader(wire, inStep);
  const retriever = createRetriever(wire, inStep, createSizeCheck(), dialled.failure);
  let listing: Listing | null = null;
  let deleting = false;
  /** What was asked for and is not deleted by us. */
  const fetched = new Set<string>();

  /** Runs work; if the caller aborts, the connection ends. Errors become failures. */
  async function guarded<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const stop = () => wire.end(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw dialled.failure(error);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Names of those of these whose header is not the one that is known by their name. */
  async function usedAgain(entries: readonly Named[], known: Known): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    if (!headers.cheap) return names;
    const toLookAt = entries.filter(({ identity, size }) => known(identity, size));
    for (let at = 0; at < toLookAt.length; at += WINDOW) {
      const window = toLookAt.slice(at, at + WINDOW);
      const looked = await headers.look(window);
      for (const { number, identity, size } of window) {
        const facts = looked.get(number);
        if (facts && !known(identity, size, facts.digest)) names.add(identity);
      }
      // What has no TOP would be fetched whole.
      if (!headers.cheap) return names;
    }
    return names;
  }

  /** Every header is looked at, beside what is known by its name. */
  async function audit(_cursor: Cursor, { known }: { readonly known: Known }) {
    try {
      listing ??= await listMessages(wire, capabilities, headers, inStep);
      const missing = await usedAgain(listing.messages.filter(isSmall), known);
      const { says, lists } = listing.there ?? { says: listing.messages.length, lists: listing.messages.length };
      return { says, lists, missing: [...missing] };
    } catch (error) {
      throw dialled.failure(error);
    }
  }

  /** Portions of the wanted messages, in order. With TOP, old mail is recognised before it is fetched. */
  async function* plan(
    unknown: readonly Named[],
    seen: Listing["seen"],
    options: ListOptions,
  ): AsyncGenerator<Planned> {
    const { processFrom, batchSize } = options;
    // What claims to be larger than any mail comes last: it may end the connection.
    const inOrder = [...unknown.filter((one) => !isTooLarge(one)), ...unknown.filter(isTooLarge)];
    if (processFrom === null || !headers.cheap) {
      for (const portion of portionsOf(inOrder, batchSize, options.alone)) yield { ...portion, older: [], gone: 0 };
      return;
    }
    const look = (from: number) => {
      const window = inOrder.slice(from, from + WINDOW);
      const looking = headers.look(window.filter(({ number }) => !seen.has(number)));
      looking.catch(() => {});
      return { window, looking };
    };
    for (let at = 0, next = look(0); at < inOrder.length; at += WINDOW) {
      const { window, looking } = next;
      const looked = await looking;
      next = look(at + WINDOW);
      const wanted: Named[] = [];
      const older: string[] = [];
      let gone = 0;
      for (const entry of window) {
        const facts = looked.get(entry.number) ?? seen.get(entry.number);
        if (!facts) gone += 1;
        else if (receivedAt(facts, Date.now()) < processFrom) older.push(entry.identity);
        else wanted.push(entry);
      }
      if (older.length + gone > 0) yield { entries: [], large: false, older, gone };
      for (const portion of portionsOf(wanted, batchSize, options.alone)) yield { ...portion, older: [], gone: 0 };
    }
  }

  async function* piecesOf(raw: Streamed, entry: Named): AsyncGenerator<Uint8Array> {
    try {
      yield* raw.pieces();
    } catch (error) {
      throw error instanceof MessageRefused ? error : brokenOff(error, entry);
    }
  }

  /** The failure; where the connection has ended, with the message at which it did. */
  function brokenOff(error: unknown, { identity }: Named): FailureError {
    const failure = dialled.failure(error);
    return wire.ended === null ? failure : new LinkBroke(failure.failure, identity, { cause: error });
  }

  function batchOf(planned: Planned, { retrieved, gone, refused }: Retrieval, options: ListOptions): Batch {
    const now = Date.now();
    const messages: FetchedMessage[] = [];
    const notWanted = [...planned.older];
    let older = planned.older.length;
    let known = 0;
    for (const { entry, facts, size, raw } of retrieved) {
      const at = receivedAt(facts, now);
      const old = options.processFrom !== null && at < options.processFrom;
      // Handed over while another message had the same UIDL: its identity was different then.
      const handed = entry.uidl !== null && !entry.doubled && options.known(doubledIdentity(entry.uidl, facts.digest));
      if (old || handed) {
        if (old) older += 1;
        else known += 1;
        notWanted.push(entry.identity);
        if (!Buffer.isBuffer(raw)) raw.discard();
        continue;
      }
      messages.push({
        nativeId: nativeIdOf(entry.identity, facts),
        identity: entry.identity,
        digest: facts.digest,
        receivedAt: at,
        size,
        listedSize: entry.size,
        raw: Buffer.isBuffer(raw) ? raw : piecesOf(raw, entry),
      });
    }
    return {
      listed: planned.older.length + planned.gone + retrieved.length + gone + refused.length,
      messages,
      gone: planned.gone + gone,
      refused: refused.map(({ entry, failure }) => ({ name: entry.identity, failure: failure.failure })),
      passedOver: { older, known },
      cursor: { listed: listing?.messages.length ?? 0 },
      ...(notWanted.length > 0 && { notWanted }),
    };
  }

  /** Drops messages that nobody reads any more, so that an unread stream does not block the answers behind it. */
  function letGo(retrieved: readonly Retrieved[]): void {
    for (const { raw } of retrieved)
      if (Buffer.isBuffer(raw)) retriever.release(raw.length);
      else raw.discard();
  }

  async function* listNew(options: ListOptions): AsyncGenerator<Batch> {
    const { signal } = options;
    const stop = () => wire.end(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    const ahead: Promise<{ planned: Planned; retrieval: Retrieval } | null>[] = [];
    try {
      signal.throwIfAborted();
      listing = await listMessages(wire, capabilities, headers, inStep);
      const again = new Set(options.again);
      const others = options.onlyAgain ? new Set<string>() : await usedAgain(suspects(listing.messages), options.known);
      const unknown = listing.messages.filter(
        ({ identity, size }) =>
          again.has(identity) || others.has(identity) || !(options.onlyAgain || options.known(identity, size)),
      );
      const careful = new Set(unknown.map(({ identity }) => identity).filter((name) => options.alone?.has(name)));
      // One by one what came before it is given, also where the connection ends again.
      if (careful.size > 0) wire.goOneByOne();
      const portions = plan(unknown, listing.seen, options);
      const most = options.alone?.size ? AHEAD.careful : AHEAD.usual;
      const askAhead = () => {
        while (ahead.length < most) {
          const fetching = portions.next().then(async ({ done, value }) => {
            if (done) return null;
            for (const { identity } of value.entries) fetched.add(identity);
            return { planned: value, retrieval: await retriever.retrieve(value) };
          });
          fetching.catch(() => {});
          ahead.push(fetching);
        }
      };
      askAhead();
      for (let next = await ahead.shift(); next; next = await ahead.shift()) {
        const { planned, retrieval } = next;
        for (const { identity } of planned.entries)
          if (careful.delete(identity) && careful.size === 0 && listing.there) wire.goOneByOne(false);
        // The next portions are being fetched while the caller stores this one.
        if (retrieval.broke === undefined) askAhead();
        const batch = batchOf(planned, retrieval, options);
        try {
          if (batch.listed > 0) yield batch;
        } finally {
          letGo(retrieval.retrieved);
        }
        signal.throwIfAborted();
        if (retrieval.broke) throw brokenOff(retrieval.broke.error, retrieval.broke.at);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof LinkBroke ? error : dialled.failure(error);
    } finally {
      signal.removeEventListener("abort", stop);
      // A caller that stops early leaves messages behind that nobody will read.
      for (const fetching of ahead)
        fetching.then(
          (one) => letGo(one?.retrieval.retrieved ?? []),
          () => {},
        );
    }
  }

  return {
    source,
    listNew: (_cursor, options) => listNew(options),
    there: () => listing?.there ?? null,
    audit,
    listed: () => listing?.messages.map(({ identity }) => identity) ?? [],
    remove: (identities, signal) =>
      guarded(signal, async () => {
        if (wire.ended !== null) throw wire.ended;
        // Numbers are valid for one session only, so we delete only what this session listed.
        listing ??= await listMessages(wire, capabilities, headers, inStep);
        const wanted = new Set(identities);
        const numbers = listing.messages.filter(({ identity }) => wanted.has(identity)).map(({ number }) => number);
        if (numbers.length > 0) deleting = true;
        const replies = await Promise.all(numbers.map((number) => wire.run(`DELE ${number}`)));
        const refused = replies.find(({ status, text }) => status !== "+OK" && !saysGone(text));
        if (refused) throw new Refused("DELE", refused.text);
        for (const identity of wanted) fetched.delete(identity);
      }),
    async close() {
      const { keepsDays } = await capabilities.catch(() => untold);
      // Without TOP, looking at a header is fetching.
      const isRead = fetched.size > 0 || (!headers.cheap && (listing?.seen.size ?? 0) > 0);
      // It would delete with QUIT what it has given, whether it is stored or not (RFC 2449 §6.7).
      if (keepsDays === 0 && isRead) return wire.end();
      await hangUp(dialled, deleting ? deadlines.updateMs : deadlines.goodbyeMs);
    },
  };
}

function isTooLarge({ size }: Named): boolean {
  return size !== null && size > LARGEST_MESSAGE;
}

/** Two of the same name and size: so large they are the same message. */
function isSmall({ size }: Named): boolean {
  return size === null || size <= LARGE_MESSAGE;
}

/**
 * What may have a name that was another's: the newest, and those whose name is only their number. All of them are looked
 * at by an audit.
 */
function suspects(messages: readonly Named[]): readonly Named[] {
  const named = messages.filter(({ uidl, number }, at) => at === messages.length - 1 || uidl === `${number}`);
  return named.filter(isSmall).slice(-WINDOW);
}

/** QUIT, with a short time limit. It deletes what is marked for deletion (RFC 1939 §6). Never throws. */
export async function hangUp({ wire }: Dialled, withinMs: number): Promise<void> {
  const late = setTimeout(() => wire.end(), withinMs);
  await wire.run("QUIT").catch(() => {});
  clearTimeout(late);
  wire.end();
}
