import type { Collection, Store } from "@mailfleet/store";

/** Hexadecimal digits of a fingerprint: among 100,000 messages two meet by chance once in a billion mailboxes. */
const digits = 16;
/** More messages than this are a document of their own; fewer are added to the document of their day. */
const few = 50;

/** Some messages of a mailbox that were handed over. */
interface FingerprintDocument {
  readonly _id: string;
  /** Fingerprints, one after the other. */
  readonly of: string;
  /** What their batches have covered, in the words of the connector, one after the other. */
  readonly covers?: string;
}

/** What was handed over together. */
export interface HandedOver {
  readonly fingerprints: readonly string[];
  /** What it accounts for; absent where the connector has no words for it. */
  readonly covers?: string;
}

/** The content of a message in a few bytes: the beginning of its SHA-256. */
export function fingerprintOf({ sha256 }: { readonly sha256: string }): string {
  return sha256.slice(0, digits);
}

/**
 * The collection `fingerprints`: what was handed over of each mailbox, known by its content for as long as the
 * mailbox lives. Bodies expire, servers renumber, mail moves to another host or protocol; what was handed over is never
 * handed over again. Add fingerprints only after the cursor has moved past their messages.
 */
export function createFingerprintStore(store: Store) {
  const all: Collection<FingerprintDocument> = store.db.collection<FingerprintDocument>("fingerprints");
  const ofMailbox = (mailboxId: string) => ({ _id: { $gte: `${mailboxId}/`, $lt: `${mailboxId}0` } });

  return {
    async add(mailboxId: string, { fingerprints, covers = "" }: HandedOver, at: number) {
      if (fingerprints.length === 0 && covers === "") return;
      const day = `${mailboxId}/${new Date(at).toISOString().slice(0, 10)}`;
      const of = fingerprints.join("");
      if (fingerprints.length >= few) {
        await all.insertOne({ _id: `${day}/${crypto.randomUUID()}`, of, covers });
        return;
      }
      const longer = (name: string, added: string) => ({ $concat: [{ $ifNull: [name, ""] }, added] });
      const more = { of: longer("$of", of), covers: longer("$covers", covers && ` ${covers}`) };
      await all.updateOne({ _id: day }, [{ $set: more }], { upsert: true });
    },

    /** What batches have covered so far. */
    async covers(mailboxId: string) {
      const found: string[] = [];
      for await (const { covers = "" } of all.find(ofMailbox(mailboxId), { projection: { covers: 1 } }))
        found.push(...covers.split(" ").filter((one) => one !== ""));
      return found;
    },

    /** How many messages with each content were handed over. */
    async count(mailboxId: string) {
      const counts = new Map<string, number>();
      for await (const { of } of all.find(ofMailbox(mailboxId), { projection: { of: 1 } }))
        for (let at = 0; at < of.length; at += digits) {
          const one = of.slice(at, at + digits);
          counts.set(one, (counts.get(one) ?? 0) + 1);
        }
      return counts;
    },

    async remove(mailboxId: string) {
      await all.deleteMany(ofMailbox(mailboxId));
    },
  };
}
export type FingerprintStore = ReturnType<typeof createFingerprintStore>;
