import type { GraphAnswer } from "./graph-answer.ts";
import { createAttachment, listAttachments } from "./graph-attachments.ts";
import type { GraphCall } from "./graph-call.ts";
import { getPurpose, getSettings, getUser } from "./graph-directory.ts";
import { createFolder, listFolders } from "./graph-folders.ts";
import { changeCalendar, getCalendar, listNothing } from "./graph-items.ts";
import { getDelta, getFolder, getMessage, getMime, listMessages } from "./graph-reading.ts";
import type { Uploads } from "./graph-uploads.ts";
import { changeMessage, createMessage, deleteMessage, moveMessage, sendDraft, sendMail } from "./graph-writing.ts";

/** Something that can be asked of a mailbox. */
interface GraphOperation {
  readonly method: string;
  /** The path below the mailbox; its groups are handed on. */
  readonly path: RegExp;
  /** One of these permissions is needed. */
  readonly permissions: readonly string[];
  readonly answer: (call: GraphCall, parts: readonly string[]) => GraphAnswer;
}

const reading = ["Mail.Read", "Mail.ReadWrite"];
const writing = ["Mail.ReadWrite"];
const calendars = ["Calendars.Read", "Calendars.ReadWrite"];
/** A segment with an id, in either of OData's ways to write it. */
const id = String.raw`(?:/|\(')([^/]+?)(?:'\))?`;
const path = (text: string) => new RegExp(`^${text.replaceAll("{id}", id)}$`, "i");
const delta = String.raw`/(?:microsoft\.graph\.)?delta(?:\(\))?`;

/** What the double can do, the first that fits counts. */
export const graphOperations = (uploads: Uploads): readonly GraphOperation[] => [
  { method: "GET", path: path(""), permissions: ["User.Read.All", "User.Read"], answer: getUser },
  { method: "GET", path: path("mailboxSettings"), permissions: ["MailboxSettings.Read"], answer: getSettings },
  {
    ...{ method: "GET", path: path("mailboxSettings/userPurpose") },
    ...{ permissions: ["MailboxSettings.Read"], answer: getPurpose },
  },
  { method: "GET", path: path("mailFolders"), permissions: reading, answer: listFolders },
  { method: "POST", path: path("mailFolders"), permissions: writing, answer: createFolder },
  { method: "GET", path: path("mailFolders{id}/childFolders"), permissions: reading, answer: listFolders },
  { method: "POST", path: path("mailFolders{id}/childFolders"), permissions: writing, answer: createFolder },
  { method: "GET", path: path("mailFolders{id}/messages"), permissions: reading, answer: listMessages },
  { method: "POST", path: path("mailFolders{id}/messages"), permissions: writing, answer: createMessage },
  { method: "GET", path: path(`mailFolders{id}/messages${delta}`), permissions: reading, answer: getDelta },
  { method: "GET", path: path("mailFolders{id}"), permissions: reading, answer: getFolder },
  { method: "GET", path: path("messages"), permissions: reading, answer: listMessages },
  { method: "POST", path: path("messages"), permissions: writing, answer: createMessage },
  { method: "GET", path: path(String.raw`messages{id}/\$value`), permissions: reading, answer: getMime },
  { method: "POST", path: path("messages{id}/send"), permissions: ["Mail.Send"], answer: sendDraft },
  { method: "POST", path: path("messages{id}/move"), permissions: writing, answer: moveMessage },
  { method: "GET", path: path("messages{id}/attachments"), permissions: reading, answer: listAttachments },
  { method: "POST", path: path("messages{id}/attachments"), permissions: writing, answer: createAttachment },
  {
    ...{ method: "POST", path: path("messages{id}/attachments/createUploadSession") },
    ...{ permissions: writing, answer: uploads.create },
  },
  { method: "GET", path: path("messages{id}"), permissions: reading, answer: getMessage },
  { method: "PATCH", path: path("messages{id}"), permissions: writing, answer: changeMessage },
  { method: "DELETE", path: path("messages{id}"), permissions: writing, answer: deleteMessage },
  { method: "GET", path: path("calendar"), permissions: calendars, answer: getCalendar },
  { method: "GET", path: path("calendars{id}"), permissions: calendars, answer: getCalendar },
  { method: "PATCH", path: path("calendar"), permissions: ["Calendars.ReadWrite"], answer: changeCalendar },
  { method: "PATCH", path: path("calendars{id}"), permissions: ["Calendars.ReadWrite"], answer: changeCalendar },
  { method: "GET", path: path("contacts"), permissions: ["Contacts.Read", "Contacts.ReadWrite"], answer: listNothing },
  {
    ...{ method: "GET", path: path("todo/lists"), permissions: ["Tasks.Read.All", "Tasks.ReadWrite.All"] },
    answer: listNothing,
  },
  { method: "POST", path: path("sendMail"), permissions: ["Mail.Send"], answer: sendMail },
];
