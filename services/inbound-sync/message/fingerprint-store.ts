import { hash } from "node:crypto";
import { type Collection, groupWrites, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { StoredMessage } from "./document.ts";

/** Hexadecimal digits of a fingerprint: among 100,000 messages two meet by chance once in a billion mailboxes. */
const digits = 16;
/** More messages than this are a document of their own; fewer are added to the document of their day. */
const few = 50;

/** Of a message that says too little of itself to be known by it. */
const unlike = "0".repeat(digits);

/** Some messages of a mailbox that were handed over. */
interface FingerprintDocument {
  readonly _id: string;
  /** Fingerprints, one after the other. */
  readonly of: string;
  /** Their likenesses, in the same order. */
  readonly alike?: string;
  /** What their batches have covered, in the words of the connector, one after the other. */
  readonly covers?: string;
}

/** What is remembered of a message. */
export interface Remembered {
  readonly fingerprint: string;
  readonly likeness: string | null;
}

/** What was handed over together. */
export interface HandedOver {
  readonly messages: readonly Remembered[];
  /** What it accounts for; absent where the connector has no words for it. */
  readonly covers?: string;
}

/** The content of a message in a few bytes: the beginning of its SHA-256. */
export function fingerprintOf({ sha256 }: { readonly sha256: string }): string {
  return sha256.slice(0, digits);
}

/**
 * What stays the same where servers write a message anew, as Exchange does at each reading: Message-ID, date and sender;
 * and for those without a Message-ID or a date, which senders give again and again, sender, subject, and the second at
 * which the server took it in. The first is remembered; by any of them a message may be known again, because a server may
 * have added a Message-ID or a date.
 */
export function likenessesOf({
  messageId,
  date,
  from,
  subject,
  receivedAt,
}: Pick<StoredMessage, "messageId" | "date" | "from" | "subject" | "receivedAt">): readonly string[] {
  const sender = from[0]?.address?.toLowerCase() ?? null;
  const second = (at: number | null) => at && Math.floor(at / 1000);
  const short = (...said: unknown[]) => hash("sha256", JSON.stringify(said), "hex").slice(0, digits);
  return [
    ...(messageId === null || date === null ? [] : [short(messageId, second(date), sender)]),
    ...(sender === null && subject === null ? [] : [short(sender, subject, second(receivedAt))]),
  ];
}

/** What to remember of a message that is handed over. */
export function rememberedOf(message: StoredMessage): Remembered {
  return { fingerprint: fingerprintOf(message), likeness: likenessesOf(message)[0] ?? null };
}

/**
 * The collection `fingerprints`: what was handed over of each mailbox, known by its content for as long as the
 * mailbox lives. Bodies expire, servers renumber, mail moves to another host or protocol; what was handed over is never
 * handed over again. Add fingerprints only after the cursor has moved past their messages.
 */
export function createFingerprintStore(store: Store) {
  const all: Collection<FingerprintDocument> = store.db.collection<FingerprintDocument>(collections.fingerprints.name);
  const write = groupWrites(all);
  const ofMailbox = (mailboxId: string) => ({ _id: { $gte: `${mailboxId}/`, $lt: `${mailboxId}0` } });

  return {
    async add(mailboxId: string, { messages, covers = "" }: HandedOver, at: number) {
      if (messages.length === 0 && covers === "") return;
      const day = `${mailboxId}/${new Date(at).toISOString().slice(0, 10)}`;
      const of = messages.map(({ fingerprint }) => fingerprint).join("");
      const alike = messages.map(({ likeness }) => likeness ?? unlike).join("");
      if (messages.length >= few) {
        await write({ insertOne: { document: { _id: `${day}/${crypto.randomUUID()}`, of, alike, covers } } });
        return;
      }
      const longer = (name: string, added: string) => ({ $concat: [{ $ifNull: [name, ""] }, added] });
      const more = {
        of: longer("$of", of),
        alike: longer("$alike", alike),
        covers: longer("$covers", covers && ` ${covers}`),
      };
      await write({ updateOne: { filter: { _id: day }, update: [{ $set: more }], upsert: true } });
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

    /** By likeness, the contents that were handed over with it. */
    async alike(mailboxId: string) {
      const found = new Map<string, Set<string>>();
      for await (const { of, alike = "" } of all.find(ofMailbox(mailboxId), { projection: { of: 1, alike: 1 } }))
        for (let at = 0; at < alike.length; at += digits) {
          const likeness = alike.slice(at, at + digits);
          if (likeness === unlike) continue;
          const contents = found.get(likeness) ?? new Set();
          found.set(likeness, contents.add(of.slice(at, at + digits)));
        }
      return found;
    },

    async remove(mailboxId: string) {
      await all.deleteMany(ofMailbox(mailboxId));
    },
  };
}
export type FingerprintStore = ReturnType<typeof createFingerprintStore>;
