import { randomBytes, randomUUID } from "node:crypto";
import { headerValue } from "../gmail/message-text.ts";
import type { GraphAttachment } from "./graph-mime.ts";

/** Folders that every mailbox has under these names. */
const wellKnown = ["inbox", "drafts", "sentitems", "deleteditems"] as const;

/** A folder; the well-known ones have their name as id. */
interface GraphFolder {
  readonly id: string;
  readonly displayName: string;
  /** `null`: at the top. */
  readonly parent: string | null;
}

/** A message in a mailbox of Exchange Online's. */
export interface GraphMessage {
  /** Stays the same in all folders, as an immutable id does. */
  readonly id: string;
  readonly raw: Buffer;
  /** Of a draft: the message before files were added by requests of their own. */
  readonly withoutFiles: Buffer;
  readonly attachments: readonly GraphAttachment[];
  readonly receivedAt: number;
  readonly draft: boolean;
  readonly isRead: boolean;
  readonly categories: readonly string[];
  /** Id of its folder. */
  readonly folder: string;
  /** When it last changed: place in the order of all changes of the mailbox. */
  readonly changed: number;
}

type Editable = Partial<Omit<GraphMessage, "id" | "changed" | "receivedAt">>;

/** What the directory says of the mailbox's account. */
interface GraphAccount {
  readonly id: string;
  enabled: boolean;
  licensed: boolean;
  /** Copied from a directory on-premises. */
  synchronised: boolean;
  /** What the mailbox is for: `shared`, `room`, … (Graph: `userPurpose`). */
  purpose: string;
  /** False: the mailbox is on-premises, inactive, or deleted. */
  served: boolean;
}

/** A mailbox of Exchange Online's, with what its delta queries need. */
export interface GraphMailbox {
  readonly account: GraphAccount;
  /** Its default calendar, with its extended properties by id. */
  readonly calendar: { readonly id: string; readonly properties: Map<string, string> };
  readonly folders: ReadonlyMap<string, GraphFolder>;
  readonly messages: ReadonlyMap<string, GraphMessage>;
  /** Adds a folder; `null` if there is one of that name. */
  addFolder(displayName: string, parent?: string | null): GraphFolder | null;
  add(raw: Buffer, given?: { folder?: string; receivedAt?: number; draft?: boolean }): GraphMessage;
  change(id: string, edit: Editable): void;
  move(id: string, folder: string): void;
  remove(id: string): void;
  /** What changed in a folder after this change, oldest change first; `null`: it is no longer there. */
  changes(folder: string, since: number): { id: string; message: GraphMessage | null; at: number }[];
  readonly lastChange: number;
  /** Delta links that were given out until now are no longer known. */
  expireDeltas(): void;
  knows(change: number): boolean;
  /** MIME differs between two readings of one message. */
  mimeVaries: boolean;
  /** Requests that are being worked on. */
  atOnce: number;
  /** The largest number of them that there was. */
  mostAtOnce: number;
}

/** An empty mailbox with the well-known folders. */
export function graphMailbox(): GraphMailbox {
  const folders = new Map<string, GraphFolder>(
    wellKnown.map((id) => [id, { id, displayName: id, parent: null }] as const),
  );
  const messages = new Map<string, GraphMessage>();
  const log: { at: number; id: string; folder: string }[] = [];
  let change = 0;
  let oldest = 0;
  const note = (message: GraphMessage, ...of: string[]) => {
    change += 1;
    for (const folder of new Set(of)) log.push({ at: change, id: message.id, folder });
    return { ...message, changed: change };
  };
  const edit = (id: string, edited: Editable) => {
    const before = messages.get(id);
    if (!before) return;
    const after = { ...before, ...edited };
    messages.set(id, note(after, before.folder, after.folder));
  };
  return {
    account: {
      ...{ id: randomUUID(), enabled: true, licensed: true, synchronised: false, purpose: "user", served: true },
    },
    calendar: { id: `AAMkC${randomBytes(24).toString("base64url")}AAA=`, properties: new Map() },
    folders,
    messages,
    addFolder: (displayName, parent = null) => {
      const same = (one: GraphFolder) =>
        one.parent === parent && one.displayName.toLowerCase() === displayName.toLowerCase();
      if ([...folders.values()].some(same)) return null;
      const folder = { id: `AAMkF${randomBytes(24).toString("base64url")}AAA=`, displayName, parent };
      folders.set(folder.id, folder);
      return folder;
    },
    add: (raw, { folder = "inbox", receivedAt = Date.now(), draft = false } = {}) => {
      // Letters and signs that must be escaped in a path.
      const id = `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${randomBytes(20).toString("base64url")}/+_AAA=`;
      const message = note(
        {
          ...{ id, raw, withoutFiles: raw, attachments: [], receivedAt, draft, folder },
          ...{ isRead: false, categories: [], changed: 0 },
        },
        folder,
      );
      messages.set(id, message);
      return message;
    },
    change: edit,
    move: (id, folder) => edit(id, { folder }),
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
    mimeVaries: false,
    atOnce: 0,
    mostAtOnce: 0,
  };
}

/** The id as this client sees it: one that stays, or one that changes when the message moves. */
export const shownId = ({ id, folder }: Pick<GraphMessage, "id" | "folder">, immutable: boolean): string =>
  // Only letters that need no escape: clients that ask for no immutable ids do not escape them.
  immutable ? id : `AAMk.${Buffer.from(folder).toString("base64url")}.${Buffer.from(id).toString("base64url")}`;

/** The message of an id of either kind; `undefined` if it is gone, or has moved since an id of the second kind was given. */
export function messageOf(mailbox: GraphMailbox, given: string): GraphMessage | undefined {
  const [, folder, id] = /^AAMk\.([\w-]+)\.([\w-]+)$/.exec(given) ?? [];
  const message = mailbox.messages.get(id ? Buffer.from(id, "base64url").toString() : given);
  return folder && message?.folder !== Buffer.from(folder, "base64url").toString() ? undefined : message;
}

/** A message as Graph shows it. */
export function shownMessage(message: GraphMessage, immutable: boolean): Record<string, unknown> {
  const head = message.raw.subarray(0, 64 * 1024).toString("latin1");
  const fields = head
    .slice(0, /\r?\n\r?\n/.exec(head)?.index)
    .replace(/\r?\n[ \t]+/g, " ")
    .split(/\r?\n/)
    .map((line) => /^([^:\s]+):\s*(.*)$/.exec(line))
    .flatMap((match) => (match ? [{ name: match[1], value: match[2] }] : []));
  return {
    "@odata.etag": `W/"${message.changed}"`,
    id: shownId(message, immutable),
    receivedDateTime: new Date(message.receivedAt).toISOString().replace(/\.\d+/, ""),
    sentDateTime: new Date(message.receivedAt).toISOString().replace(/\.\d+/, ""),
    subject: headerValue(message.raw, "Subject") ?? "",
    isDraft: message.draft,
    isRead: message.isRead,
    categories: message.categories,
    hasAttachments: message.attachments.some(({ isInline }) => !isInline),
    parentFolderId: message.folder,
    internetMessageId: headerValue(message.raw, "Message-ID") ?? "",
    internetMessageHeaders: fields,
  };
}
