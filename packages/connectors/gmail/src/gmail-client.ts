import { gmail, type gmail_v1 } from "@googleapis/gmail";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { GmailApi } from "./gmail-api.ts";
import { refusedError } from "./refusal.ts";

/** Calls that go through Google's client: all but messages, which it would hold in memory twice. */
export interface GmailClient {
  profile(signal: AbortSignal): Promise<{ emailAddress: string; messagesTotal: number; historyId: string }>;
  messages(query: ListQuery, signal: AbortSignal): Promise<gmail_v1.Schema$ListMessagesResponse>;
  history(query: HistoryQuery, signal: AbortSignal): Promise<gmail_v1.Schema$ListHistoryResponse>;
  /** How many messages Gmail says the inbox has; `null`: it does not say. */
  inboxTotal(signal: AbortSignal): Promise<number | null>;
}

interface ListQuery {
  readonly q?: string;
  readonly pageToken?: string;
}

interface HistoryQuery {
  readonly startHistoryId: string;
  readonly pageToken?: string;
}

const PAGE = 500;
const historyFields =
  "historyId,nextPageToken,history(messagesAdded(message(id,labelIds)),labelsAdded(message(id,labelIds),labelIds))";

/** Google's client over `api`: its requests go through our fetch, and it neither signs in nor retries. */
export function gmailClient(api: GmailApi): GmailClient {
  /** One client per method, so that the evidence names it. */
  const clientFor = (method: string, signal: AbortSignal) =>
    gmail({
      version: "v1",
      rootUrl: api.root,
      retry: false,
      fetchImplementation: (url) => api.ask({ method, path: String(url), signal }),
    });

  async function answer<T extends object>(method: string, signal: AbortSignal, asked: () => Promise<{ data: T }>) {
    try {
      const { data } = await asked();
      // A refusal under the status of a success.
      if (isRefusal(data)) {
        const refusal = { status: Number(data.error.code) || 500, body: JSON.stringify(data), retryAfter: null };
        throw refusedError(refusal, api.refusalContext(method));
      }
      if (typeof data === "object" && data !== null) return data;
    } catch (error) {
      signal.throwIfAborted();
      throw api.failure(error, method);
    }
    throw malformed(method, "the answer is not JSON");
  }

  return {
    async profile(signal) {
      const method = "users.getProfile";
      const users = clientFor(method, signal).users;
      const data = await answer(method, signal, () => users.getProfile({ userId: "me" }));
      const { emailAddress, messagesTotal, historyId } = data;
      if (typeof emailAddress !== "string" || !isHistoryId(historyId))
        throw new FailureError(
          failureOf("NOT_THIS_PROTOCOL", { command: method, reply: "the answer is not a profile of Gmail's" }),
        );
      return { emailAddress, messagesTotal: Number(messagesTotal) || 0, historyId };
    },
    async inboxTotal(signal) {
      const method = "labels.get";
      const { labels } = clientFor(method, signal).users;
      const { messagesTotal } = await answer(method, signal, () =>
        labels.get({ userId: "me", id: "INBOX", fields: "messagesTotal" }),
      );
      return Number.isSafeInteger(messagesTotal) ? Number(messagesTotal) : null;
    },
    async messages({ q, pageToken }, signal) {
      const method = "messages.list";
      const { messages } = clientFor(method, signal).users;
      return answer(method, signal, () =>
        messages.list({
          userId: "me",
          labelIds: ["INBOX"],
          maxResults: PAGE,
          fields: "messages/id,nextPageToken",
          ...(q && { q }),
          ...(pageToken && { pageToken }),
        }),
      );
    },
    async history({ startHistoryId, pageToken }, signal) {
      const method = "history.list";
      const { history } = clientFor(method, signal).users;
      return answer(method, signal, () =>
        history.list({
          userId: "me",
          startHistoryId,
          labelId: "INBOX",
          historyTypes: ["messageAdded", "labelAdded"],
          maxResults: PAGE,
          fields: historyFields,
          ...(pageToken && { pageToken }),
        }),
      );
    },
  };
}

function isRefusal(data: unknown): data is { readonly error: { readonly code?: unknown } } {
  const error = typeof data === "object" && data !== null && "error" in data ? data.error : null;
  return typeof error === "object" && error !== null;
}

/** History ids are unsigned 64-bit numbers, written as text. */
export function isHistoryId(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value);
}

/** PROTOCOL_ERROR: an answer that Gmail's API would not give. */
export function malformed(method: string, reply: string): FailureError {
  return new FailureError(failureOf("PROTOCOL_ERROR", { command: method, reply }));
}
