import type { FetchedMessage } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { nativeIdOf, uidSet } from "./uid-set.ts";
import type { Wire } from "./wire.ts";

/** How many bytes of a large message are held at a time. */
const CHUNK = 512 * 1024;

/** A message and its UID. */
export interface Fetched {
  readonly uid: number;
  readonly message: FetchedMessage;
}

/**
 * Fetches whole messages by UID without touching their flags (BODY.PEEK). A message that was deleted in the meantime is
 * left out. A message that is there but was not handed over is an error.
 */
export async function fetchSmall(wire: Wire, uidValidity: number, uids: readonly number[]): Promise<Fetched[]> {
  const found = new Map<number, Fetched>();
  const ask = async (asked: readonly number[]) => {
    const wanted = new Set(asked);
    await wire.fetch(uidSet(asked), "UID INTERNALDATE BODY.PEEK[]", ({ uid, internalDate, body }) => {
      // A server may send a FETCH that nobody asked for, without a body (RFC 9051 §7.5.2).
      if (uid === null || body === null || !wanted.has(uid) || found.has(uid)) return;
      const nativeId = nativeIdOf(uidValidity, uid);
      found.set(uid, {
        uid,
        message: { nativeId, receivedAt: internalDate ?? Date.now(), size: body.byteLength, raw: body },
      });
    });
  };
  await ask(uids);
  if (found.size < uids.length) {
    const missing = await stillThere(
      wire,
      uids.filter((uid) => !found.has(uid)),
    );
    if (missing.length > 0) await ask(missing);
    const withheld = missing.filter((uid) => !found.has(uid));
    const gone = withheld.length > 0 ? await stillThere(wire, withheld) : [];
    if (gone.length > 0) throw withheldError(gone);
  }
  return [...found.values()].sort((a, b) => a.uid - b.uid);
}

/** One large message as a stream of pieces; `null` if it was deleted in the meantime. */
export async function fetchLarge(wire: Wire, uidValidity: number, uid: number): Promise<Fetched | null> {
  let message: FetchedMessage | null = null;
  await wire.fetch(`${uid}`, "UID INTERNALDATE RFC822.SIZE", (response) => {
    if (response.uid !== uid || response.size === null) return;
    message = {
      nativeId: nativeIdOf(uidValidity, uid),
      receivedAt: response.internalDate ?? Date.now(),
      size: response.size,
      raw: pieces(wire, uid),
    };
  });
  return message && { uid, message };
}

async function* pieces(wire: Wire, uid: number): AsyncGenerator<Buffer> {
  for (let start = 0; ; ) {
    let piece: Buffer | null = null as Buffer | null;
    await wire.fetch(`${uid}`, `UID BODY.PEEK[]<${start}.${CHUNK}>`, (response) => {
      if (response.uid === uid) piece = response.body ?? piece;
    });
    // Deleted meanwhile, or withheld: half a message does not count.
    if (piece === null) throw withheldError([uid]);
    if (piece.byteLength > 0) yield piece;
    // A server that ignores the range gives everything at once; a short piece is the last one.
    if (piece.byteLength !== CHUNK) return;
    start += piece.byteLength;
  }
}

async function stillThere(wire: Wire, uids: readonly number[]): Promise<number[]> {
  const found = new Set(await wire.search(`UID ${uidSet(uids)}`));
  return uids.filter((uid) => found.has(uid));
}

function withheldError(uids: readonly number[]): FailureError {
  const reply = `the server lists messages that it does not hand over: UID ${uidSet(uids).slice(0, 200)}`;
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: "UID FETCH", reply }));
}
