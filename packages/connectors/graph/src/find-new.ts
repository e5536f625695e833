import { type FoundNew, fieldOf, type Listed, RefusedError, type TokenApi } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { immutableIds, malformed, pathBelow, pathOf, readAnswer } from "./graph-api.ts";

const PAGE = 500;
/** A server with more pages, or more messages, is repeating itself or makes them up. */
const MOST_PAGES = 4000;
const MOST_MESSAGES = 500_000;
/** A page of 500 has about 200 KB. */
const PAGE_BYTES = 4 * 1024 * 1024;
const METHOD = "messages.delta";

/**
 * Asks what has changed in the inbox since `delta`, or for everything. Also messages that only changed are listed, and
 * those that were moved into the inbox: the caller recognises by their names what it has.
 */
export async function findNew(
  api: TokenApi,
  address: string,
  delta: string | null,
  signal: AbortSignal,
): Promise<FoundNew> {
  if (delta !== null) {
    try {
      return { ...(await read(api, delta, signal)), resynchronised: false };
    } catch (error) {
      if (!isExpired(error)) throw error;
    }
  }
  const first = pathOf(address, "mailFolders/inbox/messages/delta?$select=receivedDateTime,isDraft");
  return { ...(await read(api, first, signal)), resynchronised: delta !== null };
}

/** The state behind a delta link is kept for a limited time, and dropped when a mailbox moves (410, or a code of 400). */
function isExpired(error: unknown): boolean {
  if (!(error instanceof RefusedError) || error.codes === null) return false;
  return error.status === 410 || /\b(SyncStateNotFound|SyncStateInvalid|resyncRequired)\b/i.test(error.codes);
}

async function read(
  api: TokenApi,
  from: string,
  signal: AbortSignal,
): Promise<{ messages: Listed[]; position: string }> {
  const found = new Map<string, Listed>();
  let path = from;
  const asked = new Set<string>();
  for (let count = 0; count < MOST_PAGES; count += 1) {
    asked.add(path);
    const headers = { prefer: `${immutableIds.prefer}, odata.maxpagesize=${PAGE}` };
    const response = await api.ask({ method: METHOD, path, headers, maximumBytes: PAGE_BYTES, signal });
    const page = await readAnswer(api, METHOD, response, signal);
    if (!Array.isArray(page.value)) throw malformed(METHOD, "a page without a list");
    for (const entry of page.value) {
      const id = readId(fieldOf(entry, "id"));
      if (fieldOf(entry, "@removed") === undefined) found.set(id, readListed(entry));
      else found.delete(id);
    }
    if (found.size > MOST_MESSAGES) throw tooMany();
    if (page["@odata.deltaLink"] !== undefined) {
      const messages = [...found.values()].sort((one, other) => (one.receivedAt ?? 0) - (other.receivedAt ?? 0));
      return { messages, position: pathBelow(api, METHOD, page["@odata.deltaLink"]) };
    }
    path = pathBelow(api, METHOD, page["@odata.nextLink"]);
    if (asked.has(path)) throw malformed(METHOD, "the next page is one that was read before");
  }
  throw malformed(METHOD, `more than ${MOST_PAGES} pages`);
}

function tooMany(): FailureError {
  return new FailureError(
    failureOf("ANSWER_TOO_LARGE", { command: METHOD, reply: `more than ${MOST_MESSAGES} messages` }),
  );
}

/** What a list says of a message. Throws PROTOCOL_ERROR for one without an id. */
export function readListed(entry: unknown): Listed {
  return {
    id: readId(fieldOf(entry, "id")),
    receivedAt: readInstant(fieldOf(entry, "receivedDateTime")),
    draft: fieldOf(entry, "isDraft") === true,
  };
}

/** Graph's ids are base64 with two other letters. They are written into URLs. */
export function readId(id: unknown): string {
  if (typeof id === "string" && /^[A-Za-z0-9_=+/-]{1,200}$/.test(id)) return id;
  throw malformed(METHOD, `not a message's id: ${JSON.stringify(id ?? null).slice(0, 60)}`);
}

/** A time as Graph writes it, in milliseconds; `null`: none. */
export function readInstant(value: unknown): number | null {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isSafeInteger(at) && at >= 0 ? at : null;
}
