import { randomBytes } from "node:crypto";
import { headerValue } from "../gmail/message-text.ts";

/** The well-known folders that the double has. */
export const graphFolders = ["inbox", "drafts", "sentitems", "deleteditems"] as const;
export type GraphFolder = (typeof graphFolders)[number];

/** A message in a mailbox of Exchange Online's. */
export interface GraphMessage {
  /** Stays the same in all folders, as an immutable id does. */
  readonly id: string;
  readonly raw: Buffer;
  readonly receivedAt: number;
  readonly draft: boolean;
  folder: GraphFolder;
  /** When it last changed: place in the order of all changes of the mailbox. */
  changed: number;
}

/** A mailbox of Exchange Online's, with what its delta queries need. */
export interface GraphMailbox {
  readonly messages: ReadonlyMap<string, GraphMessage>;
  add(raw: Buffer, given?: { folder?: GraphFolder; receivedAt?: number; draft?: boolean }): GraphMessage;
  move(id: string, folder: GraphFolder): void;
  remove(id: string): void;
  /** What changed in a folder after this change, oldest change first; `removed`: it is no longer there. */
  changes(folder: GraphFolder, since: number): { id: string; message: GraphMessage | null; at: number }[];
  readonly lastChange: number;
  /** Delta links that were given out until now are no longer known. */
  expireDeltas(): void;
  knows(change: number): boolean;
  /** Requests that are being worked on. */
  atOnce: number;
  /** The largest number of them that there was. */
  mostAtOnce: number;
}

/** `immutable`: what a folder's own id would hide. */
export function graphMailbox(): GraphMailbox {
  const messages = new Map<string, GraphMessage>();
  const log: { at: number; id: string; folder: GraphFolder }[] = [];
  let change = 0;
  let oldest = 0;
  const note = (message: GraphMessage, ...folders: GraphFolder[]) => {
    change += 1;
    message.changed = change;
    for (const folder of new Set(folders)) log.push({ at: change, id: message.id, folder });
  };
  return {
    messages,
    add: (raw, { folder = "inbox", receivedAt = Date.now(), draft = false } = {}) => {
      // Letters and signs that must be escaped in a path.
      const id = `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${randomBytes(20).toString("base64url")}/+_AAA=`;
      const message: GraphMessage = { id, raw, receivedAt, draft, folder, changed: 0 };
      messages.set(id, message);
      note(message, folder);
      return message;
    },
    move: (id, folder) => {
      const message = messages.get(id);
      if (!message) return;
      const before = message.folder;
      message.folder = folder;
      note(message, before, folder);
    },
    remove: (id) => {
      const message = messages.get(id);
      if (!message) return;
      messages.delete(id);
      note(message, message.folder);
    },
    changes: (folder, since) => {
      const last = new Map<string, number>();
      for (const { at, id, folder: where } of log) if (at > since && where === folder) last.set(id, at);
      return [...last]
        .map(([id, at]) => {
          const message = messages.get(id);
          return { id, message: message?.folder === folder ? message : null, at };
        })
        .filter(({ message }) => since > 0 || message)
        .sort((one, other) => one.at - other.at);
    },
    get lastChange() {
      return change;
    },
    expireDeltas: () => {
      change += 1;
      oldest = change;
    },
    knows: (at) => at >= oldest && at <= change,
    atOnce: 0,
    mostAtOnce: 0,
  };
}

/** A message as Graph shows it. */
export function shownMessage(message: GraphMessage): Record<string, unknown> {
  const head = message.raw.subarray(0, 64 * 1024).toString("latin1");
  const fields = head
    .slice(0, /\r?\n\r?\n/.exec(head)?.index)
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/)
    .map((line) => /^([^:\s]+):\s*(.*)$/.exec(line))
    .flatMap((match) => (match ? [{ name: match[1], value: match[2] }] : []));
  return {
    "@odata.etag": `W/"${message.changed}"`,
    id: message.id,
    receivedDateTime: new Date(message.receivedAt).toISOString().replace(/\.\d+/, ""),
    sentDateTime: new Date(message.receivedAt).toISOString().replace(/\.\d+/, ""),
    subject: headerValue(message.raw, "Subject") ?? "",
    isDraft: message.draft,
    isRead: false,
    parentFolderId: message.folder,
    internetMessageId: headerValue(message.raw, "Message-ID") ?? "",
    internetMessageHeaders: fields,
  };
}
