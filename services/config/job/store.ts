import type { LeaseFilter } from "@mailfleet/kit";
import type { Collection, Filter, Store } from "@mailfleet/store";
import { type JobBody, type JobResult, jobCollection } from "./body.ts";

/** What works on jobs asks and writes beside their documents. Every write names the fence of the job's lease. */
export function createJobStore(store: Store) {
  const jobs: Collection<JobBody & { _id: string }> = store.db.collection(jobCollection);
  const write = async (filter: LeaseFilter, update: object) =>
    (await jobs.updateOne(filter as Filter<JobBody & { _id: string }>, update as never)).matchedCount > 0;
  return {
    /** Ids of jobs that are not done, oldest first. */
    async running(limit: number) {
      const found = await jobs
        .find({ state: "running" }, { projection: { _id: 1 } })
        .sort({ createdAt: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id }) => String(_id));
    },
    /** Writes results by index of the item. `false`: the lease is another's. */
    record: (filter: LeaseFilter, results: ReadonlyMap<number, JobResult>) =>
      write(filter, {
        $set: Object.fromEntries([...results].map(([index, result]) => [`items.${index}.result`, result])),
        $inc: { done: results.size, failed: [...results.values()].filter(({ ok }) => !ok).length },
      }),
    finish: (filter: LeaseFilter) => write(filter, { $set: { state: "done" } }),
  };
}
export type JobStore = ReturnType<typeof createJobStore>;
