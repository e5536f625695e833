import type { RawResponse } from "./response-reader.ts";

/** What we read from a FETCH response (RFC 9051 §7.5.2). */
export interface FetchResponse {
  readonly uid: number | null;
  /** Milliseconds since the epoch. */
  readonly internalDate: number | null;
  readonly size: number | null;
  /** BODY[] or BODY[HEADER], whole or the piece asked for; `null` if it is not in this response. */
  readonly body: Buffer | null;
  /** Where a piece begins (`BODY[]<0>`); `null`: the body is whole. */
  readonly origin: number | null;
  /** The body is longer than what is held of a response, and is not here. */
  readonly tooLong: boolean;
  /** The body is not here, because it was announced longer or shorter than it is: no end of a response follows it. */
  readonly misplaced: boolean;
}

const fetchStart = /^\* \d{1,10} FETCH {1,9}\(/i;
const uidItem = /[( ]UID (\d{1,10})/i;
const dateItem = /[( ]INTERNALDATE "([^"]{1,40})"/i;
const sizeItem = /[( ]RFC822\.SIZE (\d{1,15})/i;
/** Some servers repeat what they were asked for, or call it by its old name. */
const bodyBeforeLiteral = /[( ](?:BODY(?:\.PEEK)?\[(?:HEADER)?\](?:<(\d{1,15})>)?|RFC822) {1,9}~?$/i;
/** A short body may come as a quoted string (Yahoo does). */
const quotedBody = /([( ])(?:BODY(?:\.PEEK)?\[(?:HEADER)?\](?:<(\d{1,15})>)?|RFC822) {1,9}"((?:[^"\\]|\\.)*)"/i;

/** Reads a FETCH response. Items may come in any order; unknown ones are skipped. `null`: a different response. */
export function readFetchResponse({ text, literals, cut }: RawResponse): FetchResponse | null {
  if (!fetchStart.test(text[0] ?? "")) return null;
  let body: Buffer | null = null;
  let origin: string | undefined;
  let misplaced = false;
  for (let at = 0; at < literals.length; at += 1) {
    const named = bodyBeforeLiteral.exec(text[at] ?? "");
    if (!named) continue;
    misplaced = !/^[ )]/.test(text[at + 1] ?? "") || !(text.at(-1) ?? "").trimEnd().endsWith(")");
    body = literals[at] as Buffer;
    origin = named[1];
  }
  let items = text.length === 1 ? (text[0] as string) : text.join(" ");
  const quoted = body === null ? quotedBody.exec(items) : null;
  if (quoted) {
    origin = quoted[2];
    body = Buffer.from((quoted[3] as string).replace(/\\(.)/g, "$1"), "latin1");
    items = items.replace(quotedBody, "$1");
  }
  const date = Date.parse(dateItem.exec(items)?.[1]?.trim() ?? "");
  return {
    uid: numberIn(uidItem, items),
    internalDate: date >= 0 ? date : null,
    size: numberIn(sizeItem, items),
    body: cut || misplaced ? null : body,
    tooLong: cut,
    misplaced,
    origin: origin === undefined ? null : Number(origin),
  };
}

function numberIn(item: RegExp, items: string): number | null {
  const found = item.exec(items)?.[1];
  return found === undefined ? null : Number(found);
}
