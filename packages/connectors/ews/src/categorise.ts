import type { NotChanged } from "@mailfleet/connector-api";
import { changeEach } from "@mailfleet/connector-http";
import type { EwsApi } from "./ews-api.ts";
import { getCategories, setCategories } from "./requests.ts";
import { findElement } from "./xml-tree.ts";

/** Adds a category to items that do not have it yet, beside their others (`changeEach`). */
export function categorise(
  api: EwsApi,
  category: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly NotChanged[]> {
  return changeEach(ids, async (id) => {
    const item = await api.ask("GetItem", getCategories(id), signal);
    const present = findElement(item, "Categories")?.children.map(({ text }) => text) ?? [];
    if (!present.includes(category)) await api.ask("UpdateItem", setCategories(id, [...present, category]), signal);
  });
}
