import type { LeaseFilter } from "@mailfleet/kit";
import type { Collection, Filter, Store } from "@mailfleet/store";
import { type JobBody, type JobResult, jobCollection } from "./body.ts";

/** The lease is nobody's, by the clock of the database. */
const free = { $lte: [{ $ifNull: ["$lease.until", new Date(0)] }, "$$NOW"] };

/** What works on jobs asks and writes beside their documents. Every write names the fence of the job's lease. */
export function createJobStore(store: Store) {
  const jobs: Collection<JobBody & { _id: string }> = store.db.collection(jobCollection);
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
    /** Whether there is a job on which no process works. */
    async oneWaits() {
      return (await jobs.findOne({ state: "running", $expr: free }, { projection: { _id: 1 } })) !== null;
    },
    /** Writes results by index of the item, and says how far the job is then. `null`: the lease is another's. */
    async record(filter: LeaseFilter, results: ReadonlyMap<number, JobResult>) {
      const update = {
        $set: Object.fromEntries([...results].map(([index, result]) => [`items.${index}.result`, result])),
        $inc: { done: results.size, failed: [...results.values()].filter(({ ok }) => !ok).length },
      };
      const found = await jobs.findOneAndUpdate(filter as Filter<JobBody & { _id: string }>, update as never, {
        ...{ returnDocument: "after", projection: { state: 1, done: 1, failed: 1 } },
      });
      return found && { state: found.state, done: found.done, failed: found.failed };
    },
  };
}
export type JobStore = ReturnType<typeof createJobStore>;
