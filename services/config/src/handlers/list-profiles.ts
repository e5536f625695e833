import { readCursor, writeCursor } from "../cursor.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showProfiles } from "../show-profile.ts";

/** `config.profile.list`: in the order of the ids. */
export const listProfiles =
  (parts: Parts): Handler<"config.profile.list"> =>
  async ({ limit, cursor }) => {
    const { items, next } = await parts.ports.profiles.list({ limit, cursor: readCursor(cursor) });
    return { items: await showProfiles(parts, items), next: writeCursor(next) };
  };
