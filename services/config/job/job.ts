import { type Job, job, type NewJob, ProblemError } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { usableProfile } from "../profile/usable-profile.ts";
import { type JobBody, type JobItem, jobCollection, type ShownJob } from "./body.ts";

const keptMs = 30 * 86_400_000;
/** A job is one document. */
const maximumMailboxes = 50_000;
/** Results that fit into one answer over the bus. */
const shownResults = 2000;

/** Keeps jobs: accepted at once, done by the tick `jobs`; what is approved are the addresses of this moment. */
export const keptJobs = keep<Ports, JobBody>()(job, {
  collection: jobCollection,
  indexes: [
    { name: "newest", keys: { createdAt: -1, _id: -1 } },
    { name: "running", keys: { createdAt: 1 }, where: { state: "running" } },
    { name: "old", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  unlisted: ["items"],
  world: async (ports, { command }) => (command ? itemsOf(ports, (command.input as { new: NewJob }).new) : []),
  view: (document) => showJob(document, []),
  list: () => ({
    filter: {},
    sort: [
      ["createdAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    create: ({ new: { verb }, by, correlation }, { at, world: items }) => ({
      body: {
        ...{ verb, by, correlation, items },
        state: items.length === 0 ? "done" : "running",
        ...{ total: items.length, done: 0, failed: 0 },
        forgetAt: new Date(at + keptMs),
      },
    }),
  },
  answers: ({ documents }) => ({
    async get({ id }) {
      const found = await documents.job.load(id);
      if (!found) throw new ProblemError("NOT_FOUND", `There is no job ${id}.`);
      return showJob(found, found.items);
    },
  }),
  after: (ports) => ports.kick("jobs"),
});

async function itemsOf(ports: Ports, { mailboxIds, profileId }: NewJob): Promise<JobItem[]> {
  if ((mailboxIds === undefined) === (profileId === undefined))
    throw new ProblemError("INVALID", "The request is not valid: / must name either mailboxIds or profileId", {
      errors: [{ pointer: "/new", reason: "must name either mailboxIds or profileId" }],
    });
  if (mailboxIds) {
    const ids = [...new Set(mailboxIds)];
    const addresses = await ports.mailboxes.addresses(ids);
    return ids.map((mailboxId) => ({ mailboxId, address: addresses.get(mailboxId) }));
  }
  const profile = await usableProfile(ports, profileId, "/new/profileId");
  const found = await ports.mailboxes.ofProfile(profile._id);
  if (found.length > maximumMailboxes)
    throw new ProblemError("TOO_LARGE", `The profile has ${found.length} mailboxes; a job takes ${maximumMailboxes}.`, {
      remedy: "Make several jobs with lists of mailboxes.",
    });
  return found.map(({ id, address }) => ({ mailboxId: id, address }));
}

/** With the results of these items; where there are too many, those that failed come first. */
function showJob(
  { _id: id, verb, state, total, done, failed, createdAt, by }: ShownJob,
  items: readonly JobItem[],
): Job {
  const results = items.flatMap(({ mailboxId, result }) => (result ? [{ mailboxId, ...result }] : []));
  if (results.length > shownResults) results.sort((one, other) => Number(one.ok) - Number(other.ok));
  return { id, verb, state, total, done, failed, results: results.slice(0, shownResults), createdAt, by };
}
