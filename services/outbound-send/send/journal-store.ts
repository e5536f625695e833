import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";

/**
 * What one process may have with servers at the moment. Its lease, in the field `lease`, says whether the process
 * lives.
 */
export interface JournalDocument {
  readonly _id: string;
  /** `<send>:<attempt>` of each. */
  readonly wire?: readonly string[];
  /** What servers said to some of them, and is not written down in their sends yet. */
  readonly answers?: Readonly<Record<string, string>>;
  /**
   * Another process has begun to take over: what this one had claimed no longer belongs to it, even if it gets the
   * lease again.
   */
  readonly takenOver?: true;
  readonly lease?: { readonly owner: string | null; readonly until: Date | null };
}

/** What is new in a journal. */
export interface JournalWrite {
  readonly entered?: readonly string[];
  /** By entry. */
  readonly answers?: readonly (readonly [entry: string, answer: string])[];
  readonly left?: readonly string[];
}

/** The collection `sendJournals`: one small document for each process that sends. */
export function createJournalStore(store: Store) {
  const journals: Collection<JournalDocument> = store.db.collection<JournalDocument>(collections.journals.name);
  return {
    /**
     * Adds and takes away, under the lease that the filter names. False: the lease is lost, and nothing was written.
     */
    write: async (lease: { readonly _id: string }, { entered = [], answers = [], left = [] }: JournalWrite) => {
      const rest = { $setDifference: [{ $ifNull: ["$wire", []] }, { $literal: left }] };
      const said = answers.map(([entry, answer]) => [`answers.${entry}`, { $literal: answer }] as const);
      const update = [
        { $set: { wire: { $setUnion: [rest, { $literal: entered }] }, ...Object.fromEntries(said) } },
        ...(left.length > 0 ? [{ $unset: left.map((entry) => `answers.${entry}`) }] : []),
      ];
      return (await journals.updateMany({ ...lease }, update)).matchedCount > 0;
    },
    /** Some of the journals whose processes have not renewed them in time. */
    abandoned: async (limit: number) => {
      const over = { $lte: [{ $ifNull: ["$lease.until", new Date(0)] }, "$$NOW"] };
      // Not the same ones each time: some cannot be taken over for as long as nothing can be learnt about a mailbox.
      const found = await journals
        .aggregate<Pick<JournalDocument, "_id">>([
          { $match: { $expr: over } },
          { $sample: { size: limit } },
          { $project: { _id: 1 } },
        ])
        .toArray();
      return found.map(({ _id }) => _id);
    },
    /** Those of these names under which there is no journal. */
    missing: async (owners: readonly string[]) => {
      const there = await journals.find({ _id: { $in: [...owners] } }, { projection: { _id: 1 } }).toArray();
      return owners.filter((owner) => !there.some(({ _id }) => _id === owner));
    },
    /** Its process gets it back no more. False: the lease is lost. */
    takeOver: async (lease: { readonly _id: string }) =>
      (await journals.updateMany({ ...lease }, { $set: { takenOver: true } })).matchedCount > 0,
    remove: async (lease: { readonly _id: string }) => {
      await journals.deleteMany({ ...lease });
    },
  };
}
export type JournalStore = ReturnType<typeof createJournalStore>;
