import type { Collection, Document, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { SourceDocument } from "../source/document.ts";
import type { WatcherDocument, Watching } from "./document.ts";
import { restAnew } from "./rest-anew.ts";

/** A mailbox whose watch this process has. */
export interface HeldWatch {
  readonly mailboxId: string;
  /** Of the direction now; `null`: it does not run, and nobody is to wait. */
  readonly generation: number | null;
  readonly watching: Watching;
  readonly found: SourceDocument["found"];
  /** When the last run that read to the end began. */
  readonly listedAt: number;
}

/** A mailbox whose watch a process may take. */
export interface FreeWatch {
  readonly mailboxId: string;
  /** Who had it last, or has it. */
  readonly holder: string | null;
  /** Its holder lives, and keeps its connection until another one is open. */
  readonly offered: boolean;
}

/**
 * Who watches what, in the documents of `sources`. A process that holds watches has one lease, on its document in
 * `watchers`, and is named in each of them: idle mailboxes cost no writes. A watch whose holder has lost its lease is
 * free. Every method throws an outage while MongoDB is away.
 */
export function createWatchStore(store: Store) {
  const sources: Collection<SourceDocument> = store.db.collection<SourceDocument>(collections.sources.name);
  const watchers = store.db.collection<WatcherDocument>(collections.watchers.name);

  /** With the type, or the index is not used, and all documents are read. */
  const heldBy = (holders: readonly string[]): Document => ({
    "watching.holder": { $in: [...holders], $type: "string" },
  });
  /** Of a rest that is over for another reason than time, `restAnew` has taken the end away. */
  const free = (living: readonly string[], at: number): Document => ({
    "expected.expects": "success",
    "watching.holder": { $nin: [...living] },
    "watching.restUntil": { $not: { $gt: at } },
  });

  return {
    /** Processes whose lease holds, how often each has given watches up, whether it offers some, and whether it stops. */
    async living() {
      const holds = { $expr: { $gt: ["$lease.until", "$$NOW"] } };
      const options = { projection: { gaveUp: 1, offers: 1, leaving: 1 }, sort: { _id: 1 } } as const;
      const found = await watchers.find(holds, options).toArray();
      return found.map(({ _id, gaveUp = 0, offers = false, leaving = false }) => ({ _id, gaveUp, offers, leaving }));
    },

    /** Says to the others that watches are to be had, or were taken. */
    async tellMoved(holder: string) {
      await watchers.updateOne({ _id: holder }, { $inc: { gaveUp: 1 } });
    },

    async held(holder: string) {
      const projection = { "expected.expects": 1, "expected.generation": 1, watching: 1, listedAt: 1, found: 1 };
      const all = await sources.find(heldBy([holder]), { projection }).toArray();
      return all.map(({ _id, expected, watching, found, listedAt = 0 }) => ({
        mailboxId: _id,
        generation: expected?.expects === "success" ? expected.generation : null,
        watching: watching as Watching,
        found,
        listedAt,
      }));
    },

    /** Mailboxes that run and are watched by none of these. */
    async free(living: readonly string[], at: number, limit: number) {
      const found = await sources
        .find(free(living, at), { projection: { "watching.holder": 1 } })
        .limit(limit)
        .toArray();
      return found.map(({ _id, watching }) => ({ mailboxId: _id, holder: watching?.holder ?? null, offered: false }));
    },

    /** Watches that these processes offer. */
    async offered(holders: readonly string[], limit: number) {
      const found = await sources
        .find({ ...heldBy(holders), "watching.offered": true, "expected.expects": "success" })
        .project<Pick<SourceDocument, "_id" | "watching">>({ "watching.holder": 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, watching }) => ({ mailboxId: _id, holder: watching?.holder ?? null, offered: true }));
    },

    /** Others may take these of its own, or all. False: that was so before. */
    async offer(holder: string, mailboxIds?: readonly string[]) {
      const own = { ...(mailboxIds && { _id: { $in: [...mailboxIds] } }), ...heldBy([holder]) };
      const not = { ...own, "watching.offered": { $ne: true } };
      return (await sources.updateMany(not, { $set: { "watching.offered": true } })).modifiedCount > 0;
    },

    /** Which of these another process has, and is about to open beside the connection of this one. */
    async notOpened(holder: string, mailboxIds: readonly string[]) {
      const another = { "watching.holder": { $type: "string", $ne: holder }, "watching.state": "polling" };
      const filter = { ...another, "watching.noRoom": { $ne: true }, "expected.expects": "success" };
      const found = await sources
        .find({ _id: { $in: [...mailboxIds] }, ...filter }, { projection: { _id: 1 } })
        .toArray();
      return found.map(({ _id }) => _id);
    },

    /** How many watches are held by these processes, or free. */
    async count(living: readonly string[], at: number) {
      const all = [heldBy(living), free(living, at)];
      const [held = 0, unheld = 0] = await Promise.all(all.map((some) => sources.countDocuments(some)));
      return held + unheld;
    },

    /** Takes those that nobody else has taken meanwhile, with the present generation. */
    async claim(holder: string, at: number, all: readonly FreeWatch[]) {
      const byHolder = Map.groupBy(all, (one) => one.holder);
      for (const [before, some] of byHolder) {
        const offered = some.some((one) => one.offered);
        // Until it is open here, its last holder's connection is the one that counts.
        const own = {
          ...{ holder, generation: "$expected.generation", offered: false, noRoom: false },
          ...(offered && { state: "polling", since: at }),
        };
        await sources.updateMany(
          {
            _id: { $in: some.map(({ mailboxId }) => mailboxId) },
            "watching.holder": before,
            ...(offered && { "watching.offered": true }),
            "expected.expects": "success",
          },
          [{ $set: { watching: { $mergeObjects: ["$watching", own] } } }],
        );
      }
    },

    /** Says to the others that some of its own are to be had, or no more. */
    async tellOffers(holder: string, offers: boolean) {
      await watchers.updateOne({ _id: holder }, { $set: { offers }, $inc: { gaveUp: 1 } });
    },

    async tellLeaving(holder: string) {
      await watchers.updateOne({ _id: holder }, { $set: { leaving: true } });
    },

    /** Lets others have these of its own; all of them where none is named. */
    async leave(holder: string, at: number, mailboxIds?: readonly string[]) {
      const nobody = { holder: null, offered: false, state: "polling", since: at, why: null } as const;
      const own = { ...(mailboxIds && { _id: { $in: [...mailboxIds] } }), ...heldBy([holder]) };
      await sources.updateMany(own, { $set: within(nobody) });
    },

    /** How far the mailbox was read; `null`: not at all, or it is gone. */
    async cursor(mailboxId: string) {
      return (await sources.findOne({ _id: mailboxId }, { projection: { cursor: 1 } }))?.cursor ?? null;
    },

    /** Nobody is to watch it until then, whoever does now. */
    async giveWay(mailboxId: string, { at, until, why }: { at: number; until: number; why: string }) {
      const given: Partial<Watching> = { state: "polling", since: at, why, restUntil: until, crowded: true };
      await sources.updateOne({ _id: mailboxId, watching: { $exists: true } }, { $set: within(given) });
    },

    /** Writes as the holder. False: it is not any more. */
    async note(holder: string, mailboxId: string, change: Partial<Watching>) {
      const own = { _id: mailboxId, "watching.holder": holder };
      const literal = Object.entries(within(change)).map(([name, value]) => [name, { $literal: value }]);
      const { matchedCount } = await sources.updateOne(own, [{ $set: Object.fromEntries(literal) }, restAnew]);
      return matchedCount > 0;
    },
  };
}
export type WatchStore = ReturnType<typeof createWatchStore>;

/** As fields of a source. */
function within(change: Partial<Watching>): Document {
  return Object.fromEntries(Object.entries(change).map(([name, value]) => [`watching.${name}`, value]));
}
