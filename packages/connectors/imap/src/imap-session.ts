import {
  type Batch,
  type Cursor,
  createSizeCheck,
  type InboundSession,
  LinkBroke,
  type ListOptions,
  type SettledInbox,
  type SourceIdentity,
} from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";
import type { Dialled } from "./dial.ts";
import { examineInbox, type Opened, type Resync } from "./examine-inbox.ts";
import { type FetchOutcome, fetchLarge, fetchSmall, type OpenMailbox } from "./fetch-messages.ts";
import { answered, type FoundNew, findNew, searchAbove } from "./find-new.ts";
import {
  anchorIn,
  HEAD_BYTES,
  type ImapCursor,
  isAnchor,
  onlyFlagsOrGone,
  readCursor,
  sinceOf,
  stateOf,
  writeCursor,
} from "./imap-cursor.ts";
import { nativeIdOf, numbersIn, type Portion, portionAt, portionSize, uidOf, uidSet } from "./uid-set.ts";
import { createWire, type Wire } from "./wire.ts";

/** A server that is silent for this long in the middle of a command is gone, unless a connector says otherwise. */
const SILENCE_MS = 60_000;
/** How many portions are under way, one of them with the caller. Those at which the connection has ended go alone. */
const AHEAD = { usual: 2, careful: 1 };

/** The inbox, open read-only. */
export interface OpenInbox extends Opened {
  readonly wire: Wire;
  /** As in `InboundSession`. */
  readonly nothingNew?: boolean;
  failure(error: unknown): FailureError;
  close(): Promise<void>;
}

/** What the server offers of RFC 7162; QRESYNC includes CONDSTORE (§3.2.3). */
export function resyncAt({ client, context }: Dialled): Resync | null {
  const qresync = client.capabilities.has("QRESYNC");
  return qresync || client.capabilities.has("CONDSTORE")
    ? { server: `${context.host}:${context.port}`, qresync }
    : null;
}

/** Opens the inbox of a client that has signed in. From here on the client is not used. Throws `FailureError`. */
export async function openInbox(
  dialled: Dialled,
  signal: AbortSignal,
  {
    silenceMs = SILENCE_MS,
    settled,
  }: { readonly silenceMs?: number; readonly settled?: SettledInbox | undefined } = {},
): Promise<OpenInbox> {
  const { client, failure } = dialled;
  // We read the socket ourselves: imapflow's parser alone costs more than everything else together.
  const wire = createWire(client.unbind().socket, silenceMs);
  const stop = () => wire.destroy();
  signal.addEventListener("abort", stop, { once: true });
  const close = async () => {
    await wire.close();
    client.close();
  };
  try {
    signal.throwIfAborted();
    const opening = examineInbox(wire, resyncAt(dialled), settled ? sinceOf(settled.state) : null);
    const looking = settled ? isWhereItWas(wire, settled.cursor) : null;
    looking?.catch(() => {});
    const inbox = await opening;
    const nothingNew = settled !== undefined && isSettled(settled, inbox) && (await looking) === true;
    const named = (error: unknown) => (error instanceof FailureError ? error : failure(error, "fetch", wire.bye()));
    return { ...inbox, nothingNew, wire, close, failure: named };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error instanceof FailureError ? error : failure(error, "open", wire.bye());
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function isSettled({ cursor, state }: SettledInbox, inbox: Opened): boolean {
  const now = stateOf(inbox, cursor);
  return now === state || onlyFlagsOrGone(state, now, inbox);
}

/** Whether the last message of a cursor has the date and size that it had: what a server knows without opening it. */
async function isWhereItWas(wire: Wire, cursor: Cursor): Promise<boolean> {
  const { anchor } = readCursor(cursor, 0);
  let is = false;
  if (anchor)
    await answered(
      wire,
      wire.fetch(`${anchor.uid}`, "UID INTERNALDATE RFC822.SIZE", ({ uid, internalDate, size }) => {
        // With QRESYNC its flags may be said, too.
        if (uid === anchor.uid && size !== null) is = internalDate === anchor.at && size === anchor.size;
      }),
    );
  return is;
}

/** A session over an open inbox. `account` names whose it is, and where. */
export function imapSession(inbox: OpenInbox, account: SourceIdentity): InboundSession {
  const { wire, uidValidity, failure } = inbox;
  const mailbox: OpenMailbox = { wire, uidValidity, sizes: createSizeCheck(), failure };
  let there: FoundNew["there"] = null;
  /** What is new, asked for together with the anchor. */
  let ahead: { readonly after: number; readonly found: Promise<number[]> } | null = null;

  async function fetchPortion({ uids, large }: Portion): Promise<{ uids: readonly number[]; outcome: FetchOutcome }> {
    const outcome = large ? await fetchLarge(mailbox, uids[0] as number) : await fetchSmall(mailbox, uids);
    return { uids, outcome };
  }

  /** What is thrown where a portion was broken off: `settled` of its UIDs are settled. */
  function brokenOff(error: unknown, uids: readonly number[], settled: number): unknown {
    const at = uids[settled];
    if (wire.alive() || at === undefined || error instanceof LinkBroke) return error;
    return new LinkBroke(failure(error).failure, nativeIdOf(uidValidity, at), { cause: error });
  }

  const coversOf = (uids: readonly number[]) => `${uidValidity}/${uidSet(uids)}`;

  /** Everything that is listed by position, beside what was accounted for. */
  async function audit(cursor: Cursor, { covers }: { readonly covers: readonly string[] }) {
    const { uid: last } = readCursor(cursor, uidValidity);
    const covered = new Set<number>();
    const own = `${uidValidity}/`;
    for (const one of covers)
      if (one.startsWith(own)) for (const uid of numbersIn(one.slice(own.length))) covered.add(uid);
    try {
      // Some servers refuse to list where there is nothing.
      const listed = (await answered(wire, wire.uidsFrom(1))) ?? [];
      const missing = listed.filter((uid) => uid <= last && !covered.has(uid));
      const names = missing.map((uid) => nativeIdOf(uidValidity, uid));
      return { says: wire.counts().exists, lists: listed.length, missing: names };
    } catch (error) {
      throw failure(error);
    }
  }

  /** UIDs that these names have in this numbering. */
  const uidsOf = (names: ReadonlySet<string> = new Set()) =>
    new Set([...names].flatMap((name) => uidOf(name, uidValidity) ?? []));

  /**
   * What became of these UIDs; of those that a broken connection left open only the ones before the first of them.
   * `after` makes the cursor that holds then.
   */
  function batchOf(
    asked: readonly number[],
    outcome: FetchOutcome,
    processFrom: number | null,
    after: (settled: readonly number[], found: FetchOutcome["found"]) => Cursor,
  ): Batch {
    const { found, gone, refused, broke } = outcome;
    const complete = new Set([...found.map(({ uid }) => uid), ...gone, ...refused.map(({ uid }) => uid)]);
    const open = broke === undefined ? asked.length : asked.findIndex((uid) => !complete.has(uid));
    const uids = open < 0 ? asked : asked.slice(0, open);
    const end = uids.at(-1) ?? 0;
    const given = found.filter(({ uid }) => uid <= end);
    const messages = given.map(({ message }) => message);
    const fresh = processFrom === null ? messages : messages.filter(({ receivedAt }) => receivedAt >= processFrom);
    return {
      listed: uids.length,
      messages: fresh,
      gone: gone.length,
      refused: refused.map((one) => ({ name: nativeIdOf(uidValidity, one.uid), failure: one.failure.failure })),
      passedOver: { older: messages.length - fresh.length },
      cursor: after(uids, given),
      covers: coversOf(uids),
    };
  }

  /** Those that were refused before, each alone. A name from before a renumbering no longer exists. */
  async function* tryAgain(
    names: readonly string[],
    cursor: Cursor,
    processFrom: number | null,
  ): AsyncGenerator<Batch> {
    for (const name of names) {
      const uid = uidOf(name, uidValidity);
      if (uid === null) {
        yield { listed: 1, messages: [], gone: 1, refused: [], passedOver: {}, cursor };
        continue;
      }
      const outcome = await fetchLarge(mailbox, uid);
      if (outcome.broke !== undefined) throw brokenOff(outcome.broke, [uid], 0);
      yield batchOf([uid], outcome, processFrom, () => cursor);
    }
  }

  /** The cursor behind what was settled, one batch after the other; what a short listing may lack stays open. */
  function movingCursor(before: ImapCursor, { there: counted }: FoundNew) {
    let { anchor } = before;
    let uid = before.uid;
    const { exists } = wire.counts();
    const short = counted !== null && counted.lists < counted.says;
    const got = numbersIn(before.gap?.got ?? "");
    const from = before.gap?.from ?? before.uid;
    return (settled: readonly number[], found: FetchOutcome["found"]): Cursor => {
      anchor = anchorIn(found, anchor);
      uid = Math.max(uid, settled.at(-1) ?? 0);
      if (short) for (const one of settled) got.add(one);
      const gap = short ? { from, got: uidSet([...got].sort((a, b) => a - b)) } : null;
      const uidNextIsWrong = before.uidNextIsWrong || (inbox.uidNext > 0 && inbox.uidNext < uid);
      return writeCursor({ uidValidity, uid, exists: short ? before.exists : exists, anchor, gap, uidNextIsWrong });
    };
  }

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const { processFrom, batchSize, signal, again = [] } = options;
    const before = readCursor(given, uidValidity);
    const close = () => wire.destroy();
    signal.addEventListener("abort", close, { once: true });
    const portions: Promise<{ uids: readonly number[]; outcome: FetchOutcome }>[] = [];
    try {
      signal.throwIfAborted();
      yield* tryAgain(again, given ?? writeCursor(before), processFrom);
      if (options.onlyAgain) return;
      const asked = ahead?.after === (before.gap?.from ?? before.uid) ? ahead.found : null;
      const found = await findNew(wire, before, { processFrom, ahead: asked });
      there = found.there;
      const { all, wanted: fresh, large } = found;
      const cursorAfter = movingCursor(before, found);
      const resting = uidsOf(options.resting);
      const wanted = resting.size === 0 ? fresh : fresh.filter((uid) => !resting.has(uid));
      const alone = uidsOf(options.alone);
      const seen = { messages: 0, bytes: 0 };
      let at = 0;
      const most = alone.size > 0 ? AHEAD.careful : AHEAD.usual;
      const askAhead = () => {
        while (portions.length < most) {
          const portion = portionAt(wanted, at, { large, alone }, portionSize(batchSize, seen));
          if (!portion) return;
          at += portion.uids.length;
          portions.push(fetchPortion(portion));
        }
      };
      askAhead();
      for (let next = portions.shift(); next; next = portions.shift()) {
        const { uids, outcome } = await next;
        for (const { message } of outcome.found) {
          if (message.raw instanceof Uint8Array) seen.bytes += message.size;
          seen.messages += 1;
        }
        // The next portions are being fetched while the caller stores this one.
        if (outcome.broke === undefined) askAhead();
        const batch = batchOf(uids, outcome, processFrom, cursorAfter);
        if (batch.listed > 0) yield batch;
        signal.throwIfAborted();
        if (outcome.broke !== undefined) throw brokenOff(outcome.broke, uids, batch.listed);
      }
      const passed = new Set(wanted);
      const left = all.filter((uid) => !passed.has(uid));
      const aside = fresh.length - wanted.length;
      if (left.length > 0)
        yield {
          listed: left.length,
          messages: [],
          gone: 0,
          refused: [],
          passedOver: { older: left.length - aside, aside },
          cursor: cursorAfter(left, []),
          covers: coversOf(left),
        };
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error);
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  /** The anchor and what is new, in one flight. */
  async function recognises(cursor: Cursor): Promise<"same" | "another" | "unknown"> {
    const { anchor, uid, gap, uidNextIsWrong } = readCursor(cursor, uidValidity);
    const wentBack = inbox.uidNext > 0 && inbox.uidNext <= (anchor?.uid ?? uid) && !uidNextIsWrong;
    const missing = wentBack ? "another" : "unknown";
    if (wire.counts().exists === 0) return missing;
    let verdict: "same" | "another" | null = null as "same" | "another" | null;
    try {
      const items = `UID INTERNALDATE RFC822.SIZE${anchor?.head ? ` BODY.PEEK[HEADER]<0.${HEAD_BYTES}>` : ""}`;
      const looking = anchor
        ? wire.fetch(`${anchor.uid}`, items, (one) => {
            if (one.uid === anchor.uid) verdict ??= isAnchor(one, anchor);
          })
        : null;
      const after = gap?.from ?? uid;
      ahead = { after, found: searchAbove(wire, after) };
      ahead.found.catch(() => {});
      // Some servers refuse a UID that is not there any more.
      if (looking) await answered(wire, looking);
      return verdict ?? missing;
    } catch (error) {
      throw failure(error);
    }
  }

  const { mailboxId, nothingNew = false } = inbox;
  return {
    source: { ...account, numbering: `${uidValidity}`, ...(mailboxId !== null && { mailbox: mailboxId }) },
    recognises,
    listNew,
    there: () => there,
    nothingNew,
    stateAfter: (cursor) => stateOf(inbox, cursor),
    audit,
    close: inbox.close,
  };
}
