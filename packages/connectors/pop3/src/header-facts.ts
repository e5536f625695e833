import { hash } from "node:crypto";
import { HEADER_LIMIT } from "@mailfleet/mime";

/** What we read from a header block without parsing the message. */
export interface HeaderFacts {
  /** The same for the same message, whichever way it was fetched. 40 hexadecimal digits. */
  readonly digest: string;
  /** When the last server received the message, else when it was written; milliseconds, `null` if neither is known. */
  readonly dated: number | null;
}

/** Fields that servers add and change themselves (mbox servers do after a message was read). */
const serversOwn = /^(?:status|x-status|x-uidl|x-uid|x-keywords|x-mozilla-status2?|content-length)[ \t]*:/i;
/** Longest field in which we look for a date. */
const FIELD_LIMIT = 4096;
/** A later date is not believed. */
const LAST_DATE = 36 ** 9 - 1;

/** True if these bytes hold a whole header block, or as much of one as we read. */
export function holdsHeader(bytes: Buffer): boolean {
  return bytes.length >= HEADER_LIMIT || headerEnd(bytes) >= 0;
}

/** Reads the header block at the beginning of a message; never throws. CRLF and bare LF end lines. */
export function readHeaderFacts(message: Buffer): HeaderFacts {
  const window = message.length > HEADER_LIMIT ? message.subarray(0, HEADER_LIMIT) : message;
  const end = headerEnd(window);
  const text = window.toString("latin1", 0, end < 0 ? window.length : end);
  let received: number | null = null;
  let written: number | null = null;
  let digested = "";
  /** Where the next range for the digest begins. */
  let run = 0;
  for (let at = 0; at < text.length; ) {
    let next = text.indexOf("\n", at);
    while (next >= 0 && (text.charCodeAt(next + 1) === 32 || text.charCodeAt(next + 1) === 9))
      next = text.indexOf("\n", next + 1);
    const stop = next < 0 ? text.length : next + 1;
    switch (text.charCodeAt(at) | 32) {
      case 0x72: // r
        // The topmost counts: each server adds its own at the top (RFC 5321 §4.4).
        if (received === null && isField(text, at, "received:"))
          received = receivedDate(text.slice(at, Math.min(stop, at + FIELD_LIMIT)));
        break;
      case 0x64: // d
        if (written === null && isField(text, at, "date:"))
          written = dateOf(text.slice(at + 5, Math.min(stop, at + FIELD_LIMIT)));
        break;
      case 0x73: // s
      case 0x78: // x
      case 0x63: // c
        if (serversOwn.test(text.slice(at, at + 24))) {
          digested += text.slice(run, at);
          run = stop;
        }
        break;
    }
    at = stop;
  }
  digested += text.slice(run);
  // Trailing line ends differ between TOP and RETR of some servers.
  return { digest: hash("sha256", digested.trimEnd()).slice(0, 40), dated: received ?? written };
}

function isField(text: string, at: number, name: string): boolean {
  return text.slice(at, at + name.length).toLowerCase() === name;
}

/** The date follows the last semicolon (RFC 5321 §4.4). */
function receivedDate(field: string): number | null {
  const semicolon = field.lastIndexOf(";");
  return semicolon < 0 ? null : dateOf(field.slice(semicolon + 1));
}

function dateOf(text: string): number | null {
  const at = Date.parse(text.replace(/[\r\n\t]+/g, " ").trim());
  return at >= 0 && at <= LAST_DATE ? at : null;
}

/** Where the header block ends; -1 if it continues. */
function headerEnd(bytes: Buffer): number {
  if (bytes[0] === 10 || (bytes[0] === 13 && bytes[1] === 10)) return 0;
  const crlf = bytes.indexOf("\r\n\r\n");
  const lf = (crlf < 0 ? bytes : bytes.subarray(0, crlf)).indexOf("\n\n");
  return lf >= 0 ? lf + 1 : crlf >= 0 ? crlf + 2 : -1;
}

/** How far a clock may be ahead before its dates are not believed, in milliseconds. */
const CLOCK_TOLERANCE = 5 * 60_000;

/** Our best guess of when a message arrived: what its header says, unless that is in the future, else `now`. */
export function receivedAt({ dated }: HeaderFacts, now: number): number {
  return dated === null || dated > now + CLOCK_TOLERANCE ? now : dated;
}

/**
 * A message's id. Sorts by the time in its header and depends on nothing but the message and its name, so a message that
 * is fetched twice has the same id, and a name that is used again makes another.
 */
export function nativeIdOf(identity: string, { dated, digest }: HeaderFacts): string {
  return `${(dated ?? 0).toString(36).padStart(9, "0")}-${hash("sha256", `${identity} ${digest}`).slice(0, 24)}`;
}
