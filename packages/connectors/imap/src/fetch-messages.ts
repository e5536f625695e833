import type { FetchedMessage } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { ImapFlow } from "imapflow";
import { nativeIdOf, uidSet } from "./uid-set.ts";

/** Bytes of a large message that are held at a time. */
const CHUNK = 512 * 1024;

/** A message of a portion, and whether it is new enough. */
export interface Fetched {
  readonly uid: number;
  readonly message: FetchedMessage;
}

/**
 * Fetches whole messages by UID without touching their flags (BODY.PEEK). A message that was deleted in the meantime is
 * left out; one that is there and was not given is an error.
 */
export async function fetchSmall(client: ImapFlow, uidValidity: number, uids: readonly number[]): Promise<Fetched[]> {
  const found = new Map<number, Fetched>();
  const ask = async (asked: readonly number[]) => {
    const wanted = new Set(asked);
    // A server may put in a FETCH that nobody asked for, without a body (RFC 9051 §7.5.2).
    for (const entry of await client.fetchAll(
      uidSet(asked),
      { uid: true, internalDate: true, source: true },
      { uid: true },
    )) {
      if (!entry.source || !wanted.has(entry.uid) || found.has(entry.uid)) continue;
      found.set(entry.uid, {
        uid: entry.uid,
        message: {
          nativeId: nativeIdOf(uidValidity, entry.uid),
          receivedAt: instantOf(entry.internalDate),
          size: entry.source.byteLength,
          raw: entry.source,
        },
      });
    }
  };
  await ask(uids);
  if (found.size < uids.length) {
    const missing = await stillThere(
      client,
      uids.filter((uid) => !found.has(uid)),
    );
    if (missing.length > 0) await ask(missing);
    const withheld = missing.filter((uid) => !found.has(uid));
    const gone = withheld.length > 0 ? await stillThere(client, withheld) : [];
    if (gone.length > 0) throw withheldError(gone);
  }
  return [...found.values()].sort((a, b) => a.uid - b.uid);
}

/** One large message as a stream of pieces; `null` if it was deleted in the meantime. */
export async function fetchLarge(client: ImapFlow, uidValidity: number, uid: number): Promise<Fetched | null> {
  const about = await client.fetchOne(`${uid}`, { uid: true, internalDate: true, size: true }, { uid: true });
  if (!about) return null;
  return {
    uid,
    message: {
      nativeId: nativeIdOf(uidValidity, uid),
      receivedAt: instantOf(about.internalDate),
      size: about.size ?? 0,
      raw: pieces(client, uid),
    },
  };
}

async function* pieces(client: ImapFlow, uid: number): AsyncGenerator<Buffer> {
  for (let start = 0; ; ) {
    const part = await client.fetchOne(`${uid}`, { uid: true, source: { start, maxLength: CHUNK } }, { uid: true });
    if (!part) throw withheldError([uid]);
    const piece = part.source;
    if (!piece) {
      if (start === 0) throw withheldError([uid]);
      return;
    }
    if (piece.byteLength > 0) yield piece;
    // A server that ignores the range gives everything at once; a short piece is the last one.
    if (piece.byteLength !== CHUNK) return;
    start += piece.byteLength;
  }
}

async function stillThere(client: ImapFlow, uids: readonly number[]): Promise<number[]> {
  const found = await client.search({ uid: uidSet(uids) }, { uid: true });
  return found ? found.filter((uid) => uids.includes(uid)).sort((a, b) => a - b) : [];
}

function withheldError(uids: readonly number[]): FailureError {
  const reply = `the server lists messages that it does not give: UID ${uidSet(uids).slice(0, 200)}`;
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: "UID FETCH", reply }));
}

/** INTERNALDATE; now, if the server has none that can be read. */
function instantOf(date: Date | string | undefined): number {
  const at = date instanceof Date ? date.getTime() : Number.NaN;
  return at >= 0 ? at : Date.now();
}
