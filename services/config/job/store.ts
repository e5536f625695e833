import type { ListQuery } from "@mailfleet/kit";
import { type Collection, isDuplicateKey, pageFilter, type Store } from "@mailfleet/store";
import type { JobDocument, JobItem } from "./document.ts";

/** A job with its counts, without its items. */
export type JobSummary = Omit<JobDocument, "items"> & { total: number; done: number; failed: number };

/** The collection `jobs`. */
export interface JobStore {
  /** `false`: there is a job with this id already; nothing was written. */
  insert(job: JobDocument): Promise<boolean>;
  load(id: string): Promise<JobDocument | null>;
  /** A running job that nobody works on, leased to the caller until `until`; `null` if there is none. */
  claim(now: number, until: number, id?: string): Promise<JobDocument | null>;
  /** Writes results by index of the item and renews the lease. */
  record(id: string, results: ReadonlyMap<number, NonNullable<JobItem["result"]>>, until: number): Promise<void>;
  finish(id: string): Promise<void>;
  list(query: ListQuery): Promise<JobSummary[]>;
}

/** Makes the indexes, then the store. */
export async function createJobStore(store: Store): Promise<JobStore> {
  const jobs: Collection<JobDocument> = store.db.collection<JobDocument>("jobs");
  await jobs.createIndexes([
    { key: { createdAt: -1, _id: -1 }, name: "newest" },
    { key: { leasedUntil: 1 }, name: "running", partialFilterExpression: { state: "running" } },
    { key: { expireAt: 1 }, name: "old", expireAfterSeconds: 0 },
  ]);
  return {
    async insert(job) {
      try {
        await jobs.insertOne(job);
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },

    load: (id) => jobs.findOne({ _id: id }),

    claim: (now, until, id) =>
      jobs.findOneAndUpdate(
        { state: "running", leasedUntil: { $lte: now }, ...(id === undefined ? {} : { _id: id }) },
        { $set: { leasedUntil: until } },
        { returnDocument: "after", sort: { leasedUntil: 1 } },
      ),

    async record(id, results, until) {
      const set = Object.fromEntries([...results].map(([index, result]) => [`items.${index}.result`, result]));
      await jobs.updateOne({ _id: id }, { $set: { ...set, leasedUntil: until } } as never);
    },

    async finish(id) {
      await jobs.updateOne({ _id: id }, { $set: { state: "done" } });
    },

    list: (query) =>
      jobs
        .aggregate<JobSummary>([
          { $match: pageFilter(query) },
          { $sort: { createdAt: -1, _id: -1 } },
          { $limit: query.limit },
          {
            $set: {
              total: { $size: "$items" },
              done: { $size: { $ifNull: ["$items.result", []] } },
              failed: countOf("$items.result", { $eq: ["$$one.ok", false] }),
            },
          },
          { $unset: "items" },
        ])
        .toArray(),
  };
}

const countOf = (input: string, cond: object) => ({ $size: { $filter: { input, as: "one", cond } } });
