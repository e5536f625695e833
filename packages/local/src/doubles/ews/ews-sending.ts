import type { EwsCall, EwsOperation } from "./ews-call.ts";
import { composed } from "./ews-compose.ts";
import { EwsError } from "./ews-errors.ts";
import { folderAt, isCurrent, itemAt, itemId } from "./ews-ids.ts";
import { at, element, textAt } from "./xml.ts";

/** The folder that a request names for the message, or this one. */
const savedIn = (call: EwsCall, otherwise: string) => {
  const id = at(call.request, "SavedItemFolderId")?.children[0];
  if (id) return folderAt(call, id);
  return { mailbox: call.mailbox, folder: call.mailbox.folder(otherwise) };
};

/** New messages: saved, sent, or both. A message that is sent at once has no id in the answer. */
export const createItem: EwsOperation = {
  each: ({ request }) => at(request, "Items")?.children ?? [],
  answer: (call, given) => {
    if (given.name !== "Message") throw new EwsError("ErrorInvalidRequest");
    const disposition = call.request.attributes.MessageDisposition;
    const saves = disposition === "SaveOnly";
    if (!saves && disposition !== "SendOnly" && disposition !== "SendAndSaveCopy")
      throw new EwsError("ErrorInvalidRequest");
    const { mailbox, folder } = savedIn(call, saves ? "drafts" : "sentitems");
    const { raw, extended } = composed(given, mailbox.address);
    if (!saves) call.deliver(mailbox, raw);
    if (disposition === "SendOnly") return "<m:Items/>";
    const isRead = !saves || textAt(given, "IsRead") !== "false";
    const item = mailbox.add(raw, { folder: folder?.id ?? "", draft: saves, isRead, extended });
    return element("m:Items", saves ? element("t:Message", itemId(item)) : "");
  },
};

/** A draft is sent: it moves to Sent Items or the folder that is named, or vanishes. */
export const sendItem: EwsOperation = {
  each: ({ request }) => at(request, "ItemIds")?.children ?? [],
  answer: (call, id) => {
    const { mailbox, item } = itemAt(call, id);
    const key = id.attributes.ChangeKey;
    if (key === undefined) throw new EwsError("ErrorChangeKeyRequired");
    if (!isCurrent(item, key)) throw new EwsError("ErrorStaleObject");
    if (!item.draft) throw new EwsError("ErrorInvalidOperation");
    const saves = call.request.attributes.SaveItemToFolder === "true";
    const { folder } = savedIn(call, "sentitems");
    call.deliver(mailbox, item.raw);
    if (!saves || !folder) mailbox.remove(item.id);
    else {
      mailbox.edit(item.id, { draft: false });
      mailbox.move(item.id, folder.id);
    }
    return "";
  },
};
