import { isSought, type SoughtMessage } from "@mailfleet/connector-api";
import type { GmailApi } from "./gmail-api.ts";

/** The newest that were sent are looked at where the Message-ID leads nowhere: Gmail may have replaced it. */
const NEWEST = 50;

/** Looks for a message among those that the account sent, by Message-ID, and else by its mark. */
export async function findSent(api: GmailApi, sought: SoughtMessage, signal: AbortSignal): Promise<boolean> {
  const id = sought.messageId.replace(/^<|>$/g, "");
  const byId = /["\s]/.test(id) ? [] : await list(api, `in:sent rfc822msgid:${id}`, signal);
  for (const found of byId) if (isSought(sought, await markOf(api, found, sought, signal))) return true;
  const { value } = sought.mark;
  for (const found of await list(api, `in:sent after:${Math.floor(sought.since / 1000) - 1}`, signal))
    if ((await markOf(api, found, sought, signal)) === value) return true;
  return false;
}

async function list(api: GmailApi, q: string, signal: AbortSignal): Promise<string[]> {
  const query = new URLSearchParams({ q, maxResults: String(NEWEST), fields: "messages/id" });
  const answer = await ask(api, "messages.list", `/gmail/v1/users/me/messages?${query}`, signal);
  return (answer.messages ?? []).flatMap(({ id }) => (id !== undefined && /^[\w-]{1,100}$/.test(id) ? [id] : []));
}

/** What the field of the mark says in a message. */
async function markOf(api: GmailApi, id: string, { mark }: SoughtMessage, signal: AbortSignal): Promise<string | null> {
  const query = new URLSearchParams({ format: "metadata", metadataHeaders: mark.field, fields: "payload/headers" });
  const { payload } = await ask(api, "messages.get", `/gmail/v1/users/me/messages/${id}?${query}`, signal);
  return payload?.headers?.find(({ name }) => name?.toLowerCase() === mark.field.toLowerCase())?.value ?? null;
}

interface Answer {
  readonly messages?: readonly { readonly id?: string }[];
  readonly payload?: { readonly headers?: readonly { readonly name?: string; readonly value?: string }[] };
}

async function ask(api: GmailApi, method: string, path: string, signal: AbortSignal): Promise<Answer> {
  const response = await api.ask({ method, path, signal });
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    signal.throwIfAborted();
    throw api.failure(error, method);
  }
}
