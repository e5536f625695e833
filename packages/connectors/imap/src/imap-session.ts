import type { Batch, Cursor, FetchedMessage, InboundSession, ListOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { Dialled } from "./dial.ts";
import { fetchLarge, fetchSmall } from "./fetch-messages.ts";
import { type Portion, portionAt, portionSize } from "./uid-set.ts";
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

/** A session over a signed-in client whose inbox is open. */
export function imapSession(
  dialled: Dialled,
  inbox: { uidValidity: number; uidNext: number; exists: number },
): InboundSession {
  const { uidValidity } = inbox;
  // From here on we read the socket ourselves: imapflow's parser alone costs more than everything else together.
  const wire = createWire(dialled.client.unbind().socket, SILENCE_MS);

  /** UIDs above `after`, ascending; which of them are new enough; and which of these are large. */
  async function find(after: number, processFrom: number | null) {
    // `n:*` always includes the last message, even if its UID is below n (RFC 9051 §9).
    const search = async (more = "") => {
      const found = await wire.search(`UID ${after + 1}:*${more}`);
      return found.filter((uid) => uid > after);
    };
    const all = await search();
    if (all.length === 0) return { all, wanted: all, large: new Set<number>() };
    // SINCE compares days in an unknown time zone: ask for one more day, and compare the exact time after fetching.
    const wanted = processFrom === null ? all : await search(` SINCE ${imapDate(processFrom - DAY)}`);
    const large = new Set(wanted.length === 0 ? [] : await search(` LARGER ${LARGE_MESSAGE}`));
    return { all, wanted, large };
  }

  async function fetchPortion(portion: Portion): Promise<{ messages: FetchedMessage[]; uid: number }> {
    const uid = portion.uids.at(-1) as number;
    if (!portion.large) {
      const fetched = await fetchSmall(wire, uidValidity, portion.uids);
      return { messages: fetched.map((entry) => entry.message), uid };
    }
    const fetched = await fetchLarge(wire, uidValidity, uid);
    return { messages: fetched ? [fetched.message] : [], uid };
  }

  async function* listNew(given: Cursor | null, options: ListOptions): AsyncGenerator<Batch> {
    const { processFrom, batchSize, signal } = options;
    const after = given === null ? 0 : readCursor(given).uid;
    if (inbox.exists === 0 || (inbox.uidNext > 0 && inbox.uidNext <= after + 1)) return;
    const close = () => wire.destroy();
    signal.addEventListener("abort", close, { once: true });
    const ahead: Promise<{ messages: FetchedMessage[]; uid: number }>[] = [];
    try {
      signal.throwIfAborted();
      const { all, wanted, large } = await find(after, processFrom);
      const seen = { messages: 0, bytes: 0 };
      let at = 0;
      const askAhead = () => {
        while (ahead.length < AHEAD) {
          const portion = portionAt(wanted, at, large, portionSize(batchSize, seen));
          if (!portion) return;
          at += portion.uids.length;
          const fetching = fetchPortion(portion);
          fetching.catch(() => {});
          ahead.push(fetching);
        }
      };
      askAhead();
      for (let next = ahead.shift(); next; next = ahead.shift()) {
        const { messages, uid } = await next;
        for (const message of messages) {
          if (message.raw instanceof Uint8Array) seen.bytes += message.size;
          seen.messages += 1;
        }
        // The next portions are being fetched while the caller stores this one.
        askAhead();
        const fresh = processFrom === null ? messages : messages.filter((message) => message.receivedAt >= processFrom);
        yield { messages: fresh, cursor: { uidValidity, uid } };
        signal.throwIfAborted();
      }
      const last = all.at(-1);
      if (last !== undefined && last > (wanted.at(-1) ?? after))
        yield { messages: [], cursor: { uidValidity, uid: last } };
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof FailureError ? error : dialled.failure(error, "fetch", wire.bye());
    } finally {
      signal.removeEventListener("abort", close);
    }
  }

  return {
    invalidates: (cursor) => readCursor(cursor).uidValidity !== uidValidity,
    listNew,
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
