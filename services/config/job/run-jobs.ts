import { ProblemError } from "@mailfleet/contracts";
import { Conflict, eachAlone, inParallel, mustMatch, type Stored } from "@mailfleet/kit";
import { plans } from "../mailbox/plans.ts";
import { take } from "../mailbox/take.ts";
import type { Ports } from "../ports.ts";
import type { JobBody, JobItem, JobResult } from "./body.ts";

const jobsInARound = 50;
const batch = 200;
/** Most of a step is waiting for MongoDB and NATS, one after the other: so many keep both busy, not more than they can do. */
const concurrency = 32;
/** A mailbox with too many simultaneous changes is tried again: nobody is there to repeat the command. */
const conflictTries = 5;

/** Works on running jobs that nobody works on, one after another. */
export async function runJobs(ports: Ports, signal: AbortSignal): Promise<void> {
  const alone = { concurrency: 1, logger: ports.logger, what: "job", name: String };
  await eachAlone(await ports.jobs.running(jobsInARound), alone, (id) => runJob(ports, id, signal));
}

/**
 * Results are written in batches under the job's lease. A process that takes over repeats one batch at most, with the same ids,
 * which changes nothing. When the service stops, the job is given back at once.
 */
async function runJob(ports: Ports, id: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const lease = await ports.jobLeases.take(id);
  if (!lease) return;
  try {
    const job = lease.document;
    const ending = AbortSignal.any([signal, lease.signal]);
    const open = job.items.flatMap((item, index) => (item.result ? [] : [{ item, index }]));
    for (let from = 0; from < open.length; from += batch) {
      const results = new Map<number, JobResult>();
      await inParallel(open.slice(from, from + batch), concurrency, async ({ item, index }) => {
        if (!ending.aborted) results.set(index, await runItem(ports, job, item));
      });
      mustMatch(lease, await ports.jobs.record(lease.filter, results));
      if (ending.aborted) return;
    }
    mustMatch(lease, await ports.jobs.finish(lease.filter));
  } finally {
    await lease.release();
  }
}

/** One mailbox of the job. A refusal is its result, and so is a fault of ours; an outage is not, and ends the batch. */
async function runItem(
  ports: Ports,
  job: Stored<JobBody>,
  { mailboxId, address }: JobItem,
  tries = conflictTries,
): Promise<JobResult> {
  const at = ports.now();
  try {
    if (address === undefined) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
    await take(ports, mailboxId, {
      id: `${job._id}/${mailboxId}`,
      kind: "command",
      at,
      event: job.verb,
      by: job.by,
      correlation: job.correlation ?? job._id,
      causation: job._id,
      plan: (document) => plans[job.verb](document, { address }, at),
    });
    return { ok: true };
  } catch (error) {
    if (error instanceof Conflict && tries > 1) return runItem(ports, job, { mailboxId, address }, tries - 1);
    if (error instanceof ProblemError && error.problem.code !== "UNAVAILABLE")
      return { ok: false, problem: error.problem };
    if (error instanceof ProblemError || ports.isOutage(error)) throw error;
    // Tried again it would fail again, and its job would never end.
    ports.logger.error({ job: job._id, mailbox: mailboxId, err: error }, "a mailbox of a job failed");
    return { ok: false, problem: new ProblemError("INTERNAL", "Mailfleet failed at this mailbox.").problem };
  }
}
