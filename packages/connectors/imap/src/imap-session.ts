import {
  type Batch,
  type Cursor,
  createSizeCheck,
  type InboundSession,
  LinkBroke,
  type ListOptions,
  type SourceIdentity,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Dialled } from "./dial.ts";
import { type Fetched, type FetchOutcome, fetchLarge, fetchSmall, type OpenMailbox } from "./fetch-messages.ts";
import { nativeIdOf, type Portion, portionAt, portionSize, uidOf } from "./uid-set.ts";
import { createWire } from "./wire.ts";

/** Larger messages are streamed, others are held whole: a batch of the largest still fits. */
export const LARGE_MESSAGE = 256 * 1024;
const DAY = 86_400_000;
const LOGOUT_MS = 1000;
/** A server that is silent for this long in the middle of a command is gone. */
const SILENCE_MS = 60_000;
/** How many portions are requested ahead of the caller. */
const AHEAD = 2;

/** The cursor of an IMAP source. */
interface ImapCursor {
  readonly uidValidity: number;
  readonly uid: number;
}

function readCursor(cursor: Cursor): ImapCursor {
  return { uidValidity: Number(cursor.uidValidity), uid: Number(cursor.uid) };
}

/** Opens the inbox read-only (EXAMINE). Throws `FailureError`. */
export async function openInbox(dialled: Dialled): Promise<{ uidValidity: number; uidNext: number; exists: number }> {
  try {
    const inbox = await dialled.client.mailboxOpen("INBOX", { readOnly: true });
    if (!inbox?.uidValidity)
      throw new FailureError(
        failureOf("INBOX_UNAVAILABLE", { command: "EXAMINE", reply: "the server gave no UIDVALIDITY" }),
      );
    return { uidValidity: Number(inbox.uidValidity), uidNext: inbox.uidNext, exists: inbox.exists };
  } catch (error) {
    throw error instanceof FailureError ? error : dialled.failure(error, "open");
  }
}

/** Facts of the last message that was handed over, by which another session knows it again. */
function anchor(found: readonly Fetched[], uid: number): { at: number; size: number } | undefined {
  const last = found.findLast((one) => one.uid === uid)?.message;
  return last && { at: last.receivedAt, size: last.size };
}

/** A session over a signed-in client whose inbox is open. `account` and `host` name the source. */
export function imapSession(
  dialled: Dialled,
  inbox: { uidValidity: number; uidNext: number; exists: number },
  account: SourceIdentity,
): InboundSession {
  const { uidValidity } = inbox;
  // From here on we read the socket ourselves: imapflow's parser alone costs more than everything else together.
  const wire = createWire(dialled.client.unbind().socket, SILENCE_MS, inbox.exists);
  const failure = (error: unknown) =>
    error instanceof FailureError ? error : dialled.failure(error, "fetch", wire.bye());
  const mailbox: OpenMailbox = { wire, uidValidity, sizes: createSizeCheck(), failure };
  let there: { says: number; lists: number } | null = null;

  /** UIDs above `after`, ascending; which of them are new enough; and which of these are large. */
  async function find(after: number, processFrom: number | null) {
    // `n:*` always includes the last message, even if its UID is below n (RFC 9051 §9).
    const search = async (more = "") => {
      const found = await wire.search(`UID ${after + 1}:*${more}`);
      return found.filter((uid) => uid > after);
    };
    const before = wire.counts();
    const all = await search();
    // What came while it searched need not be in its answer; what went is not.
    const says = Math.max(0, before.exists - (wire.counts().expunged - before.expunged));
    if (after === 0) there = { says, lists: all.length };
    if (all.length === 0) return { all, wanted: all, large: new Set<number>() };
    // SINCE compares days in an unknown time zone: ask for one more day, and compare the exact time after fetching.
    const wanted = processFrom === null ? all : await search(` SINCE ${imapDate(processFrom - DAY)}`);
    const large = new Set(wanted.length === 0 ? [] : await search(` LARGER ${LARGE_MESSAGE}`));
    return { all, wanted, large };
  }

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

  /** UIDs that these names have in this numbering. */
  const uidsOf = (names: ReadonlySet<string> = new Set()) =>
    new Set([...names].flatMap((name) => uidOf(name, uidValidity) ?? []));

  /** What became of these UIDs; of those that a broken connection left open only the ones before the first of them. */
  function batchOf(
    asked: readonly number[],
    outcome: FetchOutcome,
    processFrom: number | null,
    cursor?: Cursor,
  ): Batch {
    const { found, gone, refused, broke } = outcome;
    const complete = new Set([...found.map(({ uid }) => uid), ...gone, ...refused.map(({ uid }) => uid)]);
    const open = broke === undefined ? asked.length : asked.findIndex((uid) => !complete.has(uid));
    const uids = open < 0 ? asked : asked.slice(0, open);
    const end = uids.at(-1) ?? 0;
    const messages = found.filter(({ uid }) => uid <= end).map(({ message }) => message);
    const fresh = processFrom === null ? messages : messages.filter(({ receivedAt }) => receivedAt >= processFrom);
    return {
      listed: uids.length,
      messages: fresh,
      gone: gone.length,
      refused: refused.map((one) => ({ name: nativeIdOf(uidValidity, one.uid), failure: one.failure.failure })),
      passedOver: { older: messages.length - fresh.length },
      cursor: cursor ?? { uidValidity, uid: end, ...anchor(found, end) },
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
      yield batchOf([uid], outcome, processFrom, cursor);
    }
  }

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const { processFrom, batchSize, signal, again = [] } = options;
    const after = given === null ? 0 : readCursor(given).uid;
    const close = () => wire.destroy();
    signal.addEventListener("abort", close, { once: true });
    const ahead: Promise<{ uids: readonly number[]; outcome: FetchOutcome }>[] = [];
    try {
      signal.throwIfAborted();
      yield* tryAgain(again, given ?? { uidValidity, uid: 0 }, processFrom);
      if (inbox.exists === 0 || (inbox.uidNext > 0 && inbox.uidNext <= after + 1)) return;
      const { all, wanted: fresh, large } = await find(after, processFrom);
      const resting = uidsOf(options.resting);
      const wanted = resting.size === 0 ? fresh : fresh.filter((uid) => !resting.has(uid));
      const alone = uidsOf(options.alone);
      const seen = { messages: 0, bytes: 0 };
      let at = 0;
      const askAhead = () => {
        while (ahead.length < AHEAD) {
          const portion = portionAt(wanted, at, { large, alone }, portionSize(batchSize, seen));
          if (!portion) return;
          at += portion.uids.length;
          ahead.push(fetchPortion(portion));
        }
      };
      askAhead();
      for (let next = ahead.shift(); next; next = ahead.shift()) {
        const { uids, outcome } = await next;
        for (const { message } of outcome.found) {
          if (message.raw instanceof Uint8Array) seen.bytes += message.size;
          seen.messages += 1;
        }
        // The next portions are being fetched while the caller stores this one.
        if (outcome.broke === undefined) askAhead();
        const batch = batchOf(uids, outcome, processFrom);
        if (batch.listed > 0) yield batch;
        signal.throwIfAborted();
        if (outcome.broke !== undefined) throw brokenOff(outcome.broke, uids, batch.listed);
      }
      const last = all.at(-1);
      const [older, aside] = [all.length - fresh.length, fresh.length - wanted.length];
      if (older + aside > 0 && last !== undefined)
        yield {
          listed: older + aside,
          messages: [],
          gone: 0,
          refused: [],
          passedOver: { older, aside },
          cursor: { uidValidity, uid: last },
        };
    } catch (error) {
      signal.throwIfAborted();
      throw failure(error);
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  return {
    source: { ...account, numbering: `${uidValidity}` },
    async recognises(cursor) {
      const { uid, at, size } = cursor;
      // Only a cursor that holds the facts of its message can prove anything.
      if (at === undefined || size === undefined) return false;
      try {
        let same = false;
        await wire.fetch(`${uid}`, "UID INTERNALDATE RFC822.SIZE", (response) => {
          same ||= response.uid === Number(uid) && response.internalDate === at && response.size === size;
        });
        return same;
      } catch (error) {
        throw failure(error);
      }
    },
    listNew,
    there: () => there,
    close: async () => {
      await wire.close();
      dialled.client.close();
    },
  };
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day in the form that SEARCH takes (RFC 9051 §9, date), in UTC. */
function imapDate(at: number): string {
  const date = new Date(Math.max(0, at));
  return `${date.getUTCDate()}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
}

/** Says goodbye, with a short time limit. Never throws. */
export async function hangUp(dialled: Dialled): Promise<void> {
  const { client } = dialled;
  const late = setTimeout(() => client.close(), LOGOUT_MS);
  try {
    if (client.usable) await client.logout();
  } catch {
    // The session has ended in any case.
  } finally {
    clearTimeout(late);
    client.close();
  }
}
