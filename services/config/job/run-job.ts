import { type Job, ProblemError } from "@mailfleet/contracts";
import { Conflict, inParallel } from "@mailfleet/kit";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import type { JobDocument, JobItem } from "./document.ts";
import { jobVerbs } from "./verbs.ts";

const leaseMs = 30_000;
const batch = 50;
const concurrency = 8;
/** A mailbox with too many simultaneous changes is tried again: nobody is there to repeat the command. */
const conflictTries = 5;
type Result = NonNullable<JobItem["result"]>;

/** Works on running jobs that nobody works on, one after another. */
export async function runJobs(ports: Ports, signal: AbortSignal): Promise<void> {
  while (await runJob(ports, signal)) if (signal.aborted) return;
}

/**
 * Results are written in batches under a lease. The replica that takes over after a crash repeats at most one batch, with the
 * same ids, which changes nothing. When the service stops, the job is handed back at once. Answers whether there was one.
 */
async function runJob(ports: Ports, signal: AbortSignal): Promise<boolean> {
  const { jobs, now } = ports;
  const job = await jobs.claim(now(), now() + leaseMs);
  if (!job) return false;
  const open = job.items.flatMap((item, index) => (item.result ? [] : [{ item, index }]));
  for (let from = 0; from < open.length; from += batch) {
    const results = new Map<number, Result>();
    await inParallel(open.slice(from, from + batch), concurrency, async ({ item, index }) => {
      if (!signal.aborted) results.set(index, await runItem(ports, job, item));
    });
    await jobs.record(job._id, results, signal.aborted ? now() : now() + leaseMs);
    if (signal.aborted) return true;
  }
  await jobs.finish(job._id);
  return true;
}

/** One mailbox of the job. A refusal is its result; an outage is not, and ends the batch. */
async function runItem(ports: Ports, job: JobDocument, item: JobItem, tries = conflictTries): Promise<Result> {
  const { mailboxId } = item;
  try {
    if (item.address === undefined) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
    const { event, plan } = jobVerbs[job.verb];
    const at = ports.now();
    await take(ports, mailboxId, {
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
    if (error instanceof Conflict && tries > 1) return runItem(ports, job, item, tries - 1);
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
