import { fieldOf, type Listed, type TokenApi } from "@mailfleet/connector-http";
import { readListed } from "./find-new.ts";
import { immutableIds, malformed, pathBelow, pathOf, readAnswer } from "./graph-api.ts";

const PAGE = 1000;
const MOST_PAGES = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;
const METHOD = "messages.list";

/** Everything in the inbox, by another way than changes are found. */
export async function listInbox(api: TokenApi, address: string, signal: AbortSignal): Promise<readonly Listed[]> {
  const all = new Map<string, Listed>();
  let path = pathOf(address, `mailFolders/inbox/messages?$select=receivedDateTime,isDraft&$top=${PAGE}`);
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = await ask(api, path, signal);
    if (!Array.isArray(page.value)) throw malformed(METHOD, "a page without a list");
    for (const entry of page.value) {
      const listed = readListed(entry);
      all.set(listed.id, listed);
    }
    const next = page["@odata.nextLink"];
    if (next === undefined) return [...all.values()];
    path = pathBelow(api, METHOD, next);
  }
  throw malformed(METHOD, `more than ${MOST_PAGES} pages`);
}

/** How many messages Graph says there are in the inbox. */
export async function countMessages(api: TokenApi, address: string, signal: AbortSignal): Promise<number> {
  const path = pathOf(address, "mailFolders/inbox/messages?$count=true&$top=1&$select=isDraft");
  const count = fieldOf(await ask(api, path, signal), "@odata.count");
  if (Number.isSafeInteger(count)) return count as number;
  throw malformed(METHOD, "the answer does not say how many messages there are");
}

async function ask(api: TokenApi, path: string, signal: AbortSignal) {
  const limits = { maximumBytes: PAGE_BYTES, signal };
  return readAnswer(api, METHOD, await api.ask({ method: METHOD, path, headers: immutableIds, ...limits }), signal);
}
