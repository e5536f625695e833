import type { EwsOperation } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import { folderAt, isCurrent, itemAt, itemId } from "./ews-ids.ts";
import type { EwsItem } from "./ews-mailbox.ts";
import { extendedName, shownItem } from "./ews-shape.ts";
import { at, element, textAt, type XmlElement } from "./xml.ts";

const itemIds = ({ request }: { readonly request: XmlElement }) => at(request, "ItemIds")?.children ?? [];

export const getItem: EwsOperation = {
  each: itemIds,
  answer: (call, id) => {
    const { mailbox, item } = itemAt(call, id);
    const wantsMime = textAt(call.request, "ItemShape", "IncludeMimeContent") === "true";
    if (wantsMime && mailbox.unreadable.has(item.id)) throw new EwsError("ErrorContentConversionFailed");
    return element("m:Items", shownItem(item, mailbox, at(call.request, "ItemShape"), { mime: call.written }));
  },
};

/** The message gets a new id, which the answer tells. */
export const moveItem: EwsOperation = {
  each: itemIds,
  answer: (call, id) => {
    const { mailbox, item } = itemAt(call, id);
    const { folder } = folderAt(call, at(call.request, "ToFolderId")?.children[0]);
    const moved = mailbox.move(item.id, folder.id);
    if (!moved) throw new EwsError("ErrorItemNotFound");
    return element("m:Items", element("t:Message", itemId(moved)));
  },
};

export const deleteItem: EwsOperation = {
  each: itemIds,
  answer: (call, id) => {
    const { mailbox, item } = itemAt(call, id);
    const deleted = mailbox.folder("deleteditems")?.id ?? "";
    if (call.request.attributes.DeleteType === "MoveToDeletedItems" && item.folder !== deleted)
      mailbox.move(item.id, deleted);
    else mailbox.remove(item.id);
    return "";
  },
};

type Edit = { -readonly [name in "isRead" | "categories" | "extended"]?: EwsItem[name] };

/** What may be changed, by the URI of the property. */
const settable: Readonly<Record<string, (message: XmlElement | undefined) => Edit>> = {
  "message:IsRead": (message) => ({ isRead: textAt(message, "IsRead") === "true" }),
  "item:Categories": (message) => ({
    categories: at(message, "Categories")?.children.map(({ text }) => text) ?? [],
  }),
};

/** `SetItemField` and `DeleteItemField` of the read flag, the categories and extended properties. */
export const updateItem: EwsOperation = {
  each: ({ request }) => at(request, "ItemChanges")?.children ?? [],
  answer: (call, change) => {
    const { mailbox, item } = itemAt(call, at(change, "ItemId"));
    const key = at(change, "ItemId")?.attributes.ChangeKey;
    const overwrites = call.request.attributes.ConflictResolution === "AlwaysOverwrite";
    if (!overwrites && key === undefined) throw new EwsError("ErrorChangeKeyRequired");
    if (!overwrites && !isCurrent(item, key)) throw new EwsError("ErrorIrresolvableConflict");
    let edit: Edit = {};
    for (const one of at(change, "Updates")?.children ?? []) edit = { ...edit, ...edited(item, edit, one) };
    const onlyRead = Object.keys(edit).every((name) => name === "isRead");
    const after = mailbox.edit(item.id, edit, onlyRead ? "read" : "update") ?? item;
    const items = element("m:Items", element("t:Message", itemId(after)));
    return `${items}<m:ConflictResults><t:Count>0</t:Count></m:ConflictResults>`;
  },
};

function edited(item: EwsItem, before: Edit, one: XmlElement): Edit {
  const field = at(one, "FieldURI");
  const message = one.name === "SetItemField" ? at(one, "Message") : undefined;
  const set = settable[field?.attributes.FieldURI ?? ""];
  if (set) return set(message);
  const extended = at(one, "ExtendedFieldURI");
  if (!extended) throw new EwsError("ErrorInvalidOperation");
  const value = at(message, "ExtendedProperty", "Value")?.text;
  const { [extendedName(extended)]: _, ...others } = { ...item.extended, ...before.extended };
  return { extended: value === undefined ? others : { ...others, [extendedName(extended)]: value } };
}
