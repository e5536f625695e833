import type { EwsCall } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import type { EwsFolder, EwsItem, EwsMailbox } from "./ews-mailbox.ts";
import { element, textAt, type XmlElement } from "./xml.ts";

const isId = (id: string) => /^AAMkAG[FI][\w+/=]{100,}$/.test(id);

/** The folder that a `FolderId` or `DistinguishedFolderId` names, with its mailbox. */
export function folderAt(call: EwsCall, id: XmlElement | undefined): { mailbox: EwsMailbox; folder: EwsFolder } {
  const name = id?.attributes.Id ?? "";
  if (id?.name === "DistinguishedFolderId") {
    const owner = textAt(id, "Mailbox", "EmailAddress");
    const mailbox = owner ? call.open(owner) : call.mailbox;
    const folder = mailbox.folder(name);
    if (!folder) throw new EwsError("ErrorFolderNotFound");
    return { mailbox, folder };
  }
  if (!isId(name)) throw new EwsError("ErrorInvalidIdMalformed");
  for (const mailbox of call.reachable()) {
    const folder = mailbox.folders.get(name);
    if (folder) return { mailbox, folder };
  }
  throw new EwsError("ErrorItemNotFound");
}

/** The message that an `ItemId` names, with its mailbox. */
export function itemAt(call: EwsCall, id: XmlElement | undefined): { mailbox: EwsMailbox; item: EwsItem } {
  const name = id?.attributes.Id ?? "";
  if (!isId(name)) throw new EwsError("ErrorInvalidIdMalformed");
  for (const mailbox of call.reachable()) {
    const item = mailbox.items.get(name);
    if (item) return { mailbox, item };
  }
  throw new EwsError(call.exists(name) ? "ErrorAccessDenied" : "ErrorItemNotFound");
}

const changeKey = (changed: number) => `CQAAABYA${Buffer.from(String(changed).padStart(12, "0")).toString("base64")}`;

/** Whether a change key is that of the message as it is now. */
export const isCurrent = (item: EwsItem, key: string | undefined): boolean => key === changeKey(item.changed);

export const itemId = ({ id, changed }: EwsItem): string =>
  element("t:ItemId", "", { Id: id, ChangeKey: changeKey(changed) });

export const folderId = ({ id, changed }: EwsFolder, name = "t:FolderId"): string =>
  element(name, "", { Id: id, ChangeKey: changeKey(changed) });
