import { type EwsCall, type EwsOperation, whole } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import { folderAt, folderId } from "./ews-ids.ts";
import type { EwsFolder, EwsMailbox } from "./ews-mailbox.ts";
import { extendedName } from "./ews-shape.ts";
import { at, element, textAt, textElement, type XmlElement } from "./xml.ts";

/** A folder as EWS shows it; with `IdOnly` its id alone. */
export function shownFolder(mailbox: EwsMailbox, folder: EwsFolder, shape: XmlElement | undefined): string {
  const inside = [...mailbox.items.values()].filter((item) => item.folder === folder.id);
  const children = [...mailbox.folders.values()].filter(({ parent }) => parent === folder.id);
  const parent = mailbox.folders.get(folder.parent ?? "") ?? folder;
  const { kind, readOnly = false, extended = {} } = folder;
  const properties: readonly [uri: string, text: string][] = [
    ["folder:ParentFolderId", folderId(parent, "t:ParentFolderId")],
    ["folder:FolderClass", textElement("t:FolderClass", folderClasses[kind ?? "Message"])],
    ["folder:DisplayName", textElement("t:DisplayName", folder.displayName)],
    ["folder:TotalCount", textElement("t:TotalCount", String(inside.length))],
    ["folder:ChildFolderCount", textElement("t:ChildFolderCount", String(children.length))],
    ["folder:EffectiveRights", element("t:EffectiveRights", rights(!readOnly))],
    ["folder:DistinguishedFolderId", folder.name ? textElement("t:DistinguishedFolderId", folder.name) : ""],
    ["folder:UnreadCount", textElement("t:UnreadCount", String(inside.filter(({ isRead }) => !isRead).length))],
  ];
  const fields = at(shape, "AdditionalProperties")?.children ?? [];
  const asked = fields.map(({ attributes }) => attributes.FieldURI);
  const all = textAt(shape, "BaseShape") !== "IdOnly";
  const content = (before: boolean) =>
    properties
      .filter(([uri]) => (all || asked.includes(uri)) && beforeExtended.has(uri) === before)
      .map(([, text]) => text)
      .join("");
  const named = fields
    .filter((field) => field.name === "ExtendedFieldURI" && extended[extendedName(field)] !== undefined)
    .map((field) =>
      element(
        "t:ExtendedProperty",
        element("t:ExtendedFieldURI", "", field.attributes) +
          textElement("t:Value", extended[extendedName(field)] ?? ""),
      ),
    );
  return element(shownAs(folder), folderId(folder) + content(true) + named.join("") + content(false));
}

const folderClasses = {
  ...{ Message: "IPF.Note", Calendar: "IPF.Appointment", Contacts: "IPF.Contact", Tasks: "IPF.Task" },
} as const;
const shownAs = ({ kind }: EwsFolder) => `t:${kind ?? ""}Folder`;
/** In the schema extended properties stand between these and the others. */
const beforeExtended: ReadonlySet<string> = new Set([
  ...["folder:ParentFolderId", "folder:FolderClass", "folder:DisplayName"],
  ...["folder:TotalCount", "folder:ChildFolderCount"],
]);
const rights = (mayWrite: boolean) =>
  ["CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify", "Read", "ViewPrivateItems"]
    .map((name) => textElement(`t:${name}`, String(mayWrite || name === "Read")))
    .join("");

/** `SetFolderField` and `DeleteFolderField` of extended properties. */
export const updateFolder: EwsOperation = {
  each: ({ request }) => at(request, "FolderChanges")?.children ?? [],
  answer: (call, change) => {
    const { mailbox, folder } = folderAt(call, at(change, "FolderId") ?? at(change, "DistinguishedFolderId"));
    if (folder.readOnly) throw new EwsError("ErrorAccessDenied");
    const extended = { ...folder.extended };
    for (const one of at(change, "Updates")?.children ?? []) {
      const field = at(one, "ExtendedFieldURI");
      if (!field) throw new EwsError("ErrorInvalidOperation");
      const value = at(one.children.at(-1), "ExtendedProperty", "Value")?.text;
      if (one.name === "SetFolderField" && value !== undefined) extended[extendedName(field)] = value;
      else delete extended[extendedName(field)];
    }
    const after = mailbox.editFolder(folder.id, { extended }) ?? folder;
    return element("m:Folders", element(shownAs(after), folderId(after)));
  },
};

const idsIn = (name: string) => (call: EwsCall) => at(call.request, name)?.children ?? [];

export const getFolder: EwsOperation = {
  each: idsIn("FolderIds"),
  answer: (call, id) => {
    const { mailbox, folder } = folderAt(call, id);
    return element("m:Folders", shownFolder(mailbox, folder, at(call.request, "FolderShape")));
  },
};

/** The folders below one, or all of them below with a deep traversal. */
export const findFolder: EwsOperation = {
  each: idsIn("ParentFolderIds"),
  answer: (call, id) => {
    const { mailbox, folder } = folderAt(call, id);
    const isDeep = call.request.attributes.Traversal === "Deep";
    const found = [...mailbox.folders.values()].filter(
      (one) => one.parent === folder.id || (isDeep && isBelow(mailbox, one, folder)),
    );
    const shown = found.map((one) => shownFolder(mailbox, one, at(call.request, "FolderShape")));
    return element("m:RootFolder", element("t:Folders", shown.join("")), {
      ...{ IndexedPagingOffset: found.length, TotalItemsInView: found.length, IncludesLastItemInRange: "true" },
    });
  },
};

function isBelow(mailbox: EwsMailbox, folder: EwsFolder, above: EwsFolder): boolean {
  for (let parent = folder.parent; parent !== null; parent = mailbox.folders.get(parent)?.parent ?? null)
    if (parent === above.id) return true;
  return false;
}

export const createFolder: EwsOperation = {
  each: (call) => at(call.request, "Folders")?.children ?? [],
  answer: (call, given) => {
    const { mailbox, folder: parent } = folderAt(call, at(call.request, "ParentFolderId")?.children[0]);
    const displayName = textAt(given, "DisplayName");
    const isSame = (one: EwsFolder) =>
      one.parent === parent.id && one.displayName.toLowerCase() === displayName.toLowerCase();
    if (!displayName) throw new EwsError("ErrorInvalidArgument");
    if ([...mailbox.folders.values()].some(isSame)) throw new EwsError("ErrorFolderExists");
    const folder = mailbox.addFolder(displayName, parent.id);
    return element("m:Folders", element("t:Folder", folderId(folder)));
  },
};

/** Folders that came since a sync state, all of them without one. */
export const syncFolderHierarchy: EwsOperation = {
  each: whole,
  afterError: "<m:SyncState/><m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>",
  answer: (call) => {
    const { mailbox, request } = call;
    const state = textAt(request, "SyncState");
    const since = state ? Number(Buffer.from(state, "base64").toString().split(".")[1]) : 0;
    if (!Number.isSafeInteger(since)) throw new EwsError("ErrorInvalidSyncStateData");
    const changes = [...mailbox.folders.values()]
      .filter(({ changed, parent }) => changed > since && parent !== null)
      .map((folder) => element("t:Create", shownFolder(mailbox, folder, at(request, "FolderShape"))));
    const next = Buffer.from(`h.${mailbox.lastChange}`).toString("base64");
    return [
      textElement("m:SyncState", next),
      "<m:IncludesLastFolderInRange>true</m:IncludesLastFolderInRange>",
      element("m:Changes", changes.join("")),
    ].join("");
  },
};
