import { randomBytes } from "node:crypto";
import { type EwsOperation, whole } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import { folderAt, itemId } from "./ews-ids.ts";
import { shownItem } from "./ews-shape.ts";
import { at, element, textAt, textElement } from "./xml.ts";

const largestPage = 512;

/**
 * What a sync state says: everything up to `until` was told, except for messages that came before `below` while the
 * first round is not over (0 when it is).
 */
interface SyncState {
  readonly folder: string;
  readonly generation: number;
  readonly until: number;
  readonly below: number;
}

function write(state: SyncState, padding: number): string {
  const text = JSON.stringify({ ...state, padding: randomBytes(padding).toString("base64") });
  return `H4sIAAA${Buffer.from(text).toString("base64")}`;
}

function read(text: string): SyncState {
  try {
    if (!text.startsWith("H4sIAAA")) throw new Error("not ours");
    return JSON.parse(Buffer.from(text.slice(7), "base64").toString()) as SyncState;
  } catch {
    throw new EwsError("ErrorInvalidSyncStateData");
  }
}

/** Changes of a folder in pages. The first round tells the newest messages first, as Exchange does. */
export const syncFolderItems: EwsOperation = {
  each: whole,
  afterError: "<m:SyncState/><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>",
  answer: (call) => {
    const { request, syncStateBytes } = call;
    const { mailbox, folder } = folderAt(call, at(request, "SyncFolderId")?.children[0]);
    const size = Number(textAt(request, "MaxChangesReturned"));
    if (!(size >= 1 && size <= largestPage)) throw new EwsError("ErrorInvalidArgument");
    const { generation, lastChange } = mailbox;
    const given = textAt(request, "SyncState");
    const state = given ? read(given) : { folder: folder.id, generation, until: lastChange, below: lastChange + 1 };
    if (state.folder !== folder.id || state.generation !== generation) throw new EwsError("ErrorInvalidSyncStateData");
    const shape = at(request, "ItemShape");
    const ignored = new Set(at(request, "Ignore")?.children.map(({ attributes }) => attributes.Id));
    const changes: string[] = [];
    let next: SyncState;
    let isLast: boolean;
    if (state.below > 0) {
      const left = [...mailbox.items.values()]
        .filter((item) => item.folder === folder.id && item.created < state.below && item.created <= state.until)
        .sort((one, other) => other.created - one.created);
      const page = left.slice(0, size);
      for (const item of page) changes.push(element("t:Create", shownItem(item, mailbox, shape)));
      isLast = left.length <= size && mailbox.changes(folder.id, state.until).length === 0;
      next = { ...state, below: left.length > size ? (page.at(-1)?.created ?? 0) : 0 };
    } else {
      const left = mailbox.changes(folder.id, state.until);
      const page = left.slice(0, size);
      for (const { id, kind } of page) {
        if (ignored.has(id)) continue;
        const item = mailbox.items.get(id);
        if (!item) changes.push(element("t:Delete", element("t:ItemId", "", { Id: id, ChangeKey: "AQAAAA==" })));
        else if (kind === "read")
          changes.push(element("t:ReadFlagChange", itemId(item) + textElement("t:IsRead", String(item.isRead))));
        else changes.push(element(kind === "create" ? "t:Create" : "t:Update", shownItem(item, mailbox, shape)));
      }
      isLast = left.length <= size;
      next = { ...state, until: isLast ? lastChange : (page.at(-1)?.at ?? state.until) };
    }
    return [
      textElement("m:SyncState", write(next, syncStateBytes)),
      textElement("m:IncludesLastItemInRange", String(isLast)),
      element("m:Changes", changes.join("")),
    ].join("");
  },
};
