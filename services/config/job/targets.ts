import { invalid, jobFailed, jobInput, type NewJob, ProblemError } from "@mailfleet/contracts";
import { mailboxQuery } from "../mailbox/list-query.ts";
import type { Ports } from "../ports.ts";
import { usableProfile } from "../profile/usable-profile.ts";
import type { JobItem } from "./body.ts";
import { withVerdicts } from "./verdicts.ts";

/** A job is one document. */
const maximumMailboxes = 50_000;

/** What the verb takes, with its defaults. @throws ProblemError INVALID that names the field */
export function inputOf({ verb, input = {} }: NewJob): Readonly<Record<string, unknown>> {
  const parsed = jobInput(verb).safeParse(input);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) issue.path.unshift("new", "input");
  throw invalid(parsed.error);
}

/** The mailboxes that a job is for, in the order in which they are worked on. @throws ProblemError */
export async function itemsOf(ports: Ports, id: string, job: NewJob): Promise<JobItem[]> {
  const items = job.verb === "import" ? await linesOf(ports, id, job) : await targetsOf(ports, job);
  refuseAnotherCount(job, items.length);
  return items;
}

/** A line that cannot be done has its result at once. */
async function linesOf({ jobLines }: Ports, id: string, { mailboxIds, filter, failedOf }: NewJob): Promise<JobItem[]> {
  const items = await jobLines.items(id);
  if (items.length === 0 || mailboxIds || filter || failedOf !== undefined)
    throw refused("/new/verb", "is for a CSV alone: POST it to /mailboxes/import");
  return items;
}

async function targetsOf(ports: Ports, { mailboxIds, filter, failedOf }: NewJob): Promise<JobItem[]> {
  if ([mailboxIds, filter, failedOf].filter((one) => one !== undefined).length !== 1)
    throw refused("/new", "must name one of mailboxIds, filter and failedOf");
  if (mailboxIds) {
    const ids = [...new Set(mailboxIds)];
    const addresses = await ports.mailboxes.addresses(ids);
    return ids.map((mailboxId) => ({ mailboxId, address: addresses.get(mailboxId) }));
  }
  if (failedOf !== undefined) {
    const former = await ports.documents.job.load(failedOf);
    if (!former) throw refused("/new/failedOf", "names a job that does not exist");
    if (former.verb === "import")
      throw refused("/new/failedOf", "names an import: correct its lines in the file and import it again");
    // With the address of then: what is approved is what was seen.
    const failed = (await withVerdicts(ports, former.items)).filter(jobFailed);
    return failed.map(({ mailboxId, address }) => ({ mailboxId, address }));
  }
  if (filter?.profileId !== undefined) await usableProfile(ports, filter.profileId, "/new/filter/profileId");
  const found = await ports.mailboxes.found(mailboxQuery(filter ?? {}).filter, maximumMailboxes + 1);
  if (found.length > maximumMailboxes)
    throw new ProblemError("TOO_LARGE", `These are more than ${maximumMailboxes} mailboxes, and a job takes no more.`, {
      remedy: "Make several jobs: filter by profile, or name the mailboxes.",
    });
  return found.map(({ id, address }) => ({ mailboxId: id, address }));
}

/** What is removed does not come back, so whoever asks says how many he means. */
function refuseAnotherCount({ verb, count }: NewJob, found: number): void {
  if (count === undefined ? verb === "delete" : count !== found)
    throw refused("/new/count", `must be ${found}: so many mailboxes would be meant`);
}

function refused(pointer: string, reason: string): ProblemError {
  return new ProblemError("INVALID", `The request is not valid: ${pointer} ${reason}`, {
    errors: [{ pointer, reason }],
  });
}
