import { randomBytes } from "node:crypto";

/** Folders that every mailbox has: distinguished name, name for people, where it lies, and what is in it. */
const distinguished: readonly (readonly [
  name: string,
  displayName: string,
  parent: string | null,
  kind?: FolderKind,
])[] = [
  ["root", "", null],
  ["msgfolderroot", "Top of Information Store", "root"],
  ["inbox", "Inbox", "msgfolderroot"],
  ["drafts", "Drafts", "msgfolderroot"],
  ["sentitems", "Sent Items", "msgfolderroot"],
  ["deleteditems", "Deleted Items", "msgfolderroot"],
  ["outbox", "Outbox", "msgfolderroot"],
  ["junkemail", "Junk Email", "msgfolderroot"],
  ["calendar", "Calendar", "msgfolderroot", "Calendar"],
  ["contacts", "Contacts", "msgfolderroot", "Contacts"],
  ["tasks", "Tasks", "msgfolderroot", "Tasks"],
];

/** What is in a folder that has no messages. */
type FolderKind = "Calendar" | "Contacts" | "Tasks";

/** A folder of a mailbox. */
export interface EwsFolder {
  readonly id: string;
  /** Distinguished name; absent: somebody made it. */
  readonly name?: string;
  readonly displayName: string;
  readonly parent: string | null;
  /** Absent: messages. */
  readonly kind?: FolderKind;
  /** The caller may only read it. */
  readonly readOnly?: boolean;
  /** Extended properties by the text that names them. */
  readonly extended?: Readonly<Record<string, string>>;
  /** Place in the order of the mailbox's changes. */
  readonly changed: number;
}

/** A message in a mailbox; never changed in place. */
export interface EwsItem {
  readonly id: string;
  readonly folder: string;
  readonly raw: Buffer;
  readonly receivedAt: number;
  readonly draft: boolean;
  readonly isRead: boolean;
  readonly categories: readonly string[];
  /** Extended properties by the text that names them. */
  readonly extended: Readonly<Record<string, string>>;
  /** Place in the order of the mailbox's changes when it came and when it last changed; the latter is its change key. */
  readonly created: number;
  readonly changed: number;
}

export type EwsChangeKind = "create" | "update" | "read" | "delete";
type Editable = Partial<Pick<EwsItem, "raw" | "isRead" | "categories" | "extended" | "draft">>;

/** One thing that happened in a folder. */
interface EwsChange {
  readonly at: number;
  readonly folder: string;
  readonly id: string;
  readonly kind: EwsChangeKind;
}

/** A mailbox of an Exchange server in memory. */
export interface EwsMailbox {
  readonly address: string;
  readonly folders: ReadonlyMap<string, EwsFolder>;
  readonly items: ReadonlyMap<string, EwsItem>;
  /** A folder by its distinguished name. */
  folder(name: string): EwsFolder | undefined;
  /** The messages of a folder with this distinguished name, oldest first. */
  in(name: string): EwsItem[];
  addFolder(displayName: string, parent: string): EwsFolder;
  editFolder(id: string, edited: Partial<Pick<EwsFolder, "readOnly" | "extended">>): EwsFolder | undefined;
  /** `folder`: an id; the inbox by default. */
  add(raw: Buffer, given?: Partial<Pick<EwsItem, "folder" | "receivedAt" | "draft" | "isRead" | "extended">>): EwsItem;
  edit(id: string, edited: Editable, kind?: EwsChangeKind): EwsItem | undefined;
  /** Into another folder, under a new id: as Exchange does it. */
  move(id: string, folder: string): EwsItem | undefined;
  remove(id: string): void;
  /** Every message gets a new id, and every sync state becomes invalid: after a restore into another database. */
  renewIds(): void;
  /** What happened in a folder after this change, oldest first, the last of each message. */
  changes(folder: string, since: number): EwsChange[];
  readonly lastChange: number;
  /** Ids of messages that cannot be made into MIME. */
  readonly unreadable: Set<string>;
  /** Sync states that were given out until now are no longer valid. */
  expireSyncStates(): void;
  /** Names the sync states that are valid. */
  readonly generation: number;
  /** Requests that are being worked on, and the largest number of them that there was. */
  atOnce: number;
  mostAtOnce: number;
}

/** An id with letters that must be escaped nowhere, as long as Exchange's. */
const newId = (kind: string) => `AAMkAG${kind}${randomBytes(96).toString("base64").replaceAll("=", "A")}AAA=`;

/** An empty mailbox. */
export function ewsMailbox(address: string): EwsMailbox {
  const folders = new Map<string, EwsFolder>();
  const items = new Map<string, EwsItem>();
  const byName = new Map<string, EwsFolder>();
  let log: EwsChange[] = [];
  let [change, generation] = [0, 1];
  const note = (folder: string, id: string, kind: EwsChangeKind) => {
    change += 1;
    log.push({ at: change, folder, id, kind });
    return change;
  };
  for (const [name, displayName, parent, kind] of distinguished) {
    const parentId = parent === null ? null : (byName.get(parent)?.id ?? null);
    change += 1;
    const folder: EwsFolder = {
      id: newId("F"),
      name,
      displayName,
      parent: parentId,
      changed: change,
      ...(kind && { kind }),
    };
    byName.set(name, folder);
    folders.set(folder.id, folder);
  }
  const place = (item: Omit<EwsItem, "created" | "changed">): EwsItem => {
    const at = note(item.folder, item.id, "create");
    const placed = { ...item, created: at, changed: at };
    items.set(item.id, placed);
    return placed;
  };
  const remove = (id: string) => {
    const item = items.get(id);
    if (item && items.delete(id)) note(item.folder, id, "delete");
  };
  const inbox = byName.get("inbox")?.id ?? "";
  return {
    ...{ address, folders, items, unreadable: new Set<string>(), atOnce: 0, mostAtOnce: 0 },
    folder: (name) => byName.get(name),
    in: (name) => [...items.values()].filter(({ folder }) => folder === byName.get(name)?.id),
    addFolder: (displayName, parent) => {
      change += 1;
      const folder = { id: newId("F"), displayName, parent, changed: change };
      folders.set(folder.id, folder);
      return folder;
    },
    editFolder: (id, edited) => {
      const before = folders.get(id);
      if (!before) return undefined;
      change += 1;
      const after = { ...before, ...edited, changed: change };
      folders.set(id, after);
      if (after.name) byName.set(after.name, after);
      return after;
    },
    add: (raw, given = {}) =>
      place({
        ...{ id: newId("I"), folder: inbox, raw, receivedAt: Date.now(), draft: false, isRead: false },
        ...{ categories: [], extended: {} },
        ...given,
      }),
    edit: (id, edited, kind = "update") => {
      const item = items.get(id);
      if (!item) return undefined;
      const after = { ...item, ...edited, changed: note(item.folder, id, kind) };
      items.set(id, after);
      return after;
    },
    move: (id, folder) => {
      const item = items.get(id);
      if (!item) return undefined;
      remove(id);
      return place({ ...item, id: newId("I"), folder });
    },
    remove,
    renewIds: () => {
      generation += 1;
      log = [];
      const all = [...items.values()];
      items.clear();
      for (const item of all) place({ ...item, id: newId("I") });
    },
    changes: (folder, since) => {
      const last = new Map<string, EwsChange>();
      for (const one of log) {
        if (one.at <= since || one.folder !== folder) continue;
        const before = last.get(one.id);
        last.delete(one.id);
        // A message that came and changed is still a new one; one that changed and was read has changed.
        const kind = before && one.kind !== "delete" && before.kind !== "read" ? before.kind : one.kind;
        last.set(one.id, { ...one, kind });
      }
      return [...last.values()];
    },
    get lastChange() {
      return change;
    },
    expireSyncStates: () => {
      generation += 1;
    },
    get generation() {
      return generation;
    },
  };
}
