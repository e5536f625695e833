import { createHash } from "node:crypto";
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

/** The time of arrival in base 36, wide enough until the year 5188, then a digest of Graph's id: sorts by arrival. */
export function nativeIdOf(receivedAt: number, id: string): string {
  const name = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return `${Math.max(0, receivedAt).toString(36).padStart(9, "0")}-${name}`;
}
