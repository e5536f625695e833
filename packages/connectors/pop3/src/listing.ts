import { hash } from "node:crypto";
import { FailureError, failureOf } from "@mailfleet/contracts";

/** One message in the answers to LIST and UIDL. */
export interface Entry {
  /** Its number in this session (RFC 1939 §5). The next session numbers anew. */
  readonly number: number;
  /** Octets, according to the server; `null` if it does not say, or says zero. */
  readonly size: number | null;
  /** `null` if the server gives none. */
  readonly uidl: string | null;
}

/** Longest UIDL that is used unchanged. RFC 1939 §7 allows 70 characters; with our additions it must fit into 200. */
const UIDL_LIMIT = 120;
/** More messages than a server can list in the time and the bytes that it has. */
const MESSAGES_LIMIT = 200_000;
const LF = 10;

/**
 * Joins the answers to LIST and UIDL (`null`: the server has none), in the order of numbers. Lines that name no message
 * are passed over where STAT has `counted`, and tells whether one is missing. Throws `FailureError`.
 */
export function readListing(list: Buffer, uidl: Buffer | null, counted = true): Entry[] {
  const sizes = new Map<number, number>();
  for (const line of lines(list)) {
    // Something that is not a size, or is negative, as at some servers beyond 2 GiB, counts as unknown.
    const match = /^(\d{1,10})(?:[ \t]+(?:(\d{1,15})|-)|$)/.exec(line);
    if (!match && !counted) throw odd("LIST", line);
    if (!match) continue;
    sizes.set(Number(match[1]), Number(match[2] ?? 0));
    if (sizes.size > MESSAGES_LIMIT) throw tooMany("LIST");
  }
  const names = new Map<number, string>();
  for (const line of uidl ? lines(uidl) : []) {
    const match = /^(\d{1,10})(?:[ \t]+(\S.*))?$/.exec(line);
    if (!match && !counted) throw odd("UIDL", line);
    if (!match) continue;
    if (match[2]) names.set(Number(match[1]), plainUidl(match[2].trim()));
    else if (!sizes.has(Number(match[1]))) sizes.set(Number(match[1]), 0);
    if (names.size > MESSAGES_LIMIT || sizes.size > MESSAGES_LIMIT) throw tooMany("UIDL");
  }
  // An entry in only one of the two lists is still a message.
  for (const number of names.keys()) if (!sizes.has(number)) sizes.set(number, 0);
  return [...sizes]
    .sort(([a], [b]) => a - b)
    .map(([number, size]) => ({ number, size: size || null, uidl: names.get(number) ?? null }));
}

function plainUidl(uidl: string): string {
  return uidl.length <= UIDL_LIMIT && /^[\x21-\x7e]+$/.test(uidl) ? uidl : `u-${hash("sha256", uidl).slice(0, 40)}`;
}

/** One at a time: the lines of a long answer together would take many times its size. */
function* lines(answer: Buffer): Generator<string> {
  for (let at = 0; at < answer.length; ) {
    const end = answer.indexOf(LF, at);
    const line = answer.toString("latin1", at, end < 0 ? answer.length : end).trimEnd();
    if (line !== "") yield line;
    at = end < 0 ? answer.length : end + 1;
  }
}

function tooMany(command: string): FailureError {
  return new FailureError(failureOf("ANSWER_TOO_LARGE", { command, reply: `more than ${MESSAGES_LIMIT} messages` }));
}

function odd(command: string, line: string): FailureError {
  const reply = `not a line of a listing: ${line.slice(0, 100).replace(/[^\x20-\x7e]+/g, " ")}`;
  return new FailureError(failureOf("PROTOCOL_ERROR", { command, reply }));
}
