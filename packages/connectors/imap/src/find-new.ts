import type { ImapCursor } from "./imap-cursor.ts";
import { numbersIn } from "./uid-set.ts";
import type { Wire } from "./wire.ts";

/** Larger messages are streamed, others are held whole: a batch of the largest still fits. */
export const LARGE_MESSAGE = 256 * 1024;

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
 * What lies above the cursor. SEARCH is compared with the number of messages that the server says it has; where it
 * lists fewer than there must be, or is refused, the UIDs are asked for by position. What SEARCH can save is asked for
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
  // Where positions do not follow UIDs, what is new may lie at any of them.
  for (const position of new Set([exists - says + 1, 1])) {
    if (listed.length >= says) break;
    const byPosition = above(await wire.uidsFrom(position));
    listed = [...new Set([...listed, ...byPosition])].sort((a, b) => a - b);
  }
  const there = says > 0 || after === 0 ? { says, lists: listed.length } : null;
  const got = numbersIn(cursor.gap?.got ?? "");
  const all = got.size === 0 ? listed : listed.filter((uid) => !got.has(uid));
  if (all.length === 0) return { all, wanted: all, large: new Set(), there };

  // A saving: only few are large. Where dates must be asked for, sizes come with them.
  const larger =
    processFrom === null
      ? await answered(wire, searchAbove(wire, after, ` LARGER ${LARGE_MESSAGE}`)).then((uids) => uids && above(uids))
      : null;
  if (larger) return { all, wanted: all, large: new Set(larger), there };

  // Not by SINCE: it knows days only, and where a server gets it wrong new mail would be taken for old.
  const old = new Set<number>();
  const large = new Set<number>();
  await wire.fetch(`${all[0]}:${all.at(-1)}`, "UID INTERNALDATE RFC822.SIZE", ({ uid, internalDate, size }) => {
    if (uid === null) return;
    if (internalDate !== null && internalDate < (processFrom ?? 0)) old.add(uid);
    else if ((size ?? 0) > LARGE_MESSAGE) large.add(uid);
  });
  return { all, wanted: old.size === 0 ? all : all.filter((uid) => !old.has(uid)), large, there };
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
    // A limit, or a server in trouble, says nothing about the question.
    const passing = /^(?:LIMIT|UNAVAILABLE|INUSE|SERVERBUG|OVERQUOTA)$/i.test(serverResponseCode);
    if (!wire.alive() || responseStatus === undefined || passing) throw error;
    return null;
  }
}
