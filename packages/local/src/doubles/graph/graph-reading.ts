import { varied } from "../http/vary-mime.ts";
import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type GraphCall, wantsImmutable } from "./graph-call.ts";
import { folderOf, shownFolder } from "./graph-folders.ts";
import { messageOf, shownId, shownMessage } from "./graph-mailbox.ts";

const largestPage = 1000;
let readings = 0;

/** One message in JSON. */
export function getMessage(call: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(call.mailbox, id);
  if (!message) return refused("ErrorItemNotFound");
  return { status: 200, body: selected(shownMessage(message, wantsImmutable(call)), call.query) };
}

/** One message's MIME. */
export function getMime({ mailbox }: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(mailbox, id);
  if (!message) return refused("ErrorItemNotFound");
  readings += 1;
  return { status: 200, body: mailbox.mimeVaries ? varied(message.raw, readings) : message.raw };
}

/** One folder. */
export function getFolder({ mailbox }: GraphCall, [name = ""]: readonly string[]): GraphAnswer {
  const folder = folderOf(mailbox, name);
  return folder ? { status: 200, body: shownFolder(mailbox, folder) } : refused("ErrorItemNotFound");
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
export function getDelta(call: GraphCall, [name = ""]: readonly string[]): GraphAnswer {
  const { origin, address, mailbox, query, prefer, path } = call;
  const folder = folderOf(mailbox, name);
  if (!folder) return refused("ErrorItemNotFound");
  const token = query.get("$deltatoken") ?? query.get("$skiptoken");
  const [after = 0, until = mailbox.lastChange] = token ? token.split(".").map(Number) : [];
  if (token && (!Number.isSafeInteger(after) || !mailbox.knows(query.has("$deltatoken") ? after : until)))
    return refused("SyncStateNotFound");
  const size = Math.min(largestPage, Number(/odata\.maxpagesize=(\d+)/i.exec(prefer)?.[1] ?? query.get("$top") ?? 10));
  const end = query.has("$skiptoken") ? until : mailbox.lastChange;
  const changes = mailbox.changes(folder.id, after).filter(({ at }) => at <= end);
  const page = changes.slice(0, size);
  const more = changes.length > size;
  const select = query.get("$select");
  const immutable = wantsImmutable(call);
  const link = (next: string) =>
    `${origin}/v1.0/users/${encodeURIComponent(address)}/${path}?${select ? `$select=${select}&` : ""}${next}`;
  const body = {
    "@odata.context": `${origin}/v1.0/$metadata#Collection(message)`,
    value: page.map(({ id, message }) =>
      message
        ? selected(shownMessage(message, immutable), query)
        : { id: shownId({ id, folder: folder.id }, immutable), "@removed": { reason: "deleted" } },
    ),
    ...(more
      ? { "@odata.nextLink": link(`$skiptoken=${page.at(-1)?.at ?? 0}.${end}`) }
      : { "@odata.deltaLink": link(`$deltatoken=${end}`) }),
  };
  return { status: 200, body };
}

/** The filters that clients use: equality of the Message-ID, and a time. Without a folder: those of all folders. */
export function listMessages(call: GraphCall, [name]: readonly string[]): GraphAnswer {
  const { mailbox, query, origin, address, path } = call;
  const folder = name === undefined ? null : folderOf(mailbox, name);
  if (folder === undefined) return refused("ErrorItemNotFound");
  const filter = query.get("$filter") ?? "";
  const id = /internetMessageId eq '((?:[^']|'')*)'/i.exec(filter)?.[1]?.replaceAll("''", "'");
  const since = Date.parse(/(?:sent|received)DateTime ge (\S+)/i.exec(filter)?.[1] ?? "");
  const found = [...mailbox.messages.values()]
    .filter((message) => !folder || message.folder === folder.id)
    .map((message) => shownMessage(message, wantsImmutable(call)))
    .filter(({ internetMessageId }) => id === undefined || internetMessageId === id)
    .filter(({ receivedDateTime }) => Number.isNaN(since) || Date.parse(String(receivedDateTime)) >= since);
  // The newest first, but what is filtered comes in no order unless one is asked for.
  if (!filter || query.has("$orderby")) found.reverse();
  const top = Math.min(largestPage, Number(query.get("$top") ?? 10));
  const skip = Number(query.get("$skip") ?? 0);
  const next = new URLSearchParams(query);
  next.set("$skip", String(skip + top));
  const body = {
    "@odata.context": `${origin}/v1.0/$metadata#Collection(message)`,
    ...(query.get("$count") === "true" && { "@odata.count": found.length }),
    value: found.slice(skip, skip + top).map((shown) => selected(shown, query)),
    ...(found.length > skip + top && {
      "@odata.nextLink": `${origin}/v1.0/users/${encodeURIComponent(address)}/${path}?${next}`,
    }),
  };
  return { status: 200, body };
}
