import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import {
  concernsMessage,
  type FetchedMessage,
  heldBytes,
  LARGEST_MESSAGE,
  LinkBroke,
  MessageRefused,
  type SizeCheck,
} from "@mailfleet/connector-api";
import { type FailureError, failureOf } from "@mailfleet/contracts";
import type { FetchResponse } from "./fetch-response.ts";
import { nativeIdOf, uidSet } from "./uid-set.ts";
import type { Wire } from "./wire.ts";

/** How many bytes of a large message are held at a time. */
const CHUNK = 512 * 1024;
/** How many bytes of a portion are held. What comes beyond is read as a large message, however small it was said to be. */
const HELD_BYTES = 13 * 1024 * 1024;
/** How often a message is asked for alone before it counts as refused, where the server has a passing trouble with it. */
const TRIES = 3;
const PAUSE_MS = 200;
/** How much longer than announced a large message may be, beside half of it. */
const MUCH_LONGER = 1024 * 1024;

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
  readonly sizes: SizeCheck;
  failure(error: unknown): FailureError;
}

/**
 * Fetches whole messages by UID without touching their flags (BODY.PEEK): together, then what did not come, or not as
 * announced, once more, then each of these alone, so that one message that the server does not hand over does not hold
 * up the others.
 */
export async function fetchSmall(mailbox: OpenMailbox, uids: readonly number[]): Promise<FetchOutcome> {
  const { wire, uidValidity, sizes } = mailbox;
  const found = new Map<number, Fetched>();
  /** What came last of those that are cut. */
  const cut = new Map<number, FailureError>();
  const refused: { uid: number; failure: FailureError }[] = [];
  let gone: readonly number[] = [];
  let held = 0;
  /** Too long to be held beside the others. */
  const long = new Set<number>();

  function take(response: FetchResponse, wanted: ReadonlySet<number>): void {
    const { internalDate, size, body, tooLong } = response;
    const [only] = wanted;
    // Some servers leave the UID out: where one was asked for, a body is its body.
    const uid = response.uid ?? (wanted.size === 1 && body !== null ? only : undefined);
    if (uid === undefined || !wanted.has(uid) || found.has(uid)) return;
    if (response.misplaced) return void cut.set(uid, misplaced(uid));
    if (tooLong || held + (body?.byteLength ?? 0) > HELD_BYTES) return void long.add(uid);
    // A server may send a FETCH that nobody asked for, without a body (RFC 9051 §7.5.2).
    if (body === null) return;
    const nativeId = nativeIdOf(uidValidity, uid);
    const verdict = sizes.look(nativeId, size, heldBytes(body));
    if (verdict !== "whole") return void (verdict === "cut" && cut.set(uid, cutShort(uid, size, body.byteLength)));
    const receivedAt = internalDate ?? Date.now();
    held += body.byteLength;
    found.set(uid, { uid, message: { nativeId, receivedAt, size: body.byteLength, listedSize: size, raw: body } });
  }
  /** The server's refusal, if it gave one. Throws what ended the connection. */
  const ask = (asked: readonly number[]): Promise<unknown> => {
    const wanted = new Set(asked);
    return refusalOf(
      wire,
      wire.fetch(uidSet(asked), "UID INTERNALDATE RFC822.SIZE BODY.PEEK[]", (response) => take(response, wanted)),
    );
  };
  /** As a stream, which is read when it is stored. */
  const takeLarge = async (uid: number): Promise<FailureError | null> => {
    const one = await fetchLarge(mailbox, uid);
    if (one.broke !== undefined) throw one.broke;
    for (const fetched of one.found) found.set(uid, fetched);
    return one.refused[0]?.failure ?? null;
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
      const again = there.filter((uid) => !long.has(uid));
      if (again.length > 0) await ask(again);
      there = there.filter((uid) => !found.has(uid));
    }
    for (const uid of there) {
      const failure = long.has(uid)
        ? await takeLarge(uid)
        : await insist(mailbox, uid, async () => ({
            words: (await ask([uid])) ?? cut.get(uid) ?? null,
            given: found.has(uid),
          }));
      if (failure) refused.push({ uid, failure });
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
  const take = (response: FetchResponse) => {
    if ((response.uid ?? uid) !== uid || response.size === null) return;
    const { internalDate, size } = response;
    const raw = pieces(mailbox, uid, size);
    const nativeId = nativeIdOf(uidValidity, uid);
    message = { nativeId, receivedAt: internalDate ?? Date.now(), size, listedSize: size, raw };
  };
  try {
    const failure = await insist(mailbox, uid, async () => ({
      words: await refusalOf(wire, wire.fetch(`${uid}`, "UID INTERNALDATE RFC822.SIZE", take)),
      given: message !== null,
    }));
    if (message) return { ...nothing, found: [{ uid, message }] };
    const [there] = await stillThere(wire, [uid]);
    return there === undefined || !failure ? { ...nothing, gone: [uid] } : { ...nothing, refused: [{ uid, failure }] };
  } catch (error) {
    return { ...nothing, broke: error };
  }
}

/**
 * Asks for one message alone, some times where the server names a passing trouble: if it works otherwise, the trouble is
 * this message's. The failure, or `null` where it was given. Throws what concerns more than this message.
 */
async function insist(
  mailbox: OpenMailbox,
  uid: number,
  ask: () => Promise<{ words: unknown; given: boolean }>,
): Promise<FailureError | null> {
  for (let tries = 1; ; tries += 1) {
    const { words, given } = await ask();
    if (given) return null;
    const failure = words !== null ? mailbox.failure(words) : withheld(uid);
    const passing = failure.failure.kind === "transient" && !concernsMessage(failure.failure);
    if (!passing && !concernsMessage(failure.failure)) throw failure;
    const refusal = words !== null && !passing && !(words instanceof MessageRefused);
    if (refusal || tries === TRIES) return failure;
    await pause(PAUSE_MS * tries);
  }
}

/** A large message as it comes. If it is not as long as announced, it is read once more, to be compared. */
async function* pieces(mailbox: OpenMailbox, uid: number, announced: number): AsyncGenerator<Buffer> {
  if (announced > LARGEST_MESSAGE) throw tooLarge(uid, `is announced with ${announced} octets`);
  const name = nativeIdOf(mailbox.uidValidity, uid);
  let [verdict, bytes] = ["again", 0];
  for (let reading = 1; verdict === "again" && reading <= 2; reading += 1) {
    const sha256 = createHash("sha256");
    bytes = 0;
    for await (const piece of readOnce(mailbox, uid, announced)) {
      sha256.update(piece);
      bytes += piece.byteLength;
      if (reading === 1) yield piece;
    }
    verdict = mailbox.sizes.look(name, announced, { bytes, sha256: () => sha256.digest("base64") });
  }
  if (verdict === "again") throw otherEachTime(uid);
  if (verdict === "cut") throw cutShort(uid, announced, bytes);
}

async function* readOnce(mailbox: OpenMailbox, uid: number, announced: number): AsyncGenerator<Buffer> {
  const { wire, uidValidity } = mailbox;
  const most = Math.min(LARGEST_MESSAGE, announced * 1.5 + MUCH_LONGER);
  for (let start = 0; ; ) {
    let piece: FetchResponse | null = null as FetchResponse | null;
    try {
      await wire.fetch(`${uid}`, `UID BODY.PEEK[]<${start}.${CHUNK}>`, (response) => {
        if ((response.uid ?? uid) === uid && (response.body !== null || response.misplaced)) piece = response;
      });
    } catch (error) {
      const failure = mailbox.failure(error);
      if (!wire.alive()) throw new LinkBroke(failure.failure, nativeIdOf(uidValidity, uid), { cause: error });
      throw concernsMessage(failure.failure) ? new MessageRefused(failure.failure, { cause: error }) : failure;
    }
    if (piece?.misplaced) throw misplaced(uid);
    const body = piece?.body ?? null;
    // Deleted meanwhile, or withheld: half a message does not count.
    if (body === null) throw withheld(uid);
    // A server that ignores the range gives everything at once, each time.
    const whole = piece?.origin === null && body.byteLength !== CHUNK;
    if (body.byteLength > 0 && !(whole && start > 0)) yield body;
    if (!(whole && start > 0)) start += body.byteLength;
    if (start > most) throw tooLarge(uid, `is announced with ${announced} octets, and has no end after ${start}`);
    // A server may give less than it was asked for: only nothing at all is the end (RFC 9051 §6.4.5).
    if (whole || body.byteLength === 0 || (start === announced && body.byteLength !== CHUNK)) return;
  }
}

/** The server's refusal of a command, `null` where it was done. Throws what ended the connection. */
async function refusalOf(wire: Wire, command: Promise<void>): Promise<unknown> {
  try {
    await command;
    return null;
  } catch (error) {
    if (!wire.alive()) throw error;
    return error;
  }
}

async function stillThere(wire: Wire, uids: readonly number[]): Promise<number[]> {
  if (uids.length === 0) return [];
  const found = new Set(await wire.search(`UID ${uidSet(uids)}`));
  return uids.filter((uid) => found.has(uid));
}

function refusal(reply: string): MessageRefused {
  return new MessageRefused(failureOf("PROTOCOL_ERROR", { command: "UID FETCH", reply }));
}

function tooLarge(uid: number, how: string): MessageRefused {
  const reply = `UID ${uid} ${how}; at most ${LARGEST_MESSAGE} are taken`;
  return new MessageRefused(failureOf("ANSWER_TOO_LARGE", { command: "UID FETCH", reply }));
}

function misplaced(uid: number): MessageRefused {
  return refusal(`the server announces other octets of UID ${uid} than it sends`);
}

function otherEachTime(uid: number): MessageRefused {
  return refusal(`the server gives other octets of UID ${uid} each time, and not as many as it announces`);
}

function withheld(uid: number): MessageRefused {
  return refusal(`the server lists a message that it does not hand over: UID ${uid}`);
}

function cutShort(uid: number, announced: number | null, bytes: number): MessageRefused {
  return refusal(`the server gives ${bytes} of ${announced ?? "an unknown number of"} octets of UID ${uid}`);
}
