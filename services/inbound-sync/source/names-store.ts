import { hash } from "node:crypto";
import { Binary, bytesOf, type Collection, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { SourceLease } from "./store.ts";

/** Bytes of a name, a content and a header: with 100,000 messages two meet by chance once in a billion mailboxes. */
const shortBytes = 8;
const entryBytes = 3 * shortBytes + 4;
/** More documents than this are rewritten together, with so many names in each. */
const mostDocuments = 50;
const mostEntries = 200_000;

/** What is known of a message under the name that its server has for it. */
export interface Named {
  readonly name: string;
  /** Octets as the server lists them; `null`: it does not say. */
  readonly size: number | null;
  /** `fingerprintOf` its bytes; `null`: it was passed over unread. */
  readonly fingerprint: string | null;
  /** What stays the same when a server adds fields of its own; `null`: not known. */
  readonly digest: string | null;
}

/** An entry as it is kept. */
interface Entry {
  readonly content: string;
  readonly header: string;
  readonly size: number;
}

/** Some names of a mailbox, in one write: what came, then what is gone. Documents are read in the order of their ids. */
interface NamesDocument {
  /** `<mailboxId>/<fence>-<number>`: what a process writes that has lost its lease stands before what its successor writes. */
  readonly _id: string;
  readonly entries: Binary;
  readonly gone?: Binary;
  /** What to delete on the server, by name, until a listing shows that it is gone. */
  readonly toDelete?: readonly string[];
  readonly deleted?: readonly string[];
}

/** Names of what is done with and still listed, read once at the beginning of a run. */
export interface Names {
  /**
   * True if the message of this name is done with. If its size or header is another one it is not: a server may use a
   * name again for another message once the first one is gone (RFC 1939 §7).
   */
  has(name: string, size?: number | null, digest?: string): boolean;
  /** The fingerprint of what had this name; `null`: nothing had, or it was passed over unread. */
  contentOf(name: string): string | null;
  /** True if what had this name had this header. */
  hadHeader(name: string, digest: string): boolean;
  /** Fingerprints of everything that has a name. */
  contents(): Iterable<string>;
  /** What to delete on the server, until a listing shows that it is gone. */
  readonly toDelete: readonly string[];
  /** Remembers more, in one small write; after the cursor moved and said which facts may be missing. */
  add(named: readonly Named[], toDelete: readonly string[]): Promise<void>;
  /** Forgets what a complete listing no longer has. */
  keepOnly(listed: ReadonlySet<string>): Promise<void>;
}

const nothing = "\0".repeat(shortBytes);
const shortOf = (text: string) => hash("sha256", text, "binary").slice(0, shortBytes);
const binary = (text: string) => new Binary(Buffer.from(text, "latin1"));
const textOf = (packed: Binary | undefined) => (packed ? Buffer.from(bytesOf(packed)).toString("latin1") : "");

function pack(entries: readonly (readonly [string, Entry])[]): Binary {
  const bytes = Buffer.alloc(entries.length * entryBytes);
  entries.forEach(([name, { content, header, size }], index) => {
    const at = index * entryBytes;
    bytes.write(name + content + header, at, "latin1");
    bytes.writeUInt32BE(size, at + 3 * shortBytes);
  });
  return new Binary(bytes);
}

function* unpack(packed: Binary): Generator<[string, Entry]> {
  const bytes = Buffer.from(bytesOf(packed));
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const part = (from: number) => bytes.toString("latin1", at + from, at + from + shortBytes);
    const size = bytes.readUInt32BE(at + 3 * shortBytes);
    yield [part(0), { content: part(shortBytes), header: part(2 * shortBytes), size }];
  }
}

/**
 * The collection `names`, for protocols without a position (POP3), or whose position can be lost (Gmail): by which
 * names the server lists what is done with. It outlives the messages themselves, which go after their retention time.
 */
export function createNamesStore(store: Store) {
  const names: Collection<NamesDocument> = store.db.collection<NamesDocument>(collections.names.name);
  const ofMailbox = (mailboxId: string) => ({ _id: { $gte: `${mailboxId}/`, $lt: `${mailboxId}0` } });

  return {
    async load(lease: SourceLease): Promise<Names> {
      const mailboxId = lease.key;
      const own = `${mailboxId}/${String(lease.filter["lease.fence"]).padStart(16, "0")}-`;
      const entries = new Map<string, Entry>();
      // Each name is looked up several times in a run.
      const shorts = new Map<string, string>();
      const short = (name: string) => {
        const known = shorts.get(name) ?? shortOf(name);
        shorts.set(name, known);
        return known;
      };
      const toDelete = new Set<string>();
      const read: string[] = [];
      let written = 0;
      for await (const document of names.find(ofMailbox(mailboxId)).sort({ _id: 1 })) {
        read.push(document._id);
        if (document._id.startsWith(own)) written = Number(document._id.slice(own.length));
        for (const [name, entry] of unpack(document.entries)) entries.set(name, entry);
        const gone = textOf(document.gone);
        for (let at = 0; at < gone.length; at += shortBytes) entries.delete(gone.slice(at, at + shortBytes));
        for (const name of document.toDelete ?? []) toDelete.add(name);
        for (const name of document.deleted ?? []) toDelete.delete(name);
      }

      const write = async (document: Omit<NamesDocument, "_id">) => {
        written += 1;
        const _id = own + String(written).padStart(6, "0");
        await names.insertOne({ _id, ...document });
        read.push(_id);
      };
      const hex = (content: string) => Buffer.from(content, "latin1").toString("hex");

      return {
        has(name, size = null, digest) {
          const entry = entries.get(short(name));
          if (entry === undefined || (size !== null && entry.size !== 0 && entry.size !== size >>> 0)) return false;
          return digest === undefined || entry.header === nothing || entry.header === shortOf(digest);
        },
        contentOf(name) {
          const content = entries.get(short(name))?.content ?? nothing;
          return content === nothing ? null : hex(content);
        },
        hadHeader: (name, digest) => entries.get(short(name))?.header === shortOf(digest),
        *contents() {
          for (const { content } of entries.values()) if (content !== nothing) yield hex(content);
        },
        get toDelete() {
          return [...toDelete];
        },
        async add(named, deletable) {
          const added = named.map(({ name, size, fingerprint, digest }): [string, Entry] => [
            short(name),
            {
              content: fingerprint === null ? nothing : Buffer.from(fingerprint, "hex").toString("latin1"),
              header: digest === null ? nothing : shortOf(digest),
              size: (size ?? 0) >>> 0,
            },
          ]);
          for (const [name, entry] of added) entries.set(name, entry);
          for (const name of deletable) toDelete.add(name);
          await write({ entries: pack(added), ...(deletable.length > 0 && { toDelete: deletable }) });
        },
        async keepOnly(listed) {
          const there = new Set([...listed].map(short));
          const gone = [...entries.keys()].filter((name) => !there.has(name));
          const deleted = [...toDelete].filter((name) => !listed.has(name));
          for (const name of gone) entries.delete(name);
          for (const name of deleted) toDelete.delete(name);
          if (gone.length + deleted.length > 0)
            await write({ entries: pack([]), gone: binary(gone.join("")), ...(deleted.length > 0 && { deleted }) });
          if (read.length <= mostDocuments) return;
          const before = read.splice(0);
          const all = [...entries];
          // Written before the old ones go: a crash in between leaves both, which is harmless.
          for (let at = 0; at < all.length; at += mostEntries)
            await write({ entries: pack(all.slice(at, at + mostEntries)) });
          if (toDelete.size > 0) await write({ entries: pack([]), toDelete: [...toDelete] });
          // Only what this run read: a process that has taken over since then may have remembered more.
          await names.deleteMany({ _id: { $in: before } });
        },
      };
    },

    async remove(mailboxId: string) {
      await names.deleteMany(ofMailbox(mailboxId));
    },
  };
}
export type NamesStore = ReturnType<typeof createNamesStore>;
