import type { NotChanged } from "@mailfleet/connector-api";
import { changeEach, type TokenApi } from "@mailfleet/connector-http";
import { immutableIds, pathOf, readAnswer } from "./graph-api.ts";

/** Adds a category to messages that do not have it yet, beside their others (`changeEach`). */
export function categorise(
  api: TokenApi,
  { address, category }: { readonly address: string; readonly category: string },
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly NotChanged[]> {
  return changeEach(ids, async (id) => {
    const path = pathOf(address, `messages/${encodeURIComponent(id)}`);
    const asked = { headers: immutableIds, signal };
    const got = await api.ask({ ...asked, method: "messages.get", path: `${path}?$select=categories` });
    const { categories } = await readAnswer(api, "messages.get", got, signal);
    const present = Array.isArray(categories) ? categories.filter((one) => typeof one === "string") : [];
    if (present.includes(category)) return;
    const bytes = Buffer.from(JSON.stringify({ categories: [...present, category] }));
    const post = {
      ...{ verb: "PATCH" as const, contentType: "application/json", length: bytes.length },
      pieces: () => [bytes],
    };
    await readAnswer(
      api,
      "messages.update",
      await api.ask({ ...asked, method: "messages.update", path, post }),
      signal,
    );
  });
}
