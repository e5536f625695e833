import { type EwsOperation, whole } from "./ews-call.ts";
import { EwsError } from "./ews-errors.ts";
import { findItem } from "./ews-find.ts";
import { createFolder, findFolder, getFolder, syncFolderHierarchy, updateFolder } from "./ews-folders.ts";
import { deleteItem, getItem, moveItem, updateItem } from "./ews-items.ts";
import { createItem, sendItem } from "./ews-sending.ts";
import { syncFolderItems } from "./ews-sync.ts";
import { element, textAt, textElement } from "./xml.ts";

/** Addresses of the directory that have this text in them. */
const resolveNames: EwsOperation = {
  each: whole,
  answer: ({ request, directory }) => {
    const wanted = textAt(request, "UnresolvedEntry")
      .replace(/^smtp:/i, "")
      .toLowerCase();
    const found = directory().filter((address) => address.toLowerCase().includes(wanted));
    if (found.length === 0) throw new EwsError("ErrorNameResolutionNoResults");
    const resolutions = found.map((address) =>
      element(
        "t:Resolution",
        element(
          "t:Mailbox",
          [
            textElement("t:Name", address.split("@")[0] ?? address),
            textElement("t:EmailAddress", address),
            "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType>",
          ].join(""),
        ),
      ),
    );
    return element("m:ResolutionSet", resolutions.join(""), {
      TotalItemsInView: found.length,
      IncludesLastItemInRange: "true",
    });
  },
};

/** What the double can do. */
export const ewsOperations: Readonly<Record<string, EwsOperation>> = {
  ...{ GetFolder: getFolder, FindFolder: findFolder, CreateFolder: createFolder },
  UpdateFolder: updateFolder,
  ...{ SyncFolderHierarchy: syncFolderHierarchy, SyncFolderItems: syncFolderItems, FindItem: findItem },
  ...{ GetItem: getItem, CreateItem: createItem, SendItem: sendItem, UpdateItem: updateItem },
  ...{ MoveItem: moveItem, DeleteItem: deleteItem, ResolveNames: resolveNames },
};
