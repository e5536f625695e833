import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type GraphCall, jsonBody } from "./graph-call.ts";
import type { GraphMailbox } from "./graph-mailbox.ts";

type Folder = NonNullable<ReturnType<GraphMailbox["addFolder"]>>;

/** A folder by its id or its well-known name; `undefined` if there is none. */
export const folderOf = (mailbox: GraphMailbox, name: string): Folder | undefined =>
  mailbox.folders.get(name) ?? mailbox.folders.get(name.toLowerCase());

/** A folder as Graph shows it. */
export function shownFolder(mailbox: GraphMailbox, { id, displayName, parent }: Folder): object {
  const inside = [...mailbox.messages.values()].filter(({ folder }) => folder === id);
  return {
    ...{ id, displayName, parentFolderId: parent ?? "msgfolderroot" },
    childFolderCount: [...mailbox.folders.values()].filter((one) => one.parent === id).length,
    totalItemCount: inside.length,
    unreadItemCount: inside.filter(({ isRead }) => !isRead).length,
  };
}

/** The folders at the top, or below the one that the path names. */
export function listFolders({ mailbox, query }: GraphCall, [name]: readonly string[]): GraphAnswer {
  const parent = name === undefined ? null : folderOf(mailbox, name)?.id;
  if (parent === undefined) return refused("ErrorItemNotFound");
  const wanted = /displayName eq '((?:[^']|'')*)'/i.exec(query.get("$filter") ?? "")?.[1]?.replaceAll("''", "'");
  const value = [...mailbox.folders.values()]
    .filter((one) => one.parent === parent && (wanted === undefined || one.displayName === wanted))
    .map((one) => shownFolder(mailbox, one));
  return { status: 200, body: { value } };
}

/** Makes a folder at the top, or below the one that the path names. */
export function createFolder(call: GraphCall, [name]: readonly string[]): GraphAnswer {
  const { mailbox } = call;
  const parent = name === undefined ? null : folderOf(mailbox, name)?.id;
  if (parent === undefined) return refused("ErrorItemNotFound");
  const displayName = jsonBody(call)?.displayName;
  if (typeof displayName !== "string" || displayName === "") return refused("RequestBodyRead");
  const folder = mailbox.addFolder(displayName, parent);
  return folder ? { status: 201, body: shownFolder(mailbox, folder) } : refused("ErrorFolderExists");
}
