import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { readListed } from "./find-new.ts";
import { findInbox } from "./requests.ts";
import { findElement } from "./xml-tree.ts";

const PAGE = 1000;
const MOST_PAGES = 1000;
const OPERATION = "FindItem";

/** Everything in the inbox, by another way than changes are found: the ids, and how many messages Exchange says there are. */
export async function listInbox(api: EwsApi, signal: AbortSignal): Promise<{ says: number; ids: readonly string[] }> {
  const ids = new Set<string>();
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const message = await api.ask(OPERATION, findInbox(api.whose, count * PAGE, PAGE), signal);
    const { attributes = {} } = findElement(message, "RootFolder") ?? {};
    for (const item of findElement(message, "Items")?.children ?? []) ids.add(readListed(item).id);
    if (attributes.IncludesLastItemInRange !== "false")
      return { says: Number(attributes.TotalItemsInView) || ids.size, ids: [...ids] };
  }
  const reply = `more than ${MOST_PAGES} pages`;
  throw new FailureError(failureOf("PROTOCOL_ERROR", { command: OPERATION, reply }));
}
