import { type ApiAnswer, apiError, ok } from "./api-errors.ts";
import type { GmailMailbox, StoredMessage } from "./mailbox.ts";
import { splitMessage, toBase64Url } from "./message-text.ts";
import { searchQuery } from "./search-query.ts";

/** Answers up to this size are kept, so that a benchmark measures its client. */
const keptAnswerBytes = 64 * 1024;
const labels = ["INBOX", "SENT", "UNREAD", "IMPORTANT", "STARRED", "DRAFT", "TRASH", "SPAM"];

/** `users.getProfile`. */
export function getProfile(mailbox: GmailMailbox): ApiAnswer {
  return ok({
    emailAddress: mailbox.address,
    messagesTotal: mailbox.messages.size,
    threadsTotal: new Set(mailbox.inOrder.map(({ threadId }) => threadId)).size,
    historyId: String(mailbox.historyId),
  });
}

/** `users.labels.list`. */
export function listLabels(): ApiAnswer {
  return ok({ labels: labels.map((id) => ({ id, name: id, type: "system" })) });
}

/** `users.labels.get`. */
export function getLabel(mailbox: GmailMailbox, id: string): ApiAnswer {
  if (!labels.includes(id)) return apiError("notFound");
  const messagesTotal = mailbox.inOrder.filter(({ labelIds }) => labelIds.includes(id)).length;
  return ok({ id, name: id, type: "system", messagesTotal });
}

/** `users.messages.list`: newest first, pages that stay where they are when mail arrives. */
export function listMessages(mailbox: GmailMailbox, parameters: URLSearchParams): ApiAnswer {
  const limit = pageSize(parameters);
  const before = pageStart(parameters, mailbox.inOrder.length);
  if (limit === null || before === null) return apiError("invalidArgument", "Invalid maxResults or pageToken");
  const match = searchQuery(parameters.get("q") ?? "");
  if (match instanceof Error) return apiError("badRequest", match.message);
  const wanted = parameters.getAll("labelIds");
  const found: { id: string; threadId: string }[] = [];
  let next: string | undefined;
  for (let at = Math.min(before, mailbox.inOrder.length) - 1; at >= 0; at--) {
    const message = mailbox.inOrder[at] as StoredMessage;
    if (!wanted.every((label) => message.labelIds.includes(label)) || !match(message)) continue;
    if (found.length === limit) {
      next = pageToken(at + 1);
      break;
    }
    found.push({ id: message.id, threadId: message.threadId });
  }
  return ok({
    ...(found.length > 0 ? { messages: found } : {}),
    ...(next ? { nextPageToken: next } : {}),
    // An estimate, and a bad one.
    resultSizeEstimate: next ? found.length * 2 + 1 : found.length,
  });
}

/** `users.messages.get` in each format. */
export function getMessage(mailbox: GmailMailbox, id: string, parameters: URLSearchParams): ApiAnswer {
  const message = mailbox.messages.get(id);
  if (!message) return apiError("notFound");
  const format = (parameters.get("format") ?? "full").toLowerCase();
  if (format === "raw") {
    const body = message.rawAnswer ?? Buffer.from(JSON.stringify({ ...facts(message), raw: toBase64Url(message.raw) }));
    if (body.length <= keptAnswerBytes) message.rawAnswer = body;
    return { status: 200, body };
  }
  if (format === "minimal") return ok(facts(message));
  if (format !== "metadata" && format !== "full")
    return apiError("invalidArgument", `Invalid value for format: ${format}`);
  const { fields, body } = splitMessage(message.raw);
  const only = parameters.getAll("metadataHeaders").map((name) => name.toLowerCase());
  const headers = fields.filter(
    ({ name }) => format === "full" || only.length === 0 || only.includes(name.toLowerCase()),
  );
  const type = fields.find(({ name }) => /^content-type$/i.test(name))?.value ?? "text/plain";
  return ok({
    ...facts(message),
    payload: {
      ...{ partId: "", mimeType: type.split(";")[0]?.trim().toLowerCase(), filename: "", headers },
      body: format === "full" ? { size: body.length, data: toBase64Url(body) } : { size: body.length },
    },
  });
}

/** `users.history.list`: additions only, because nothing else happens in the double. */
export function listHistory(mailbox: GmailMailbox, parameters: URLSearchParams): ApiAnswer {
  const start = Number(parameters.get("startHistoryId") ?? Number.NaN);
  if (!Number.isSafeInteger(start)) return apiError("invalidArgument", "Missing or invalid startHistoryId");
  if (!mailbox.knowsHistory(start)) return apiError("notFound");
  const limit = pageSize(parameters);
  const from = pageStart(parameters, 0);
  if (limit === null || from === null) return apiError("invalidArgument", "Invalid maxResults or pageToken");
  const label = parameters.get("labelId");
  const types = [...parameters.getAll("historyTypes"), ...parameters.getAll("historyTypes[]")];
  const history: unknown[] = [];
  let next: string | undefined;
  const wanted = types.length === 0 || types.includes("messageAdded");
  for (let at = Math.max(from, firstAfter(mailbox.inOrder, start)); wanted && at < mailbox.inOrder.length; at++) {
    const message = mailbox.inOrder[at] as StoredMessage;
    if (label && !message.labelIds.includes(label)) continue;
    if (history.length === limit) {
      next = pageToken(at);
      break;
    }
    const { id, threadId, labelIds } = message;
    history.push({
      id: String(message.historyId),
      messages: [{ id, threadId }],
      messagesAdded: [{ message: { id, threadId, labelIds } }],
    });
  }
  return ok({
    ...(history.length > 0 ? { history } : {}),
    ...(next ? { nextPageToken: next } : {}),
    historyId: String(mailbox.historyId),
  });
}

function facts(message: StoredMessage): Record<string, unknown> {
  const { id, threadId, labelIds } = message;
  return {
    ...{ id, threadId, labelIds, snippet: "" },
    sizeEstimate: message.raw.length,
    historyId: String(message.historyId),
    internalDate: String(message.internalDate),
  };
}

/** Index of the first message with a higher history id; they grow with the order. */
function firstAfter(inOrder: readonly StoredMessage[], historyId: number): number {
  let low = 0;
  let high = inOrder.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((inOrder[middle] as StoredMessage).historyId <= historyId) low = middle + 1;
    else high = middle;
  }
  return low;
}

const pageToken = (place: number): string => Buffer.from(`page:${place}`).toString("base64url");

/** The place that a page token holds; `start` without one; `null` if it is not ours. */
function pageStart(parameters: URLSearchParams, start: number): number | null {
  const token = parameters.get("pageToken");
  if (token === null || token === "") return start;
  const [, place] = /^page:(\d+)$/.exec(Buffer.from(token, "base64url").toString("latin1")) ?? [];
  return place === undefined ? null : Number(place);
}

/** 100 unless asked; more than 500 count as 500. */
function pageSize(parameters: URLSearchParams): number | null {
  const asked = parameters.get("maxResults");
  if (asked === null) return 100;
  const size = Number(asked);
  return Number.isInteger(size) && size >= 1 ? Math.min(size, 500) : null;
}
