import { ProblemError } from "@mailfleet/contracts";
import type { JobDocument } from "@mailfleet/store";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showJob } from "../run-job.ts";
import { usableProfile } from "../usable-profile.ts";

const day = 86_400_000;
const keptMs = 30 * day;
/** A job is one document. */
const maximumMailboxes = 50_000;

/** `config.job.create`: accepted at once, done in the background; what is approved are the addresses of this moment. */
export const createJob =
  (parts: Parts): Handler<"config.job.create"> =>
  async ({ jobId, commandId, by, correlation, job: { verb, mailboxIds, profileId } }) => {
    const { ports, runJob, background } = parts;
    const existing = await ports.jobs.load(jobId);
    if (existing) return repeatedOrTaken(existing, commandId);
    const at = ports.now();
    const items = await itemsOf(parts, mailboxIds, profileId);
    const job: JobDocument = {
      _id: jobId,
      verb,
      commandId,
      by,
      correlation,
      state: items.length === 0 ? "done" : "running",
      items,
      createdAt: at,
      leasedUntil: 0,
      expireAt: new Date(at + keptMs),
    };
    if (!(await ports.jobs.insert(job))) {
      const other = await ports.jobs.load(jobId);
      if (other) return repeatedOrTaken(other, commandId);
    }
    background.start(`job ${jobId}`, () => runJob(jobId));
    return showJob(job);
  };

async function itemsOf(parts: Parts, mailboxIds: string[] | undefined, profileId: string | undefined) {
  const { mailboxes } = parts.ports;
  if (mailboxIds) {
    const ids = [...new Set(mailboxIds)];
    const addresses = await mailboxes.addresses(ids);
    return ids.map((mailboxId) => ({ mailboxId, address: addresses.get(mailboxId) }));
  }
  const profile = await usableProfile(parts, profileId, "/job/profileId");
  const found = await mailboxes.ofProfile(profile._id);
  if (found.length > maximumMailboxes)
    throw new ProblemError("TOO_LARGE", `The profile has ${found.length} mailboxes; a job takes ${maximumMailboxes}.`, {
      remedy: "Make several jobs with lists of mailboxes.",
    });
  return found.map(({ id, address }) => ({ mailboxId: id, address }));
}

/** The first answer again: as it was, before anything was done. */
function repeatedOrTaken(job: JobDocument, commandId: string) {
  if (job.commandId === commandId)
    return showJob({ ...job, state: "running", items: job.items.map(({ result: _, ...item }) => item) });
  throw new ProblemError("ALREADY_EXISTS", `There is a job ${job._id} already.`);
}
