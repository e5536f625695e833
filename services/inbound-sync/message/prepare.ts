import { createHash, hash } from "node:crypto";
import { type FetchedMessage, MessageRefused, type RefusedMessage } from "@mailfleet/connector-api";
import { type IsOurProbe, type MessageHeaders, type ProbeMark, readHeaders, readProbeMark } from "@mailfleet/mime";
import type { NewMessage } from "./document.ts";

/** Size of the parts in which a large message is stored. */
const PART = 256 * 1024;

/** What a fetched message turned out to be. */
export type Prepared =
  | { readonly kind: "mail"; readonly message: NewMessage }
  | { readonly kind: "probe"; readonly nativeId: string; readonly mark: ProbeMark; readonly receivedAt: number }
  /** The server did not give it to its end. */
  | { readonly kind: "refused"; readonly refused: RefusedMessage };

/** Whose message it is, and how long it is kept. */
export interface PrepareContext {
  readonly mailboxId: string;
  /** Goes before the native id in the key of a message. */
  readonly prefix: string;
  readonly storedAt: number;
  readonly expireAt: number;
  readonly isOurProbe: IsOurProbe;
  /** Stores a piece of a message that is too large to be held in memory. */
  readonly storePart: (messageId: string, index: number, data: Uint8Array, expireAt: number) => Promise<void>;
}

/** A message in memory: fingerprint and headers. The hot path, so nothing is awaited. */
export function prepareSmall(fetched: FetchedMessage, raw: Uint8Array, context: PrepareContext): Prepared {
  return assemble(
    fetched,
    readHeaders(raw),
    { size: raw.byteLength, sha256: hash("sha256", raw, "hex"), raw },
    context,
  );
}

/** A large message: its parts are stored while it streams; at no time more than two of them are in memory. */
export async function prepareLarge(
  fetched: FetchedMessage,
  pieces: AsyncIterable<Uint8Array>,
  context: PrepareContext,
): Promise<Prepared> {
  try {
    return await readLarge(fetched, pieces, context);
  } catch (error) {
    if (!(error instanceof MessageRefused)) throw error;
    return { kind: "refused", refused: { name: nameOf(fetched), failure: error.failure } };
  }
}

/** The key of a message, for ever. */
export function keyOf({ mailboxId, prefix }: Pick<PrepareContext, "mailboxId" | "prefix">, nativeId: string): string {
  return `${mailboxId}/${prefix}${nativeId}`;
}

/** What the connector of a message calls it. */
export function nameOf({ nativeId, identity }: Pick<FetchedMessage, "nativeId" | "identity">): string {
  return identity ?? nativeId;
}

async function readLarge(
  fetched: FetchedMessage,
  pieces: AsyncIterable<Uint8Array>,
  context: PrepareContext,
): Promise<Prepared> {
  const id = keyOf(context, fetched.nativeId);
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
  if (gatheredBytes > 0 || parts === 0) await flush();
  const headers = readHeaders(beginning as Buffer, parts === 1);
  return assemble(fetched, headers, { size, sha256: sha256.digest("hex"), raw: null, parts }, context);
}

function assemble(
  { nativeId, receivedAt }: FetchedMessage,
  headers: MessageHeaders,
  bytes: Pick<NewMessage, "size" | "sha256" | "raw" | "parts">,
  context: PrepareContext,
): Prepared {
  const { mailboxId, storedAt, expireAt, isOurProbe } = context;
  const mark = headers.autoSubmitted === null ? null : readProbeMark(headers.probe, mailboxId, isOurProbe);
  if (mark) return { kind: "probe", nativeId, mark, receivedAt };
  const { messageId, subject, from, to, date, unparsed } = headers;
  return {
    kind: "mail",
    message: {
      id: keyOf(context, nativeId),
      mailboxId,
      receivedAt,
      storedAt,
      expireAt,
      messageId,
      subject,
      from,
      to,
      date,
      unparsed,
      ...bytes,
    },
  };
}
