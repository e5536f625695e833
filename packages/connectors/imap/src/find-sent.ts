import { type ConnectOptions, isSought, type SentMessage, type SoughtMessage } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import type { ImapFlow } from "imapflow";
import { dial } from "./dial.ts";

/** How many messages with one Message-ID are looked at, newest first. */
const HITS = 10;

/**
 * Looks for a message in the folder of sent mail: the one that the server marks as \\Sent (RFC 6154), or that has a
 * usual name. By Message-ID, and by the mark where there is none. `null`: there is no such folder.
 */
export const findSent = (options: ConnectOptions, sought: SoughtMessage, signal: AbortSignal) =>
  inSentFolder(options, signal, (client) => isThere(client, sought));

/** Appends a message to it (RFC 9051 §6.3.12), as seen, unless it is there. `null`: there is no such folder. */
export const fileSent = (options: ConnectOptions, { sought, raw, mayFile }: SentMessage, signal: AbortSignal) =>
  inSentFolder(options, signal, async (client, path) => {
    if (await isThere(client, sought)) return "there" as const;
    // Flags of a folder that was opened to be read only would be left out.
    await client.mailboxClose();
    signal.throwIfAborted();
    if (!mayFile()) throw new FailureError(failureOf("INTERNAL_ERROR", { reply: "it took too long to look for it" }));
    if (!(await client.append(path, Buffer.from(raw.buffer, raw.byteOffset, raw.length), ["\\Seen"])))
      throw new FailureError(failureOf("PROTOCOL_ERROR", { command: "APPEND" }));
    return "filed" as const;
  });

/** Opens the folder of sent mail, to be read only, over a connection of its own. `null`: there is none. */
async function inSentFolder<Result>(
  options: ConnectOptions,
  signal: AbortSignal,
  work: (client: ImapFlow, path: string) => Promise<Result>,
): Promise<Result | null> {
  const { client, failure } = await dial(options, signal);
  const stop = () => client.close();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const folder = (await client.list()).find(({ specialUse }) => specialUse === "\\Sent");
    if (!folder) return null;
    await client.mailboxOpen(folder.path, { readOnly: true });
    return await work(client, folder.path);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FailureError ? error : failure(error, "fetch");
  } finally {
    signal.removeEventListener("abort", stop);
    // A goodbye that is not answered must not take time.
    client.close();
  }
}

async function isThere(client: ImapFlow, sought: SoughtMessage): Promise<boolean> {
  const { field, value } = sought.mark;
  const marksOf = async (uids: number[]) => {
    if (uids.length === 0) return [];
    const found = await client.fetchAll(uids, { uid: true, headers: [field] }, { uid: true });
    return found.map(({ headers }) => valueIn(headers));
  };
  const byId = await search(client, { header: { "message-id": sought.messageId } });
  if ((await marksOf(byId)).some((mark) => isSought(sought, mark))) return true;
  const byMark = await search(client, { since: new Date(sought.since), header: { [field]: value } });
  // A server finds what contains the words.
  return (await marksOf(byMark)).includes(value);
}

/** UIDs of what the server finds. It may refuse to search, which imapflow says with `false`. */
async function search(client: ImapFlow, query: Parameters<ImapFlow["search"]>[0]): Promise<number[]> {
  const found = await client.search(query, { uid: true });
  if (!found) throw new FailureError(failureOf("PROTOCOL_ERROR", { command: "UID SEARCH HEADER" }));
  return found.slice(-HITS);
}

/** The value of the only header field that was asked for; `null`: it is not there. */
function valueIn(headers: Buffer | undefined): string | null {
  return /^[^:]+:\s*(.*?)\s*$/m.exec(headers?.toString("latin1") ?? "")?.[1] ?? null;
}
