import { concernsMessage, type FetchedMessage, MessageRefused } from "@mailfleet/connector-api";
import { type FailureError, failureOf } from "@mailfleet/contracts";
import { nativeIdOf, uidSet } from "./uid-set.ts";
import type { Wire } from "./wire.ts";

/** How many bytes of a large message are held at a time. */
const CHUNK = 512 * 1024;

/** A message and its UID. */
export interface Fetched {
  readonly uid: number;
  readonly message: FetchedMessage;
}

/** What became of each UID that was asked for. */
export interface FetchOutcome {
  /** Ascending by UID. */
  readonly found: readonly Fetched[];
  /** Deleted meanwhile: the server says so. */
  readonly gone: readonly number[];
  /** Asked for alone, and not given. */
  readonly refused: readonly { readonly uid: number; readonly failure: FailureError }[];
  /** What ended the connection. Nothing is known about UIDs that are not named above. */
  readonly broke?: unknown;
}

/** A mailbox that is open on a wire. `failure` names what the wire throws. */
export interface OpenMailbox {
  readonly wire: Wire;
  readonly uidValidity: number;
  failure(error: unknown): FailureError;
}

/**
 * Fetches whole messages by UID without touching their flags (BODY.PEEK): together, then what did not come once more,
 * then each of these alone, so that one message that the server does not hand over does not hold up the others.
 */
export async function fetchSmall(mailbox: OpenMailbox, uids: readonly number[]): Promise<FetchOutcome> {
  const { wire, uidValidity } = mailbox;
  const found = new Map<number, Fetched>();
  const refused: { uid: number; failure: FailureError }[] = [];
  let gone: readonly number[] = [];

  /** The server's refusal, if it gave one. Throws what ended the connection. */
  const ask = async (asked: readonly number[]): Promise<unknown> => {
    const wanted = new Set(asked);
    try {
      await wire.fetch(uidSet(asked), "UID INTERNALDATE BODY.PEEK[]", ({ uid, internalDate, body }) => {
        // A server may send a FETCH that nobody asked for, without a body (RFC 9051 §7.5.2).
        if (uid === null || body === null || !wanted.has(uid) || found.has(uid)) return;
        const nativeId = nativeIdOf(uidValidity, uid);
        found.set(uid, {
          uid,
          message: { nativeId, receivedAt: internalDate ?? Date.now(), size: body.byteLength, raw: body },
        });
      });
      return null;
    } catch (error) {
      if (!wire.alive()) throw error;
      return error;
    }
  };
  const missing = () => uids.filter((uid) => !found.has(uid));

  const outcome = (broke?: unknown): FetchOutcome => ({
    found: [...found.values()].sort((a, b) => a.uid - b.uid),
    gone,
    refused,
    ...(broke !== undefined && { broke }),
  });

  try {
    const refusal = await ask(uids);
    if (found.size === uids.length) return outcome();
    let there = await stillThere(wire, missing());
    if (there.length > 1 && refusal === null) {
      await ask(there);
      there = there.filter((uid) => !found.has(uid));
    }
    for (const uid of there) {
      const words = await ask([uid]);
      if (found.has(uid)) continue;
      const failure = words ? mailbox.failure(words) : withheld(uid);
      // A server that hands over others but not this one refuses this one, whatever its words.
      const others = found.size > 0 && failure.failure.kind === "transient";
      if (!others && !concernsMessage(failure.failure)) throw failure;
      refused.push({ uid, failure });
    }
    // Requested again at the end: a message that was deleted meanwhile was not refused.
    const still = new Set(refused.length > 0 ? await stillThere(wire, missing()) : []);
    refused.splice(0, refused.length, ...refused.filter(({ uid }) => still.has(uid)));
    gone = missing().filter((uid) => !still.has(uid));
    return outcome();
  } catch (error) {
    gone = [];
    return outcome(error);
  }
}

/** One large message as a stream of pieces. */
export async function fetchLarge(mailbox: OpenMailbox, uid: number): Promise<FetchOutcome> {
  const { wire, uidValidity } = mailbox;
  let message: FetchedMessage | null = null as FetchedMessage | null;
  const nothing = { found: [], gone: [], refused: [] };
  try {
    await wire.fetch(`${uid}`, "UID INTERNALDATE RFC822.SIZE", (response) => {
      if (response.uid !== uid || response.size === null) return;
      message = {
        nativeId: nativeIdOf(uidValidity, uid),
        receivedAt: response.internalDate ?? Date.now(),
        size: response.size,
        raw: pieces(mailbox, uid),
      };
    });
    if (message) return { ...nothing, found: [{ uid, message }] };
    const [there] = await stillThere(wire, [uid]);
    return there === undefined
      ? { ...nothing, gone: [uid] }
      : { ...nothing, refused: [{ uid, failure: withheld(uid) }] };
  } catch (error) {
    const failure = mailbox.failure(error);
    if (!wire.alive() || !concernsMessage(failure.failure)) return { ...nothing, broke: error };
    return { ...nothing, refused: [{ uid, failure }] };
  }
}

async function* pieces(mailbox: OpenMailbox, uid: number): AsyncGenerator<Buffer> {
  const { wire } = mailbox;
  for (let start = 0; ; ) {
    let piece: Buffer | null = null as Buffer | null;
    try {
      await wire.fetch(`${uid}`, `UID BODY.PEEK[]<${start}.${CHUNK}>`, (response) => {
        if (response.uid === uid) piece = response.body ?? piece;
      });
    } catch (error) {
      const failure = mailbox.failure(error);
      const goesOn = wire.alive() && concernsMessage(failure.failure);
      throw goesOn ? new MessageRefused(failure.failure, { cause: error }) : failure;
    }
    // Deleted meanwhile, or withheld: half a message does not count.
    if (piece === null) throw withheld(uid);
    if (piece.byteLength > 0) yield piece;
    // A server that ignores the range gives everything at once; a short piece is the last one.
    if (piece.byteLength !== CHUNK) return;
    start += piece.byteLength;
  }
}

async function stillThere(wire: Wire, uids: readonly number[]): Promise<number[]> {
  if (uids.length === 0) return [];
  const found = new Set(await wire.search(`UID ${uidSet(uids)}`));
  return uids.filter((uid) => found.has(uid));
}

function withheld(uid: number): MessageRefused {
  const reply = `the server lists a message that it does not hand over: UID ${uid}`;
  return new MessageRefused(failureOf("PROTOCOL_ERROR", { command: "UID FETCH", reply }));
}
