import { hash } from "node:crypto";
import type { Cursor } from "@mailfleet/connector-api";
import type { Opened, Since } from "./examine-inbox.ts";
import type { Fetched } from "./fetch-messages.ts";
import type { FetchResponse } from "./fetch-response.ts";

/** Facts of a message that was handed over, by which another session knows it again. */
export interface Anchor {
  readonly uid: number;
  /** INTERNALDATE, milliseconds since the epoch. */
  readonly at: number;
  /** RFC822.SIZE, which a server may estimate anew. */
  readonly size: number;
  /** Beginning of the SHA-256 of the beginning of its header; empty where it was too large to be held. */
  readonly head: string;
}

/** The cursor of an IMAP source. */
export interface ImapCursor {
  readonly uidValidity: number;
  /** Everything up to here was given, or is accounted for, but what a listing has left out. */
  readonly uid: number;
  /** Messages in the mailbox when it was listed last. */
  readonly exists: number;
  readonly anchor: Anchor | null;
  /** A listing did not add up: what lies above `from` and is not among `got` may have been left out. */
  readonly gap: { readonly from: number; readonly got: string } | null;
  /** The server has said a UIDNEXT below a UID that it has: what it says proves nothing. */
  readonly uidNextIsWrong: boolean;
}

const digits = 16;
/** How much of a header is enough to recognise it. */
export const HEAD_BYTES = 2048;

/** `null`: from the beginning. */
export function readCursor(cursor: Cursor | null, uidValidity: number): ImapCursor {
  const number = (name: string) => Number(cursor?.[name] ?? 0);
  const anchorUid = number("anchor");
  return {
    uidValidity,
    uid: number("uid"),
    exists: number("exists"),
    anchor: anchorUid
      ? { uid: anchorUid, at: number("at"), size: number("size"), head: String(cursor?.head ?? "") }
      : null,
    gap: cursor?.got === undefined ? null : { from: number("from"), got: String(cursor.got) },
    uidNextIsWrong: number("uidNextIsWrong") === 1,
  };
}

/** The form the worker keeps: plain values. */
export function writeCursor({ uidValidity, uid, exists, anchor, gap, uidNextIsWrong }: ImapCursor): Cursor {
  return {
    uidValidity,
    uid,
    exists,
    ...(anchor && { anchor: anchor.uid, at: anchor.at, size: anchor.size, head: anchor.head }),
    ...(gap && { from: gap.from, got: gap.got }),
    ...(uidNextIsWrong && { uidNextIsWrong: 1 }),
  };
}

/**
 * What a server says of an inbox in which the cursor has passed everything; `null`: it has not, or nothing tells each
 * change. With a UIDNEXT that stands still or a last message that is not known it would prove too little.
 */
export function stateOf(
  { uidValidity, uidNext, exists, modSeq, mailboxId }: Opened,
  cursor: Cursor | null,
): string | null {
  const { uid, anchor, gap, uidNextIsWrong } = readCursor(cursor, uidValidity);
  if (modSeq === null || uidValidity === 0 || gap || uidNextIsWrong) return null;
  if (anchor?.uid !== uid || uidNext !== uid + 1) return null;
  return [uidValidity, uidNext, exists, modSeq, mailboxId ?? "-"].join(" ");
}

/** What a state says, so that a server can be asked what has changed since. */
export function sinceOf(state: string): Since | null {
  const [uidValidity, , , modSeq = ""] = state.split(" ");
  return /^[1-9]\d{0,18}$/.test(modSeq) ? { uidValidity: Number(uidValidity), modSeq } : null;
}

/**
 * Whether nothing has come since the state was another one: only flags were set, or messages went, and that explains the
 * counts exactly. `after` is the state of what was opened.
 */
export function onlyFlagsOrGone(before: string, after: string | null, { changed }: Opened): boolean {
  const [wasValidity, wasNext, wasExists, wasModSeq, wasMailbox] = before.split(" ");
  const [validity, next, exists, modSeq, mailbox] = after?.split(" ") ?? [];
  if (!changed || !modSeq || BigInt(modSeq) <= BigInt(wasModSeq ?? "")) return false;
  if (validity !== wasValidity || next !== wasNext || mailbox !== wasMailbox) return false;
  return changed.highest < Number(next) && Number(wasExists) - changed.vanished === Number(exists);
}

/** The last of these as an anchor; `before` where none of them can be one. */
export function anchorIn(found: readonly Fetched[], before: Anchor | null): Anchor | null {
  const last = found.findLast(({ message }) => (message.listedSize ?? null) !== null);
  if (!last) return before;
  const { receivedAt, listedSize, raw } = last.message;
  const head = raw instanceof Uint8Array ? headerDigest(raw) : "";
  return { uid: last.uid, at: receivedAt, size: listedSize ?? 0, head };
}

/**
 * Whether a message is the anchor, by its header: another one may have its date and size, and a server may estimate
 * sizes anew. Where no header is known date and size decide. `null`: nothing was said of it.
 */
export function isAnchor({ internalDate, size, body }: FetchResponse, anchor: Anchor): "same" | "another" | null {
  if (anchor.head) return body === null ? null : headerDigest(body) === anchor.head ? "same" : "another";
  return size === null ? null : internalDate === anchor.at && size === anchor.size ? "same" : "another";
}

/** Knows a header again, also where BODY[HEADER] gives it without, or with another, end. */
function headerDigest(message: Uint8Array): string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, Math.min(message.byteLength, HEAD_BYTES));
  const end = bytes.indexOf("\r\n\r\n");
  return hash("sha256", bytes.toString("latin1", 0, end < 0 ? bytes.length : end).trimEnd()).slice(0, digits);
}
