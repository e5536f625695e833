import type { Cursor } from "@mailfleet/connector-api";
import { isHistoryId } from "./gmail-client.ts";

/** The cursor of a Gmail source. */
export interface GmailCursor {
  /** Everything up to here is stored; `null`: the first list has not been read completely. */
  readonly historyId: string | null;
  /** The newest `internalDate` seen, milliseconds since the epoch; 0: none. */
  readonly at: number;
}

/** `null`, and anything that is not one of our cursors, means the beginning. */
export function readCursor(cursor: Cursor | null): GmailCursor {
  const at = Number(cursor?.at ?? 0);
  return {
    historyId: isHistoryId(cursor?.historyId) ? cursor.historyId : null,
    at: Number.isSafeInteger(at) && at > 0 ? at : 0,
  };
}

/** The form the worker keeps. */
export function writeCursor({ historyId, at }: GmailCursor): Cursor {
  return { historyId: historyId ?? "", at };
}

/** `internalDate` in base 36, wide enough until the year 5188, then Gmail's id: sorts by arrival. */
export function nativeIdOf(receivedAt: number, id: string): string {
  return `${Math.max(0, receivedAt).toString(36).padStart(9, "0")}-${id.toLowerCase()}`;
}
