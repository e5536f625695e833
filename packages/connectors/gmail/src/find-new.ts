import { RefusedError } from "@mailfleet/connector-http";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type GmailClient, isHistoryId, malformed } from "./gmail-client.ts";
import type { GmailCursor } from "./gmail-cursor.ts";

/** A page has up to 500 ids. A server with more pages, or more ids, makes them up. */
const MOST_PAGES = 4000;
const MOST_IDS = 500_000;
/** So many pages in a row that bring nothing new are repeated. */
const MOST_IN_VAIN = 20;
const HOUR_MS = 3_600_000;
/** If the history is lost, the list begins this long before the newest message seen: clocks, imports, slow filters. */
const RESYNC_MARGIN_MS = 24 * HOUR_MS;

/** How many messages Gmail says the inbox has, and how many it listed. */
export interface There {
  readonly says: number;
  readonly lists: number;
}

/** Ids of messages that may be new, by arrival, and the history id that is valid once they are stored. */
export interface Found {
  readonly ids: readonly string[];
  readonly historyId: string;
  readonly resynchronised: boolean;
  /** `null` where the whole inbox was not listed, or Gmail does not say. */
  readonly there: There | null;
}

/** Asks for what is new since the cursor: by history if Gmail still has it, otherwise by list. */
export async function findNew(
  client: GmailClient,
  cursor: GmailCursor,
  { processFrom, signal, checkAddress }: FindOptions,
): Promise<Found> {
  const known = cursor.historyId === null ? null : await sinceThen(client, cursor.historyId, { signal, checkAddress });
  if (known) return { ...known, resynchronised: false, there: null };
  const lost = cursor.historyId !== null;
  // One message with a date in the future must not hide those that came meanwhile.
  const newest = Math.min(cursor.at, Date.now());
  const since = lost && newest > 0 ? newest - RESYNC_MARGIN_MS : null;
  const from = startOf(processFrom);
  const after = since === null || from === null ? (since ?? from) : Math.max(since, from);
  // Taken before the list: what arrives meanwhile is found again by the history, and recognised by its id.
  const profile = await client.profile(signal);
  checkAddress(profile.emailAddress);
  return { ...(await listInbox(client, after, signal)), historyId: profile.historyId, resynchronised: lost };
}

/** What happened since; `null`: Gmail does not know any more, or what it says makes no sense, so that its list must be read. */
async function sinceThen(
  client: GmailClient,
  startHistoryId: string,
  { signal, checkAddress }: Pick<FindOptions, "signal" | "checkAddress">,
): Promise<{ ids: readonly string[]; historyId: string } | null> {
  try {
    const found = await byHistory(client, startHistoryId, signal);
    // Ids only grow. This account was restored, or is another one.
    if (BigInt(found.historyId) < BigInt(startHistoryId)) return null;
    if (found.historyId !== startHistoryId) checkAddress((await client.profile(signal)).emailAddress);
    return found;
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    // With 404 Gmail says that it no longer has the history since then (a week or more).
    if (error instanceof RefusedError ? error.status === 404 && error.codes !== null : isNonsense(error)) return null;
    throw error;
  }
}

function isNonsense({ failure: { code, evidence } }: FailureError): boolean {
  return evidence?.command === "history.list" && (code === "PROTOCOL_ERROR" || code === "ANSWER_TOO_LARGE");
}

/** The list begins an hour before the date limit: Gmail's clock is not ours. */
export function startOf(processFrom: number | null): number | null {
  return processFrom === null ? null : processFrom - HOUR_MS;
}

/** Everything in the inbox, or what came after a time. A list of all that is shorter than Gmail says is asked for once more. */
export async function listInbox(
  client: GmailClient,
  after: number | null,
  signal: AbortSignal,
): Promise<{ ids: readonly string[]; there: There | null }> {
  if (after !== null) return { ids: await byList(client, after, signal), there: null };
  for (let tries = 1; ; tries += 1) {
    const says = await client.inboxTotal(signal);
    const ids = await byList(client, null, signal);
    if (says === null) return { ids, there: null };
    if (ids.length >= says || tries === 2) return { ids, there: { says, lists: ids.length } };
  }
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
    ids,
  )) {
    // The first page's id: what happens between two pages is reported again next time.
    if (historyId === null && isHistoryId(page.historyId)) historyId = page.historyId;
    for (const { messagesAdded, labelsAdded } of page.history ?? []) {
      for (const { message } of messagesAdded ?? [])
        if (isInbox(message?.labelIds)) ids.add(readId(message?.id, "history.list"));
      for (const { message, labelIds } of labelsAdded ?? [])
        if (labelIds?.includes("INBOX") && !isDraft(message?.labelIds)) ids.add(readId(message?.id, "history.list"));
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
  const ask = (pageToken: PageToken) => client.messages({ ...q, ...pageToken }, signal);
  for await (const page of pages(ask, "messages.list", ids)) {
    for (const { id } of page.messages ?? []) ids.add(readId(id, "messages.list"));
    notTooMany(ids, "messages.list");
  }
  return [...ids].reverse();
}

interface PageToken {
  readonly pageToken?: string;
}

/** Page after page, until `found` grows no more. */
async function* pages<P extends { nextPageToken?: string | null }>(
  ask: (page: PageToken) => Promise<P>,
  method: string,
  found: ReadonlySet<string>,
): AsyncGenerator<P> {
  const tokens = new Set<string>();
  let token: string | null | undefined;
  for (let inVain = 0; tokens.size < MOST_PAGES; ) {
    const before = found.size;
    const page = await ask(token ? { pageToken: token } : {});
    yield page;
    token = page.nextPageToken;
    if (!token) return;
    if (tokens.has(token)) throw malformed(method, "the next page is the same page");
    tokens.add(token);
    inVain = found.size > before ? 0 : inVain + 1;
    if (inVain === MOST_IN_VAIN) throw malformed(method, `${MOST_IN_VAIN} pages that bring nothing new`);
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
function readId(id: string | null | undefined, method: string): string {
  if (typeof id === "string" && /^[0-9a-f]{1,32}$/i.test(id)) return id;
  throw malformed(method, `not a message id: ${JSON.stringify(id ?? null).slice(0, 60)}`);
}
