import { FailureError, failureOf } from "@mailfleet/contracts";
import { type GmailClient, isHistoryId, malformed } from "./gmail-client.ts";
import type { GmailCursor } from "./gmail-cursor.ts";
import { RefusedError } from "./refusal.ts";

/** A page has up to 500 ids. A server with more pages, or more ids, is repeating itself or makes them up. */
const MOST_PAGES = 4000;
const MOST_IDS = 500_000;
const HOUR_MS = 3_600_000;
/** If the history is lost, the list begins this long before the newest message seen: clocks, imports, slow filters. */
const RESYNC_MARGIN_MS = 24 * HOUR_MS;

/** Ids of messages that may be new, by arrival, and the history id that is valid once they are stored. */
export interface Found {
  readonly ids: readonly string[];
  readonly historyId: string;
  readonly resynchronised: boolean;
}

/** Asks for what is new since the cursor: by history if Gmail still has it, otherwise by list. */
export async function findNew(
  client: GmailClient,
  cursor: GmailCursor,
  { processFrom, signal, checkAddress }: FindOptions,
): Promise<Found> {
  if (cursor.historyId !== null) {
    try {
      return { ...(await byHistory(client, cursor.historyId, signal)), resynchronised: false };
    } catch (error) {
      // With 404 Gmail says that it no longer has the history since then (a week or more).
      if (!(error instanceof RefusedError && error.status === 404 && error.google)) throw error;
    }
  }
  const lost = cursor.historyId !== null;
  // One message with a date in the future must not hide those that came meanwhile.
  const newest = Math.min(cursor.at, Date.now());
  const since = lost && newest > 0 ? newest - RESYNC_MARGIN_MS : null;
  const from = processFrom === null ? null : processFrom - HOUR_MS;
  const after = since === null || from === null ? (since ?? from) : Math.max(since, from);
  // Taken before the list: what arrives meanwhile is found again by the history, and recognised by its id.
  const profile = await client.profile(signal);
  checkAddress(profile.emailAddress);
  const ids = await byList(client, after, signal);
  return { ids, historyId: profile.historyId, resynchronised: lost };
}

interface FindOptions {
  readonly processFrom: number | null;
  readonly signal: AbortSignal;
  /** Throws if this is not the mailbox's address. */
  readonly checkAddress: (emailAddress: string) => void;
}

async function byHistory(client: GmailClient, startHistoryId: string, signal: AbortSignal) {
  const ids = new Set<string>();
  let historyId: string | null = null;
  for await (const page of pages(
    (pageToken) => client.history({ startHistoryId, ...pageToken }, signal),
    "history.list",
  )) {
    // The first page's id: what happens between two pages is reported again next time.
    if (historyId === null && isHistoryId(page.historyId)) historyId = page.historyId;
    for (const { messagesAdded, labelsAdded } of page.history ?? []) {
      for (const { message } of messagesAdded ?? []) if (isInbox(message?.labelIds)) ids.add(readId(message?.id));
      for (const { message, labelIds } of labelsAdded ?? [])
        if (labelIds?.includes("INBOX") && !isDraft(message?.labelIds)) ids.add(readId(message?.id));
    }
    notTooMany(ids, "history.list");
  }
  if (historyId === null) throw malformed("history.list", "the answer has no historyId");
  return { ids: [...ids], historyId };
}

/** Pages come newest first, so we hold only ids until the oldest is known. */
async function byList(client: GmailClient, after: number | null, signal: AbortSignal): Promise<string[]> {
  const ids = new Set<string>();
  const q = after === null ? {} : { q: `after:${Math.max(0, Math.floor(after / 1000))}` };
  for await (const page of pages((pageToken) => client.messages({ ...q, ...pageToken }, signal), "messages.list")) {
    const before = ids.size;
    for (const { id } of page.messages ?? []) ids.add(readId(id));
    if (ids.size === before && page.messages?.length && page.nextPageToken)
      throw malformed("messages.list", "a page that holds nothing but what earlier pages held");
    notTooMany(ids, "messages.list");
  }
  return [...ids].reverse();
}

async function* pages<P extends { nextPageToken?: string | null }>(
  ask: (page: { pageToken?: string }) => Promise<P>,
  method: string,
): AsyncGenerator<P> {
  let token: string | null | undefined;
  for (let count = 0; count < MOST_PAGES; count += 1) {
    const page = await ask(token ? { pageToken: token } : {});
    yield page;
    if (!page.nextPageToken) return;
    if (page.nextPageToken === token) throw malformed(method, "the next page is the same page");
    token = page.nextPageToken;
  }
  throw malformed(method, `more than ${MOST_PAGES} pages`);
}

function notTooMany(ids: ReadonlySet<string>, method: string): void {
  if (ids.size > MOST_IDS)
    throw new FailureError(failureOf("ANSWER_TOO_LARGE", { command: method, reply: `more than ${MOST_IDS} messages` }));
}

/** Drafts are not where mail arrives. What people send to themselves has SENT and INBOX. */
function isInbox(labels: readonly string[] | null | undefined): boolean {
  return !labels || (labels.includes("INBOX") && !isDraft(labels));
}

/** A draft is not mail yet. */
export function isDraft(labels: readonly string[] | null | undefined): boolean {
  return labels?.includes("DRAFT") ?? false;
}

/** Gmail's ids are 64-bit numbers in hex. They become part of our keys. */
function readId(id: string | null | undefined): string {
  if (typeof id === "string" && /^[0-9a-f]{1,32}$/i.test(id)) return id;
  throw malformed("messages.list", `not a message id: ${JSON.stringify(id ?? null).slice(0, 60)}`);
}
