import { type GmailClient, isHistoryId, malformed } from "./gmail-client.ts";
import type { GmailCursor } from "./gmail-cursor.ts";
import { RefusedError } from "./refusal.ts";

/** A mailbox of two million messages; more pages than that is a server that goes round in circles. */
const MOST_PAGES = 4000;
const HOUR_MS = 3_600_000;
/** How far behind the newest message seen a list begins when the history is lost: clocks, imports, slow filters. */
const RESYNC_MARGIN_MS = 24 * HOUR_MS;

/** Ids of messages that may be new, in the order of arrival, and the history id that holds once they are stored. */
export interface Found {
  readonly ids: readonly string[];
  readonly historyId: string;
  readonly resynchronised: boolean;
}

/** Asks for what is new since the cursor: by history where Gmail still has it, by list otherwise. */
export async function findNew(
  client: GmailClient,
  cursor: GmailCursor,
  { processFrom, signal, checkAddress }: FindOptions,
): Promise<Found> {
  if (cursor.historyId !== null) {
    try {
      return { ...(await byHistory(client, cursor.historyId, signal)), resynchronised: false };
    } catch (error) {
      // 404 is how Gmail says that it no longer keeps what happened since (a week or more).
      if (!(error instanceof RefusedError && error.status === 404 && error.google)) throw error;
    }
  }
  const lost = cursor.historyId !== null;
  const since = lost && cursor.at > 0 ? cursor.at - RESYNC_MARGIN_MS : null;
  const from = processFrom === null ? null : processFrom - HOUR_MS;
  const after = since === null || from === null ? (since ?? from) : Math.max(since, from);
  // Before the list: what arrives while it is read is found again by the history, and known by its id.
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
    // The first page's: what happens between two pages is told again next time.
    if (historyId === null && isHistoryId(page.historyId)) historyId = page.historyId;
    for (const { messagesAdded, labelsAdded } of page.history ?? []) {
      for (const { message } of messagesAdded ?? []) if (isInbox(message?.labelIds)) ids.add(readId(message?.id));
      for (const { message, labelIds } of labelsAdded ?? [])
        if (labelIds?.includes("INBOX") && !isDraft(message?.labelIds)) ids.add(readId(message?.id));
    }
  }
  if (historyId === null) throw malformed("history.list", "the answer has no historyId");
  return { ids: [...ids], historyId };
}

/** Pages come newest first: only ids are held until the oldest is known. */
async function byList(client: GmailClient, after: number | null, signal: AbortSignal): Promise<string[]> {
  const ids = new Set<string>();
  const q = after === null ? {} : { q: `after:${Math.max(0, Math.floor(after / 1000))}` };
  for await (const page of pages((pageToken) => client.messages({ ...q, ...pageToken }, signal), "messages.list"))
    for (const { id } of page.messages ?? []) ids.add(readId(id));
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

/** Drafts lie nowhere that mail arrives; what one sends to oneself has SENT and INBOX. */
function isInbox(labels: readonly string[] | null | undefined): boolean {
  return !labels || (labels.includes("INBOX") && !isDraft(labels));
}

/** A draft is nobody's mail yet. */
export function isDraft(labels: readonly string[] | null | undefined): boolean {
  return labels?.includes("DRAFT") ?? false;
}

/** Gmail's ids are 64-bit numbers in hex; they become part of names. */
function readId(id: string | null | undefined): string {
  if (typeof id === "string" && /^[0-9a-f]{1,32}$/i.test(id)) return id;
  throw malformed("messages.list", `not an id of a message: ${JSON.stringify(id ?? null).slice(0, 60)}`);
}
