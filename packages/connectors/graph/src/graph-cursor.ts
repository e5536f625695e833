import type { Cursor } from "@mailfleet/connector-api";

/** The cursor of a Graph source: the path that asks for what has changed since; `null`: the first list is not read. */
export function readCursor(cursor: Cursor | null): string | null {
  const delta = cursor?.delta;
  return typeof delta === "string" && delta.startsWith("/v1.0/users") ? delta : null;
}

/** The form the worker keeps. */
export function writeCursor(delta: string | null): Cursor {
  return { delta: delta ?? "" };
}
