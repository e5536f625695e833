import type { ServerResponse } from "node:http";
import { sendJson } from "../http/send-json.ts";
import type { GraphErrorName } from "./graph-errors.ts";
import { type GraphFolder, type GraphMailbox, type GraphMessage, graphFolders, shownMessage } from "./graph-mailbox.ts";

/** One request that reads. */
export interface GraphReading {
  readonly origin: string;
  readonly address: string;
  readonly mailbox: GraphMailbox;
  /** Below the mailbox. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly prefer: string;
  readonly response: ServerResponse;
  readonly refuse: (name: GraphErrorName) => void;
  /** What the message's MIME is made into each time it is read. */
  readonly written: (message: GraphMessage) => Buffer;
}

const largestPage = 1000;

/** Answers what reads folders and messages; false: that is no such request. */
export function read(reading: GraphReading): boolean {
  const { path, mailbox, response, refuse, written } = reading;
  const folder =
    /^mailFolders\/(?:\('?)?(\w+)(?:'?\))?(?:\/(messages(?:\/(?:microsoft\.graph\.)?delta(?:\(\))?)?))?$/i.exec(path);
  if (folder) {
    const name = graphFolders.find((one) => one === folder[1]?.toLowerCase());
    if (!name) refuse("ErrorItemNotFound");
    else if (!folder[2]) sendJson(response, 200, shownFolder(mailbox, name));
    else if (/delta/i.test(folder[2])) delta(reading, name);
    else list(reading, name);
    return true;
  }
  const one = /^messages\/([^/]+)(\/\$value)?$/i.exec(path);
  if (!one) return false;
  const message = mailbox.messages.get(decodeURIComponent(one[1] ?? ""));
  if (!message) refuse("ErrorItemNotFound");
  else if (!one[2]) sendJson(response, 200, selected(shownMessage(message), reading.query));
  else {
    response.writeHead(200, { "content-type": "text/plain" });
    response.end(written(message));
  }
  return true;
}

function shownFolder(mailbox: GraphMailbox, name: GraphFolder): object {
  const inside = [...mailbox.messages.values()].filter(({ folder }) => folder === name);
  return { id: name, displayName: name, totalItemCount: inside.length, unreadItemCount: inside.length };
}

/** `$select`, with what Graph adds to it. */
function selected(shown: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const names = query.get("$select")?.split(",");
  // Headers are shown only to who asks for them.
  if (!names) return Object.fromEntries(Object.entries(shown).filter(([name]) => name !== "internetMessageHeaders"));
  return Object.fromEntries(
    Object.entries(shown).filter(([name]) => names.includes(name) || name === "id" || name.startsWith("@")),
  );
}

/** Pages of changes: a page's token names the change it begins after, and the change that ends the round. */
function delta({ origin, address, mailbox, query, prefer, response, refuse, path }: GraphReading, folder: GraphFolder) {
  const token = query.get("$deltatoken") ?? query.get("$skiptoken");
  const [after = 0, until = mailbox.lastChange] = token ? token.split(".").map(Number) : [];
  if (token && (!Number.isSafeInteger(after) || !mailbox.knows(query.has("$deltatoken") ? after : until)))
    return refuse("SyncStateNotFound");
  const size = Math.min(largestPage, Number(/odata\.maxpagesize=(\d+)/i.exec(prefer)?.[1] ?? query.get("$top") ?? 10));
  const end = query.has("$skiptoken") ? until : mailbox.lastChange;
  const changes = mailbox.changes(folder, after).filter(({ at }) => at <= end);
  const page = changes.slice(0, size);
  const more = changes.length > size;
  const select = query.get("$select");
  const link = (next: string) =>
    `${origin}/v1.0/users/${encodeURIComponent(address)}/${path}?${select ? `$select=${select}&` : ""}${next}`;
  sendJson(response, 200, {
    "@odata.context": `${origin}/v1.0/$metadata#Collection(message)`,
    value: page.map(({ id, message }) =>
      message ? selected(shownMessage(message), query) : { id, "@removed": { reason: "deleted" } },
    ),
    ...(more
      ? { "@odata.nextLink": link(`$skiptoken=${page.at(-1)?.at ?? 0}.${end}`) }
      : { "@odata.deltaLink": link(`$deltatoken=${end}`) }),
  });
}

/** The filters that clients use: equality of the Message-ID, and a time. */
function list({ mailbox, query, response, origin, address, path }: GraphReading, folder: GraphFolder): void {
  const filter = query.get("$filter") ?? "";
  const id = /internetMessageId eq '((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'");
  const since = Date.parse(/(?:sent|received)DateTime ge (\S+)/i.exec(filter)?.[1] ?? "");
  const found = [...mailbox.messages.values()]
    .filter((message) => message.folder === folder)
    .map(shownMessage)
    .filter(({ internetMessageId }) => id === undefined || internetMessageId === id)
    .filter(({ receivedDateTime }) => Number.isNaN(since) || Date.parse(String(receivedDateTime)) >= since)
    .reverse();
  const top = Math.min(largestPage, Number(query.get("$top") ?? 10));
  const skip = Number(query.get("$skip") ?? 0);
  const next = new URLSearchParams(query);
  next.set("$skip", String(skip + top));
  sendJson(response, 200, {
    "@odata.context": `${origin}/v1.0/$metadata#Collection(message)`,
    value: found.slice(skip, skip + top).map((shown) => selected(shown, query)),
    ...(found.length > skip + top && {
      "@odata.nextLink": `${origin}/v1.0/users/${encodeURIComponent(address)}/${path}?${next}`,
    }),
  });
}
