import type { Listed } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { EwsApi } from "./ews-api.ts";
import { readListed } from "./find-new.ts";
import { findInbox } from "./requests.ts";
import { findElement, type XmlElement } from "./xml-tree.ts";

const PAGE = 1000;
const MOST_PAGES = 1000;
const OPERATION = "FindItem";

/** Everything in the inbox, by another way than changes are found. */
export async function listInbox(api: EwsApi, signal: AbortSignal): Promise<readonly Listed[]> {
  const all = new Map<string, Listed>();
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = await api.ask(OPERATION, findInbox(api.whose, count * PAGE, PAGE), signal);
    for (const item of findElement(page, "Items")?.children ?? []) {
      const listed = readListed(item);
      all.set(listed.id, listed);
    }
    if (rootOf(page).IncludesLastItemInRange !== "false") return [...all.values()];
  }
  throw malformed(`more than ${MOST_PAGES} pages`);
}

/** How many items Exchange says there are in the inbox. */
export async function countItems(api: EwsApi, signal: AbortSignal): Promise<number> {
  const count = Number(rootOf(await api.ask(OPERATION, findInbox(api.whose, 0, 1), signal)).TotalItemsInView);
  if (Number.isSafeInteger(count) && count >= 0) return count;
  throw malformed("the answer does not say how many items there are");
}

const rootOf = (page: XmlElement) => findElement(page, "RootFolder")?.attributes ?? {};

const malformed = (reply: string) => new FailureError(failureOf("PROTOCOL_ERROR", { command: OPERATION, reply }));
