import { type Job, ProblemError } from "@mailfleet/contracts";
import type { JobDocument, JobItem } from "@mailfleet/store";
import { inParallel } from "./in-parallel.ts";
import { jobVerbs } from "./job-verbs.ts";
import type { Ports } from "./ports.ts";
import { StepConflict, type StepMailbox } from "./step-mailbox.ts";

/** Works on a running job that nobody works on: this one, or any. Answers whether there was one. */
export type RunJob = (jobId?: string) => Promise<boolean>;

const leaseMs = 30_000;
const batch = 50;
const concurrency = 8;
/** A mailbox that many change at once is tried again: nobody sits there to repeat the command. */
const conflictTries = 5;
type Result = NonNullable<JobItem["result"]>;

/**
 * Results are written in batches under a lease. Whoever takes over after a crash repeats at most one batch, with the
 * same commandIds, which changes nothing. When the service stops, the job is handed back at once.
 */
export function createRunJob(ports: Ports, step: StepMailbox, signal: AbortSignal): RunJob {
  const { jobs, now } = ports;
  return async (jobId) => {
    if (signal.aborted) return false;
    const job = await jobs.claim(now(), now() + leaseMs, jobId);
    if (!job) return false;
    const open = job.items.flatMap((item, index) => (item.result ? [] : [{ item, index }]));
    for (let from = 0; from < open.length; from += batch) {
      const results = new Map<number, Result>();
      await inParallel(open.slice(from, from + batch), concurrency, async ({ item, index }) => {
        if (!signal.aborted) results.set(index, await runItem(ports, step, job, item));
      });
      await jobs.record(job._id, results, signal.aborted ? now() : now() + leaseMs);
      if (signal.aborted) return true;
    }
    await jobs.finish(job._id);
    return true;
  };
}

/** One mailbox of the job. A refusal is its result; an outage is not, and ends the batch. */
async function runItem(
  ports: Ports,
  step: StepMailbox,
  job: JobDocument,
  item: JobItem,
  tries = conflictTries,
): Promise<Result> {
  const { mailboxId } = item;
  try {
    if (item.address === undefined) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
    const { event, plan } = jobVerbs[job.verb];
    const at = ports.now();
    await step(mailboxId, {
      // No client can make such an id: its commandIds have no slash.
      id: `${job._id}/${mailboxId}`,
      kind: "command",
      at,
      event,
      by: job.by,
      correlation: job.correlation ?? job._id,
      causation: job._id,
      plan: (document) => plan(document, item.address ?? "", at),
    });
    return { ok: true };
  } catch (error) {
    if (error instanceof StepConflict && tries > 1) return runItem(ports, step, job, item, tries - 1);
    if (error instanceof ProblemError) return { ok: false, problem: error.problem };
    throw error;
  }
}

/** Results that fit into one answer over the bus; those that failed come first. */
const shownResults = 2000;

/** A job as it is shown. */
export function showJob(job: JobDocument): Job {
  const results = job.items.flatMap(({ mailboxId, result }) => (result ? [{ mailboxId, ...result }] : []));
  const failed = results.filter((result) => !result.ok);
  const shown =
    results.length > shownResults
      ? [...failed, ...results.filter((result) => result.ok)].slice(0, shownResults)
      : results;
  return {
    id: job._id,
    verb: job.verb,
    state: job.state,
    total: job.items.length,
    done: results.length,
    failed: failed.length,
    results: shown,
    createdAt: job.createdAt,
    by: job.by,
  };
}
