import { type ListQuery, type Page, readPage } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "./body.ts";

const batch = 200;

/** Every profile that a filter finds, by id, read in pages. */
export async function allProfiles(
  { documents }: Pick<Ports, "documents">,
  filter: ListQuery["filter"] = {},
): Promise<ShownProfile[]> {
  const all: ShownProfile[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: Page<ShownProfile> = await readPage(
      { limit: batch, ...(cursor ? { cursor } : {}) },
      { filter, sort: [["_id", 1]] },
      (asked) => documents.profile.list(asked),
      (found) => found,
    );
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
}
