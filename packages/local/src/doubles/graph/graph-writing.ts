import { type GraphAnswer, refused } from "./graph-answer.ts";
import { type GraphCall, jsonBody, wantsImmutable } from "./graph-call.ts";
import { folderOf } from "./graph-folders.ts";
import { mailOf, readJsonMail, readMimeMail } from "./graph-mail.ts";
import { type GraphMessage, messageOf, shownMessage } from "./graph-mailbox.ts";
import { composeJson } from "./graph-mime.ts";

const isMime = ({ contentType }: GraphCall) => /^text\/plain\b/i.test(contentType);

/** `sendMail`: a message as JSON or MIME is sent, and filed unless that is declined. */
export function sendMail(call: GraphCall): GraphAnswer {
  const { address, mailbox, body, deliver } = call;
  const mail = isMime(call) ? readMimeMail(address, body) : readJsonMail(address, jsonBody(call));
  if (!mail) return refused(isMime(call) ? "ErrorMimeContentInvalid" : "RequestBodyRead");
  if (mail.to.length === 0) return refused("ErrorInvalidRecipients");
  const given = isMime(call) ? null : jsonBody(call);
  const raw = mail.raw ?? composeJson(address, (given?.message ?? {}) as Record<string, unknown>);
  deliver(mail, raw);
  const saves = given?.saveToSentItems;
  if (saves !== false && saves !== "false") mailbox.add(raw, { folder: "sentitems" });
  return { status: 202 };
}

/** A new draft: in Drafts, or in the folder that the path names. */
export function createMessage(call: GraphCall, [name = "drafts"]: readonly string[]): GraphAnswer {
  const { address, mailbox, body } = call;
  const folder = folderOf(mailbox, name)?.id;
  if (!folder) return refused("ErrorItemNotFound");
  const given = isMime(call) ? null : jsonBody(call);
  const raw = isMime(call) ? readMimeMail(address, body)?.raw : given && composeJson(address, given);
  if (!raw) return refused(isMime(call) ? "ErrorMimeContentInvalid" : "RequestBodyRead");
  const draft = mailbox.add(raw, { folder, draft: true });
  mailbox.change(draft.id, { isRead: true, ...flags(given ?? {}) });
  return shown(call, draft.id, 201);
}

/** `messages/{id}/send`: the draft becomes a sent message, under the same immutable id. */
export function sendDraft({ address, mailbox, deliver }: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(mailbox, id);
  if (!message?.draft) return refused("ErrorItemNotFound");
  const mail = mailOf(address, message.raw);
  if (mail.to.length === 0) return refused("ErrorInvalidRecipients");
  deliver(mail, message.raw);
  mailbox.change(message.id, { folder: "sentitems", draft: false });
  return { status: 202 };
}

const flags = ({ isRead, categories }: Readonly<Record<string, unknown>>): Partial<GraphMessage> => ({
  ...(typeof isRead === "boolean" ? { isRead } : {}),
  ...(Array.isArray(categories) ? { categories: categories.map(String) } : {}),
});

/** Read or not, and the categories. */
export function changeMessage(call: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(call.mailbox, id);
  if (!message) return refused("ErrorItemNotFound");
  const given = jsonBody(call);
  if (!given) return refused("RequestBodyRead");
  call.mailbox.change(message.id, flags(given));
  return shown(call, message.id, 200);
}

/** Into another folder. */
export function moveMessage(call: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(call.mailbox, id);
  const folder = folderOf(call.mailbox, String(jsonBody(call)?.destinationId ?? ""));
  if (!message || !folder) return refused("ErrorItemNotFound");
  call.mailbox.move(message.id, folder.id);
  return shown(call, message.id, 201);
}

/** To the deleted items; from there for good. */
export function deleteMessage({ mailbox }: GraphCall, [id = ""]: readonly string[]): GraphAnswer {
  const message = messageOf(mailbox, id);
  if (!message) return refused("ErrorItemNotFound");
  if (message.folder === "deleteditems") mailbox.remove(message.id);
  else mailbox.move(message.id, "deleteditems");
  return { status: 204 };
}

function shown(call: GraphCall, id: string, status: number): GraphAnswer {
  const message = call.mailbox.messages.get(id);
  if (!message) return refused("ErrorItemNotFound");
  const { internetMessageHeaders: _, ...body } = shownMessage(message, wantsImmutable(call));
  return { status, body };
}
