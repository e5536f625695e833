import { type JobResult, jobFailed, ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { type Page, readPage } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { withVerdicts } from "./verdicts.ts";

/** A page of the results so far, in the order of the mailboxes. @throws ProblemError NOT_FOUND, INVALID for a foreign cursor */
export async function resultsOf(
  ports: Ports,
  { id, failed, ...page }: RequestArguments<"config.job.results">,
): Promise<Page<JobResult>> {
  const job = await ports.documents.job.load(id);
  if (!job) throw new ProblemError("NOT_FOUND", `There is no job ${id}.`);
  const query = { filter: { id, failed }, sort: [["place", 1]] as const };
  return readPage(
    page,
    query,
    async ({ after: [last = -1] = [], limit }) => {
      const left = job.items.map((item, place) => ({ item, place })).filter(({ place }) => place > Number(last));
      const done = left.filter(({ item }) => item.result);
      // Whether one failed is known only with how its tests came out.
      const some = failed ? done : done.slice(0, limit);
      const results = await withVerdicts(
        ports,
        some.map(({ item }) => item),
      );
      const placed = results.map((result, n) => ({ place: some[n]?.place ?? 0, result }));
      return placed.filter(({ result }) => !failed || jobFailed(result)).slice(0, limit);
    },
    (items) => items.map(({ result }) => result),
  );
}
