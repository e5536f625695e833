import type { FetchResponse } from "./fetch-response.ts";
import type { ImapCursor } from "./imap-cursor.ts";
import { numbersIn, uidSet } from "./uid-set.ts";
import type { Wire } from "./wire.ts";

/** Larger messages are streamed, others are held whole: a batch of the largest still fits. */
export const LARGE_MESSAGE = 256 * 1024;
const DAY = 86_400_000;

/** What may be new. */
export interface FoundNew {
  /** UIDs to account for, ascending. */
  readonly all: readonly number[];
  /** Those of them that are new enough. */
  readonly wanted: readonly number[];
  /** Which of these are large. */
  readonly large: ReadonlySet<number>;
  /** How many the server says there must be, and how many it lists; `null`: that is not known. */
  readonly there: { readonly says: number; readonly lists: number } | null;
}

/** A question for everything above a UID, which may be asked ahead. */
export function searchAbove(wire: Wire, after: number, more = ""): Promise<number[]> {
  return wire.search(`UID ${after + 1}:*${more}`);
}

/**
 * What lies above the cursor. SEARCH is compared with the number of messages that the server says it has; where it lists
 * fewer than there must be, or is refused, the UIDs are asked for by position. What SEARCH can save is asked for
 * otherwise where the server refuses it.
 */
export async function findNew(
  wire: Wire,
  cursor: ImapCursor,
  { processFrom, ahead }: { readonly processFrom: number | null; readonly ahead: Promise<number[]> | null },
): Promise<FoundNew> {
  const after = cursor.gap?.from ?? cursor.uid;
  const before = wire.counts();
  // `n:*` always includes the last message, even if its UID is below n (RFC 9051 §9).
  const above = (uids: readonly number[]) => uids.filter((uid) => uid > after);
  let listed = above((await answered(wire, ahead ?? searchAbove(wire, after))) ?? []);
  // What came while it searched need not be in its answer; what went is not.
  const exists = Math.max(0, before.exists - (wire.counts().expunged - before.expunged));
  const says = after === 0 ? exists : Math.max(0, exists - cursor.exists);
  if (listed.length < says) {
    const byPosition = above(await wire.uidsFrom(exists - says + 1));
    listed = [...new Set([...listed, ...byPosition])].sort((a, b) => a - b);
  }
  const there = says > 0 || after === 0 ? { says, lists: listed.length } : null;
  const got = numbersIn(cursor.gap?.got ?? "");
  const all = got.size === 0 ? listed : listed.filter((uid) => !got.has(uid));
  if (all.length === 0) return { all, wanted: all, large: new Set(), there };

  const criterion = async (more: string) => {
    const found = await answered(wire, searchAbove(wire, after, more));
    return found && new Set(above(found));
  };
  // SINCE compares days in an unknown time zone: ask for one more day, and compare the exact time after fetching.
  const since = processFrom === null ? null : await criterion(` SINCE ${imapDate(processFrom - DAY)}`);
  const larger = await criterion(` LARGER ${LARGE_MESSAGE}`);
  if (larger && (since || processFrom === null))
    return { all, wanted: since ? all.filter((uid) => since.has(uid)) : all, large: larger, there };

  const facts = new Map<number, FetchResponse>();
  await wire.fetch(uidSet(all), "UID INTERNALDATE RFC822.SIZE", (one) => {
    if (one.uid !== null) facts.set(one.uid, one);
  });
  const isNew = (uid: number) => (facts.get(uid)?.internalDate ?? Number.POSITIVE_INFINITY) >= (processFrom ?? 0);
  const isLarge = (uid: number) => (facts.get(uid)?.size ?? 0) > LARGE_MESSAGE;
  const wanted = processFrom === null ? all : all.filter(isNew);
  return { all, wanted, large: new Set(wanted.filter(isLarge)), there };
}

/** The answer, or `null` where the server refuses the question and goes on. Throws limits, troubles, the end. */
export async function answered<Answer>(wire: Wire, asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    const { responseStatus, serverResponseCode = "" } = error as {
      responseStatus?: string;
      serverResponseCode?: string;
    };
    // A limit, or a server that is not well, is no matter of the question.
    const passing = /^(?:LIMIT|UNAVAILABLE|INUSE|SERVERBUG|OVERQUOTA)$/i.test(serverResponseCode);
    if (!wire.alive() || responseStatus === undefined || passing) throw error;
    return null;
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A day in the form that SEARCH takes (RFC 9051 §9, date), in UTC. */
function imapDate(at: number): string {
  const date = new Date(Math.max(0, at));
  return `${date.getUTCDate()}-${months[date.getUTCMonth()]}-${date.getUTCFullYear()}`;
}
