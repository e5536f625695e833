import { createHash, hash } from "node:crypto";
import { type FetchedMessage, MessageRefused } from "@mailfleet/connector-api";
import type { Failure } from "@mailfleet/contracts";
import {
  automaticBecause,
  type IsOurProbe,
  type MessageHeaders,
  type ProbeMark,
  readHeaders,
  readOriginal,
  readProbeMark,
  readUndeliverable,
} from "@mailfleet/mime";
import type { NewMessage } from "./document.ts";

/** Size of the parts in which a large message is stored. */
const PART = 256 * 1024;

/** What a message that was given turned out to be. */
type Fate =
  | { readonly is: "mail"; readonly message: NewMessage }
  /** Our own test message. */
  | { readonly is: "probe"; readonly mark: ProbeMark }
  /** The server did not give it to its end, or it could not be stored. */
  | { readonly is: "refused"; readonly failure: Failure };

/** A message that was given, by the name that its connector has for it. */
export type Prepared = Fate & { readonly name: string; readonly fetched: FetchedMessage };

/** Whose message it is, and how long it is kept. */
export interface PrepareContext {
  readonly mailboxId: string;
  /** Goes before the native id in the key of a message. */
  readonly prefix: string;
  readonly storedAt: number;
  readonly expireAt: number;
  readonly isOurProbe: IsOurProbe;
  /** Others forward to this mailbox: a message may be the envelope of another one. */
  readonly forwarded: boolean;
  /** Stores a piece of a message that is too large to be held in memory. */
  readonly storePart: (messageId: string, index: number, data: Uint8Array, expireAt: number) => Promise<void>;
  /** Of one that did not come to its end, nothing need be kept. */
  readonly dropParts: (messageId: string) => Promise<void>;
}

/**
 * Fingerprints and headers of a batch. Parts of a large message are stored while it streams; at no time more than two of
 * them are in memory.
 */
export async function prepareAll(messages: readonly FetchedMessage[], context: PrepareContext): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const fetched of messages) {
    const { raw } = fetched;
    // The hot path, so nothing is awaited.
    const fate = raw instanceof Uint8Array ? readSmall(fetched, raw, context) : await readLarge(fetched, raw, context);
    prepared.push({ ...fate, name: fetched.identity ?? fetched.nativeId, fetched });
  }
  return prepared;
}

function readSmall(fetched: FetchedMessage, raw: Uint8Array, context: PrepareContext): Fate {
  const bytes = { size: raw.byteLength, sha256: hash("sha256", raw, "hex"), raw };
  return assemble(fetched, raw, bytes, context);
}

async function readLarge(
  fetched: FetchedMessage,
  pieces: AsyncIterable<Uint8Array>,
  context: PrepareContext,
): Promise<Fate> {
  const id = keyOf(fetched, context);
  const sha256 = createHash("sha256");
  let beginning: Buffer | undefined;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let size = 0;
  let parts = 0;
  const flush = async () => {
    const part = Buffer.concat(gathered);
    gathered = [];
    gatheredBytes = 0;
    beginning ??= part;
    await context.storePart(id, parts, part, context.expireAt);
    parts += 1;
  };
  try {
    for await (const piece of pieces) {
      sha256.update(piece);
      size += piece.byteLength;
      for (let at = 0; at < piece.byteLength; ) {
        const taken = piece.subarray(at, at + PART - gatheredBytes);
        gathered.push(taken);
        gatheredBytes += taken.byteLength;
        at += taken.byteLength;
        if (gatheredBytes === PART) await flush();
      }
    }
  } catch (error) {
    if (!(error instanceof MessageRefused)) throw error;
    if (parts > 0) await context.dropParts(id);
    return { is: "refused", failure: error.failure };
  }
  if (gatheredBytes > 0 || parts === 0) await flush();
  return assemble(fetched, beginning as Buffer, { size, sha256: sha256.digest("hex"), raw: null, parts }, context);
}

function assemble(
  fetched: FetchedMessage,
  beginning: Uint8Array,
  bytes: Pick<NewMessage, "size" | "sha256" | "raw" | "parts">,
  context: PrepareContext,
): Fate {
  const { mailboxId, storedAt, expireAt, isOurProbe, forwarded } = context;
  const headers = readHeaders(beginning);
  const mark = headers.autoSubmitted === null ? null : readProbeMark(headers.probe, mailboxId, isOurProbe);
  if (mark) return { is: "probe", mark };
  const { recipients, unparsed } = headers;
  const original = forwarded ? readOriginal(beginning) : null;
  const id = keyOf(fetched, context);
  const { receivedAt } = fetched;
  const undeliverable = readUndeliverable(beginning, headers);
  const automatic = automaticBecause(headers);
  const read = {
    ...namesOf(headers),
    ...(original && { original: namesOf(original) }),
    ...(undeliverable && { undeliverable }),
    ...(automatic !== null && { automatic }),
    ...(headers.answersTo.length > 0 && { answersTo: headers.answersTo }),
    ...{ recipients, unparsed },
  };
  return { is: "mail", message: { id, mailboxId, receivedAt, storedAt, expireAt, ...read, ...bytes } };
}

function namesOf({ messageId, subject, from, to, cc, date }: MessageHeaders) {
  return { messageId, subject, from, to, cc, date };
}

/** The key of a message, for ever. */
function keyOf({ nativeId }: FetchedMessage, { mailboxId, prefix }: PrepareContext): string {
  return `${mailboxId}/${prefix}${nativeId}`;
}
