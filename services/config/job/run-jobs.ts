import { type Direction, directions, type Mailbox, ProblemError } from "@mailfleet/contracts";
import { Conflict, eachAlone, inParallel, mustMatch, type Stored } from "@mailfleet/kit";
import { keptMailboxes } from "../mailbox/mailbox.ts";
import type { Ports } from "../ports.ts";
import type { JobBody, JobItem, JobResult } from "./body.ts";
import { commandsOf, type ItemCommand } from "./command.ts";
import { jobEnded, jobProgressed } from "./facts.ts";
import { refusalOf } from "./refusal.ts";

const jobsInARound = 1000;
const batch = 200;
/** Most of a step is waiting for MongoDB and NATS, one after the other: so many keep both busy, not more than they can do. */
const concurrency = 32;
/** A mailbox with too many simultaneous changes is tried again: nobody is there to repeat the command. */
const conflictTries = 5;

/** Gives a command to one mailbox, as if a person had given it. */
type Give = (command: ItemCommand) => Promise<Mailbox>;
type GiveInput = (input: ItemCommand["input"]) => Promise<Mailbox>;

const linesOf = (some: readonly { readonly item: JobItem }[]) => some.map(({ item: { line = 0 } }) => line);

/** Works on running jobs that nobody works on, in turns, until none is left: a small one does not wait for a big one to end. */
export async function runJobs(ports: Ports, signal: AbortSignal): Promise<void> {
  const alone = { concurrency: 1, logger: ports.logger, what: "job", name: String };
  let before = new Set<string>();
  let failures = 0;
  do {
    const ids = await ports.jobs.running(jobsInARound);
    const worked = new Set<string>();
    // Those that came meanwhile first; each has its turn in every round.
    const inTurn = [...ids.filter((id) => !before.has(id)), ...ids.filter((id) => before.has(id))];
    failures = await eachAlone(inTurn, alone, async (id) => {
      if (await takeTurn(ports, id, signal)) worked.add(id);
    });
    before = worked;
  } while (before.size > 0 && failures === 0);
}

/**
 * Works on one job until it is over, or until another waits and a batch is done. Results are written in batches under the job's
 * lease. A process that takes over repeats one batch at most, with the same ids, which changes nothing. When the service stops,
 * the job is given back at once. `false`: another process works on it, or it is over.
 */
async function takeTurn(ports: Ports, id: string, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const lease = await ports.jobLeases.take(id);
  if (!lease) return false;
  try {
    const job = lease.document;
    if (job.state !== "running") return false;
    const ending = AbortSignal.any([signal, lease.signal]);
    const commands = keptMailboxes.handlers(ports, ports.documents.mailbox as never, ports.now);
    const give: Give = ({ verb, input }) => (commands[`config.mailbox.${verb}`] as GiveInput)(input);
    const open = job.items.flatMap((item, index) => (item.result ? [] : [{ item, index }]));
    for (let from = 0; from < open.length; from += batch) {
      if (from > 0 && (await ports.jobs.oneWaits())) return true;
      const results = new Map<number, JobResult>();
      const some = open.slice(from, from + batch);
      const commandFor = await commandsOf(
        ports,
        { ...job, id: job._id },
        some.map(({ item }) => item),
      );
      await inParallel(some, concurrency, async ({ item, index }) => {
        if (!ending.aborted) results.set(index, await runItem(ports, job, item, async () => give(commandFor(item))));
      });
      const now = await ports.jobs.record(lease.filter, results);
      mustMatch(lease, now !== null);
      if (job.verb === "import")
        await ports.jobLines.remove(id, linesOf(some.filter(({ index }) => results.has(index))));
      if (ending.aborted || now?.state !== "running") return true;
      tellProgress(ports, id, { ...job, ...now });
    }
    await finish(ports, id);
    // What a crash has left behind.
    if (job.verb === "import") await ports.jobLines.remove(id);
    return true;
  } finally {
    await lease.release();
  }
}

/** Unless somebody has cancelled it. The end is said by the document itself, so it is never lost. */
async function finish({ documents, now }: Ports, id: string): Promise<void> {
  await documents.job.change(id, { key: "finish", at: now() }, (before) =>
    before.state === "running" && before.items.every(({ result }) => result)
      ? { after: { ...before, state: "done" }, outbox: [jobEnded(id, before, "done", now())] }
      : { ignored: "it is over, or not done" },
  );
}

/** For those who watch: nothing waits for it, and the next one says more. */
function tellProgress({ bus, logger, now }: Ports, id: string, job: Stored<JobBody>): void {
  const at = now();
  const message = { ...jobProgressed(id, job, at), id: `${id}:done:${job.done}`, at };
  bus
    .publish(message, { patienceMs: 0 })
    .catch((error: unknown) => logger.debug({ job: id, err: error }, "the progress of a job was not told"));
}

/** One mailbox of the job. A refusal is its result, and so is a fault of ours; an outage is not, and ends the batch. */
async function runItem(
  ports: Ports,
  job: Stored<JobBody>,
  item: JobItem,
  give: () => Promise<Mailbox>,
  tries = conflictTries,
): Promise<JobResult> {
  const { mailboxId, address } = item;
  try {
    if (address === undefined) throw new ProblemError("NOT_FOUND", `There is no mailbox ${mailboxId}.`);
    const shown = await give();
    const since = sinceOf(job, shown);
    return { ok: true, ...(since && { since }) };
  } catch (error) {
    if (error instanceof Conflict && tries > 1) return runItem(ports, job, item, give, tries - 1);
    const problem = refusalOf(error);
    if (problem) return { ok: false, problem };
    if (error instanceof ProblemError || ports.isOutage(error)) throw error;
    // Tried again it would fail again, and its job would never end.
    ports.logger.error({ job: job._id, mailbox: mailboxId, err: error }, "a mailbox of a job failed");
    return { ok: false, problem: new ProblemError("INTERNAL", "Mailfleet failed at this mailbox.").problem };
  }
}

/** When the tests before the one that a command began had ended; `undefined`: it began none. */
function sinceOf({ verb, input }: Pick<JobBody, "verb" | "input">, { directions: now }: Mailbox): JobResult["since"] {
  if (verb !== "test" && verb !== "test-and-enable" && !(verb === "apply-defaults" && input?.test)) return undefined;
  const named = input?.directions as readonly Direction[] | undefined;
  const tested = directions.filter((direction) => named?.includes(direction) ?? now[direction].configured);
  return Object.fromEntries(tested.map((direction) => [direction, now[direction].lastTest?.at ?? 0]));
}
