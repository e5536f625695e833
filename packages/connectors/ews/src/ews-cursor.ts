import { createHash } from "node:crypto";
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

/** The time of arrival in base 36, wide enough until the year 5188, then a digest of Exchange's id: sorts by arrival. */
export function nativeIdOf(receivedAt: number, id: string): string {
  const name = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return `${Math.max(0, receivedAt).toString(36).padStart(9, "0")}-${name}`;
}
