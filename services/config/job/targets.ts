import {
  includesPart,
  invalid,
  isPartOf,
  jobFailed,
  jobInput,
  type NewJob,
  type Part,
  ProblemError,
} from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
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

/** Which job is made, and the part of the fleet to which its giver is limited. */
interface Making {
  readonly id: string;
  readonly within: Part | undefined;
}

/** The mailboxes that a job is for, in the order in which they are worked on. @throws ProblemError */
export async function itemsOf(ports: Ports, making: Making, job: NewJob): Promise<JobItem[]> {
  const items = job.verb === "import" ? await linesOf(ports, making.id, job) : await targetsOf(ports, making, job);
  refuseAnotherCount(job, items.length);
  return items;
}

/** A line that cannot be done has its result at once. */
async function linesOf({ jobLines }: Ports, id: string, job: NewJob): Promise<JobItem[]> {
  const items = await jobLines.items(id);
  if (items.length === 0 || waysOf(job).length > 0)
    throw refused("/new/verb", "is for a CSV alone: POST it to /mailboxes/import");
  return items;
}

const waysOf = ({ mailboxIds, addresses, filter, failedOf }: NewJob) =>
  [mailboxIds, addresses, filter, failedOf].filter((one) => one !== undefined);

async function targetsOf(ports: Ports, { id, within }: Making, job: NewJob): Promise<JobItem[]> {
  const { mailboxIds, addresses, filter, failedOf } = job;
  if (waysOf(job).length !== 1) throw refused("/new", "must name one of mailboxIds, addresses, filter and failedOf");
  if (addresses) return addressed(ports, { id, within }, addresses);
  if (mailboxIds) {
    const ids = [...new Set(mailboxIds)];
    const { filter: these } = mailboxQuery({ ids, ...(within && { within }) });
    const found = new Map((await ports.mailboxes.found(these, ids.length)).map((one) => [one.id, one.address]));
    return ids.map((mailboxId) => ({ mailboxId, address: found.get(mailboxId) }));
  }
  if (failedOf !== undefined) {
    const former = await ports.documents.job.load(failedOf);
    if (!former || (within && !includesPart(within, former.within)))
      throw refused("/new/failedOf", "names a job that does not exist");
    if (former.verb === "import")
      throw refused("/new/failedOf", "names an import: correct its lines in the file and import it again");
    // With the address of then: what is approved is what was seen.
    const failed = (await withVerdicts(ports, former.items)).filter(jobFailed);
    return failed.map(({ mailboxId, address }) => ({ mailboxId, address }));
  }
  if (filter?.profileId !== undefined) await usableProfile(ports, filter.profileId, "/new/filter/profileId");
  const all = mailboxQuery({ ...filter, ...(within && { within }) }).filter;
  const found = await ports.mailboxes.found(all, maximumMailboxes + 1);
  if (found.length > maximumMailboxes)
    throw new ProblemError("TOO_LARGE", `These are more than ${maximumMailboxes} mailboxes, and a job takes no more.`, {
      remedy: "Make several jobs: filter by profile, or name the mailboxes.",
    });
  return found.map(({ id, address }) => ({ mailboxId: id, address }));
}

/** In the order of the addresses, each once. One that there is not has its result at once. */
async function addressed(ports: Ports, { id, within }: Making, addresses: readonly string[]): Promise<JobItem[]> {
  const byKey = new Map(addresses.map((address) => [address.toLowerCase(), address]));
  const there = await ports.mailboxes.configured([...byKey.keys()]);
  return [...byKey].map(([key, address], n) => {
    const found = there.get(key);
    if (found && (!within || isPartOf(within, found.configuration)))
      return { mailboxId: found.id, address: found.configuration.address };
    const { problem } = new ProblemError("NOT_FOUND", `There is no mailbox with the address ${address}.`);
    return { mailboxId: idFrom("mb", `${id}/${n}`), address, result: { ok: false, problem } };
  });
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
