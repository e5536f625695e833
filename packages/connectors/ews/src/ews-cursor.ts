import type { Cursor } from "@mailfleet/connector-api";

/** The cursor of an Exchange source: the state behind which changes are asked for; `null`: the first list is not read. */
export function readCursor(cursor: Cursor | null): string | null {
  const state = cursor?.sync;
  return typeof state === "string" && state !== "" ? state : null;
}

/** The form the worker keeps. */
export function writeCursor(state: string | null): Cursor {
  return { sync: state ?? "" };
}
