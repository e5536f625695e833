import { createHash } from "node:crypto";
import { Binary, bytesOf, type Collection, type Store } from "@mailfleet/store";

/** Bytes of a fingerprint: with 100,000 messages in a mailbox two of them meet once in a billion mailboxes. */
const fingerprintBytes = 8;

/** Some messages of a mailbox that were handed over, or passed over, in one write. */
interface HandledDocument {
  /** `<mailboxId>/<uuid>`: a process that lost the lease and still writes disturbs nobody. */
  readonly _id: string;
  readonly mailboxId: string;
  readonly fingerprints: Binary;
  /** What to delete on the server, by identity, until a listing shows that it is gone. */
  readonly toDelete?: readonly string[];
}

/** What was handed over of one mailbox, read once at the beginning of a run. */
export interface HandledMessages {
  has(identity: string): boolean;
  /** What to delete on the server, until a listing shows that it is gone. */
  readonly toDelete: readonly string[];
  readonly size: number;
  /**
   * Remembers more, in one small write; after the cursor moved and said which facts may be missing. `toDelete`: those
   * of them to delete on the server.
   */
  add(identities: readonly string[], toDelete: readonly string[]): Promise<void>;
  /** A listing shows that they are gone. */
  deleted(identities: readonly string[]): Promise<void>;
  /** Forgets what is no longer among these, and rewrites the rest together. */
  keepOnly(identities: readonly string[]): Promise<void>;
}

/**
 * The collection `handledMessages`, for protocols without a position (POP3), or whose position can be lost (Gmail). It
 * outlives the messages themselves, which go after their retention time: what lies on the server for years must not
 * come a second time.
 */
export interface HandledStore {
  load(mailboxId: string): Promise<HandledMessages>;
  remove(mailboxId: string): Promise<void>;
}

const fingerprint = (identity: string) =>
  createHash("sha256").update(identity).digest().subarray(0, fingerprintBytes).toString("latin1");
const pack = (fingerprints: Iterable<string>) => new Binary(Buffer.from([...fingerprints].join(""), "latin1"));

/** Makes the index, then the store. One reader at a time: the holder of the mailbox's lease. */
export async function createHandledStore(store: Store): Promise<HandledStore> {
  const handled: Collection<HandledDocument> = store.db.collection<HandledDocument>("handledMessages");
  await handled.createIndex({ mailboxId: 1 }, { name: "mailbox" });

  return {
    async load(mailboxId) {
      const newId = () => `${mailboxId}/${crypto.randomUUID()}`;
      const known = new Set<string>();
      const toDelete = new Set<string>();
      const ids: string[] = [];
      for await (const document of handled.find({ mailboxId })) {
        ids.push(document._id);
        const text = Buffer.from(bytesOf(document.fingerprints)).toString("latin1");
        for (let at = 0; at < text.length; at += fingerprintBytes) known.add(text.slice(at, at + fingerprintBytes));
        for (const identity of document.toDelete ?? []) toDelete.add(identity);
      }
      return {
        has: (identity) => known.has(fingerprint(identity)),
        get toDelete() {
          return [...toDelete];
        },
        get size() {
          return known.size;
        },
        async add(identities, deletable) {
          const fingerprints = identities.map(fingerprint);
          const _id = newId();
          await handled.insertOne({
            _id,
            mailboxId,
            fingerprints: pack(fingerprints),
            ...(deletable.length > 0 ? { toDelete: deletable } : {}),
          });
          ids.push(_id);
          for (const one of fingerprints) known.add(one);
          for (const identity of deletable) toDelete.add(identity);
        },
        async deleted(identities) {
          for (const identity of identities) toDelete.delete(identity);
          await handled.updateMany(
            { mailboxId, toDelete: { $exists: true } },
            { $pullAll: { toDelete: [...identities] } },
          );
        },
        async keepOnly(identities) {
          const kept = new Set(identities.map(fingerprint).filter((one) => known.has(one)));
          // Written before the old ones go: a crash in between leaves both, which is harmless.
          const _id = newId();
          await handled.insertOne({
            _id,
            mailboxId,
            fingerprints: pack(kept),
            ...(toDelete.size > 0 ? { toDelete: [...toDelete] } : {}),
          });
          // Only what this run knows: a process that has taken over since then may have remembered more.
          await handled.deleteMany({ _id: { $in: ids } });
          ids.splice(0, ids.length, _id);
          known.clear();
          for (const one of kept) known.add(one);
        },
      };
    },
    async remove(mailboxId) {
      await handled.deleteMany({ mailboxId });
    },
  };
}
