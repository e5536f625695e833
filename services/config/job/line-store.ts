import type { ImportLine } from "@mailfleet/contracts";
import type { Collection, Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { JobItem } from "./body.ts";

/** A line of a CSV until its job has done it. The password is sealed already; this service cannot read it. */
interface KeptLine extends ImportLine {
  /** `<job>/<line>` */
  readonly _id: string;
  readonly forgetAt: Date;
}

const idOf = (job: string, line: number) => `${job}/${String(line).padStart(6, "0")}`;
/** All lines of a job: `0` is the character behind the slash. */
const allOf = (job: string) => ({ _id: { $gte: `${job}/`, $lt: `${job}0` } });

/** The collection `job-lines`. */
export function createLineStore(store: Store) {
  const kept: Collection<KeptLine> = store.db.collection<KeptLine>(collections.jobLines.name);
  const these = (job: string, lines: readonly number[]) => ({ _id: { $in: lines.map((line) => idOf(job, line)) } });
  return {
    /** The same line again is put in the place of the first. */
    async add(job: string, lines: readonly ImportLine[], forgetAt: Date) {
      if (lines.length === 0) return;
      await kept.bulkWrite(
        lines.map((line) => {
          const _id = idOf(job, line.line);
          return { replaceOne: { filter: { _id }, replacement: { ...line, forgetAt }, upsert: true } };
        }),
        { ordered: false },
      );
    },
    /** What the job is for, in the order of the file; with the result of what cannot be done. */
    async items(job: string): Promise<JobItem[]> {
      const projection = { line: 1, mailboxId: 1, address: 1, problem: 1 };
      const found = await kept.find(allOf(job), { projection }).sort({ _id: 1 }).toArray();
      return found.map(({ line, mailboxId, address, problem }) => ({
        ...{ line, mailboxId, address },
        ...(problem && { result: { ok: false, problem } }),
      }));
    },
    /** What these lines say, by number; absent: it is no longer there. */
    async read(job: string, lines: readonly number[]): Promise<ReadonlyMap<number, ImportLine>> {
      const found = await kept.find(these(job, lines)).toArray();
      return new Map(found.map((line) => [line.line, line]));
    },
    /** Without `lines`, all of the job's. */
    async remove(job: string, lines?: readonly number[]) {
      await kept.deleteMany(lines ? these(job, lines) : allOf(job));
    },
  };
}
export type LineStore = ReturnType<typeof createLineStore>;
