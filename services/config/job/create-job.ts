import { ProblemError } from "@mailfleet/contracts";
import { commandHash, commandIdReused } from "@mailfleet/kit";
import type { Handler, Ports } from "../ports.ts";
import { usableProfile } from "../profile/usable-profile.ts";
import type { JobDocument } from "./document.ts";
import { showJob } from "./run-job.ts";

const day = 86_400_000;
const keptMs = 30 * day;
/** A job is one document. */
const maximumMailboxes = 50_000;

/** `config.job.create`: accepted at once, done in the background; what is approved are the addresses of this moment. */
export const createJob =
  (ports: Ports): Handler<"config.job.create"> =>
  async (input) => {
    const { id, commandId, by, correlation } = input;
    const { verb, mailboxIds, profileId } = input.new;
    if ((mailboxIds === undefined) === (profileId === undefined))
      throw new ProblemError("INVALID", "The request is not valid: / must name either mailboxIds or profileId", {
        errors: [{ pointer: "/new", reason: "must name either mailboxIds or profileId" }],
      });
    const hash = commandHash(input);
    const existing = await ports.jobs.load(id);
    if (existing) return repeatedOrTaken(existing, commandId, hash);
    const at = ports.now();
    const items = await itemsOf(ports, mailboxIds, profileId);
    const job: JobDocument = {
      _id: id,
      verb,
      commandId,
      hash,
      by,
      correlation,
      state: items.length === 0 ? "done" : "running",
      items,
      createdAt: at,
      leasedUntil: 0,
      expireAt: new Date(at + keptMs),
    };
    if (!(await ports.jobs.insert(job))) {
      const other = await ports.jobs.load(id);
      if (other) return repeatedOrTaken(other, commandId, hash);
    }
    ports.kick("jobs");
    return showJob(job);
  };

async function itemsOf(ports: Ports, mailboxIds: string[] | undefined, profileId: string | undefined) {
  const { mailboxes } = ports;
  if (mailboxIds) {
    const ids = [...new Set(mailboxIds)];
    const addresses = await mailboxes.addresses(ids);
    return ids.map((mailboxId) => ({ mailboxId, address: addresses.get(mailboxId) }));
  }
  const profile = await usableProfile(ports, profileId, "/new/profileId");
  const found = await mailboxes.ofProfile(profile._id);
  if (found.length > maximumMailboxes)
    throw new ProblemError("TOO_LARGE", `The profile has ${found.length} mailboxes; a job takes ${maximumMailboxes}.`, {
      remedy: "Make several jobs with lists of mailboxes.",
    });
  return found.map(({ id, address }) => ({ mailboxId: id, address }));
}

/** The first answer again: as it was, before anything was done. */
function repeatedOrTaken(job: JobDocument, commandId: string, hash: string) {
  if (job.commandId === commandId && job.hash !== hash) throw commandIdReused(commandId);
  if (job.commandId === commandId)
    return showJob({ ...job, state: "running", items: job.items.map(({ result: _, ...item }) => item) });
  throw new ProblemError("ALREADY_EXISTS", `There is a job ${job._id} already.`);
}
