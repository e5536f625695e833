import type { ItemFolder } from "@mailfleet/connector-api";
import type { Access } from "@mailfleet/contracts";
import { escaped } from "./xml-reader.ts";

/** The oldest version whose requests we make: Exchange 2013 SP1. */
export const schemaVersion = "Exchange2013_SP1";

const soap = "http://schemas.xmlsoap.org/soap/envelope/";
const schemas = "http://schemas.microsoft.com/exchange/services/2006";

/** Whose mailbox a request is about, and how the account comes to it. */
export interface Whose {
  readonly address: string;
  readonly access: Access;
}

/** What stands before and after the content of a request (MS-OXWSCDATA, MS-OXWSMSG). */
export function envelope({ address, access }: Whose, body: string): string {
  const impersonation =
    access === "impersonation"
      ? `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${escaped(address)}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
      : "";
  return (
    `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${soap}" xmlns:m="${schemas}/messages" xmlns:t="${schemas}/types">` +
    `<s:Header><t:RequestServerVersion Version="${schemaVersion}"/>${impersonation}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  );
}

/** A folder that every mailbox has; of another's mailbox where the account comes to it by its rights. */
export function folderId(
  { address, access }: Whose,
  name: "inbox" | "sentitems" | "msgfolderroot" | ItemFolder,
): string {
  const mailbox =
    access === "delegation" ? `<t:Mailbox><t:EmailAddress>${escaped(address)}</t:EmailAddress></t:Mailbox>` : "";
  return `<t:DistinguishedFolderId Id="${name}">${mailbox}</t:DistinguishedFolderId>`;
}

const uris = (names: readonly string[]) => names.map((name) => `<t:FieldURI FieldURI="${name}"/>`).join("");
const shape = (kind: "Item" | "Folder", more: string) =>
  `<m:${kind}Shape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${more}</t:AdditionalProperties></m:${kind}Shape>`;
const itemIds = (...ids: readonly string[]) =>
  `<m:ItemIds>${ids.map((id) => `<t:ItemId Id="${escaped(id)}"/>`).join("")}</m:ItemIds>`;

/** What is in the inbox, in numbers. */
export const getInbox = (whose: Whose) =>
  `<m:GetFolder>${shape("Folder", uris(["folder:TotalCount"]))}<m:FolderIds>${folderId(whose, "inbox")}</m:FolderIds></m:GetFolder>`;

const listed = ["item:DateTimeReceived", "item:ItemClass", "item:IsDraft", "item:Size"];

/** What has changed in the inbox since a state; `null`: everything. */
export const syncInbox = (whose: Whose, state: string | null, most: number) =>
  `<m:SyncFolderItems>${shape("Item", uris(listed))}<m:SyncFolderId>${folderId(whose, "inbox")}</m:SyncFolderId>` +
  `${state === null ? "" : `<m:SyncState>${escaped(state)}</m:SyncState>`}<m:MaxChangesReturned>${most}</m:MaxChangesReturned></m:SyncFolderItems>`;

/** Messages as MIME. */
export const getMime = (...ids: readonly string[]) =>
  `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape>${itemIds(...ids)}</m:GetItem>`;

/** What a list says of a message, of one. */
export const getFacts = (id: string) => `<m:GetItem>${shape("Item", uris(listed))}${itemIds(id)}</m:GetItem>`;

/** A page of the inbox, from its oldest message. */
export const findInbox = (whose: Whose, offset: number, most: number) =>
  `<m:FindItem Traversal="Shallow">${shape("Item", uris(listed))}` +
  `<m:IndexedPageItemView MaxEntriesReturned="${most}" Offset="${offset}" BasePoint="Beginning"/>` +
  `<m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="item:DateTimeReceived"/></t:FieldOrder></m:SortOrder>` +
  `<m:ParentFolderIds>${folderId(whose, "inbox")}</m:ParentFolderIds></m:FindItem>`;

/** A field of a message's header, as Exchange keeps it. */
export const headerUri = (name: string) =>
  `<t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders" PropertyName="${escaped(name)}" PropertyType="String"/>`;
/** The Message-ID, as a property that can be searched for. */
export const messageIdUri = '<t:FieldURI FieldURI="message:InternetMessageId"/>';

/** Sent messages of which a property has this value, with what the field of their header says. */
export const findSentItems = (whose: Whose, property: string, value: string, header: string) =>
  `<m:FindItem Traversal="Shallow">${shape("Item", headerUri(header))}<m:IndexedPageItemView MaxEntriesReturned="50" Offset="0" BasePoint="Beginning"/>` +
  `<m:Restriction><t:IsEqualTo>${property}<t:FieldURIOrConstant><t:Constant Value="${escaped(value)}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>` +
  `<m:ParentFolderIds>${folderId(whose, "sentitems")}</m:ParentFolderIds></m:FindItem>`;

/** Folders beside the inbox with this name. */
export const findFolder = (whose: Whose, name: string) =>
  `<m:FindFolder Traversal="Shallow">${shape("Folder", uris(["folder:DisplayName"]))}` +
  `<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="folder:DisplayName"/><t:FieldURIOrConstant><t:Constant Value="${escaped(name)}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>` +
  `<m:ParentFolderIds>${folderId(whose, "msgfolderroot")}</m:ParentFolderIds></m:FindFolder>`;

/** Makes a folder beside the inbox. */
export const createFolder = (whose: Whose, name: string) =>
  `<m:CreateFolder><m:ParentFolderId>${folderId(whose, "msgfolderroot")}</m:ParentFolderId>` +
  `<m:Folders><t:Folder><t:DisplayName>${escaped(name)}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`;

/** Moves an item to a folder, where it has another id. */
export const moveItem = (folder: string, id: string) =>
  `<m:MoveItem><m:ToFolderId><t:FolderId Id="${escaped(folder)}"/></m:ToFolderId>${itemIds(id)}</m:MoveItem>`;

/** The categories of an item. */
export const getCategories = (id: string) =>
  `<m:GetItem>${shape("Item", uris(["item:Categories"]))}${itemIds(id)}</m:GetItem>`;

/** Sets the categories of an item, whatever else of it has changed; nobody is told that it was read (MS-OXWSCORE §3.1.4.9). */
export const setCategories = (id: string, categories: readonly string[]) =>
  '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly" SuppressReadReceipts="true"><m:ItemChanges><t:ItemChange>' +
  `<t:ItemId Id="${escaped(id)}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Categories"/>` +
  `<t:Message><t:Categories>${categories.map((one) => `<t:String>${escaped(one)}</t:String>`).join("")}</t:Categories></t:Message>` +
  "</t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>";

/** A property with a name of its own, in a set that is named by its GUID. */
interface NamedProperty {
  readonly set: string;
  readonly name: string;
}
const propertyUri = ({ set, name }: NamedProperty) =>
  `<t:ExtendedFieldURI PropertySetId="${set}" PropertyName="${name}" PropertyType="String"/>`;

/** What may be done with a folder of appointments, contacts or tasks, and what a property of it says. */
export const getItemFolder = (whose: Whose, name: ItemFolder, property: NamedProperty) =>
  `<m:GetFolder>${shape("Folder", `${uris(["folder:EffectiveRights"])}${propertyUri(property)}`)}` +
  `<m:FolderIds>${folderId(whose, name)}</m:FolderIds></m:GetFolder>`;

/** Sets a property of the calendar folder. `id`: the attributes of its `FolderId`, with the change key. */
export function setFolderProperty(
  id: Readonly<Record<string, string>>,
  property: NamedProperty,
  value: string,
): string {
  const key = id.ChangeKey === undefined ? "" : ` ChangeKey="${escaped(id.ChangeKey)}"`;
  const uri = propertyUri(property);
  return (
    `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="${escaped(id.Id ?? "")}"${key}/><t:Updates><t:SetFolderField>${uri}` +
    `<t:CalendarFolder><t:ExtendedProperty>${uri}<t:Value>${escaped(value)}</t:Value></t:ExtendedProperty></t:CalendarFolder>` +
    "</t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>"
  );
}

/** What stands before and after a message in base64 that is sent. */
export function createItem(whose: Whose, saveCopy: boolean): readonly [string, string] {
  const folder = saveCopy ? `<m:SavedItemFolderId>${folderId(whose, "sentitems")}</m:SavedItemFolderId>` : "";
  return [
    `<m:CreateItem MessageDisposition="${saveCopy ? "SendAndSaveCopy" : "SendOnly"}">${folder}<m:Items><t:Message><t:MimeContent CharacterSet="UTF-8">`,
    "</t:MimeContent></t:Message></m:Items></m:CreateItem>",
  ];
}
