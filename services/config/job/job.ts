import {
  type Job,
  type JobResult,
  job,
  jobFailed,
  type NewJob,
  type Part,
  ProblemError,
  type RequestArguments,
} from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { type JobBody, type JobItem, jobCollection, type ShownJob } from "./body.ts";
import { jobEnded, jobStarted } from "./facts.ts";
import { placeLines } from "./place-lines.ts";
import { preview } from "./preview.ts";
import { resultsOf } from "./results.ts";
import { inputOf, itemsOf } from "./targets.ts";
import { withVerdicts } from "./verdicts.ts";

const keptMs = 30 * 86_400_000;
const linesKeptMs = 86_400_000;
/** Results that fit into one answer over the bus. */
const shownResults = 2000;

/** What making a job needs besides the command; nothing where jobs are only shown. */
interface JobWorld {
  readonly input: NewJob["input"];
  readonly items: readonly JobItem[];
  /** Of a preview. */
  readonly results: readonly JobResult[];
}
const nothing: JobWorld = { input: undefined, items: [], results: [] };

/** Keeps jobs: accepted at once, done by the tick `jobs`; what is approved are the addresses of this moment. */
export const keptJobs = keep<Ports, JobBody>()<typeof job, JobWorld>(job, {
  collection: jobCollection,
  indexes: [
    { name: "newest", keys: { createdAt: -1, _id: -1 } },
    { name: "running", keys: { createdAt: 1 }, where: { state: "running" } },
    { name: "old", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  unlisted: ["items"],
  async world(ports, { command }) {
    if (command?.verb !== "create") return nothing;
    const given = command.input as RequestArguments<"config.job.create">;
    const input = inputOf(given.new);
    const { id, by, within } = given;
    const items = await itemsOf(ports, { id, within }, given.new);
    if (!given.dryRun) return { input, items, results: [] };
    const tried = { ...given.new, id, by, within, input };
    const results = await preview(ports, tried, items).finally(() => ports.jobLines.remove(id));
    return { input, items, results };
  },
  view: (document, { results }) => showJob(document, results),
  list: ({ within = {} }) => ({
    filter: ofPart(within),
    sort: [
      ["createdAt", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    create: (
      { id, new: { verb, filter, failedOf }, by, within, correlation, dryRun },
      { at, world: { items, input, results } },
    ) => {
      const isOver = items.every(({ result }) => result) || dryRun;
      const body: JobBody = {
        ...{ verb, input, filter, failedOf, by, within, correlation, items },
        ...progressOf(items, results),
        state: isOver ? "done" : "running",
        forgetAt: new Date(at + keptMs),
      };
      return { body, outbox: [jobStarted(id, body, at), ...(isOver ? [jobEnded(id, body, "done", at)] : [])] };
    },
    // What works on it looks how it is after each batch.
    cancel: (before, { id }, { at }) =>
      before.state === "running"
        ? { after: { ...before, state: "cancelled" }, outbox: [jobEnded(id, before, "cancelled", at)] }
        : { ignored: "it is over already" },
  },
  answers: (ports) => ({
    async get({ id }) {
      const found = await ports.documents.job.load(id);
      if (!found) throw new ProblemError("NOT_FOUND", `There is no job ${id}.`);
      return showJob(found, await withVerdicts(ports, found.items));
    },
    results: (input) => resultsOf(ports, input),
    "place-lines": (input) => placeLines(ports, input),
    async "add-lines"({ id, lines }) {
      await ports.jobLines.add(id, lines, new Date(ports.now() + linesKeptMs));
      return {};
    },
  }),
  async after(ports, verb, _outcome, input) {
    if (verb === "cancel") await ports.jobLines.remove((input as RequestArguments<"config.job.cancel">).id);
    ports.kick("jobs");
  },
});

/** Jobs of those who are limited to this part or to less of it; of nobody: all. */
function ofPart(within: Part): Record<string, unknown> {
  const keys = (["profileIds", "domains"] as const).filter((key) => within[key]);
  return Object.fromEntries(
    keys.map((key) => [`within.${key}`, { $exists: true, $not: { $elemMatch: { $nin: within[key] } } }]),
  );
}

/** How many mailboxes are meant and have their result: of a preview that of each, else what a line of a CSV was refused for. */
function progressOf(
  items: readonly JobItem[],
  previewed: readonly JobResult[],
): Pick<Job, "total" | "done" | "failed"> {
  const results = previewed.length > 0 ? previewed : items.flatMap(({ result }) => result ?? []);
  return { total: items.length, done: results.length, failed: results.filter(({ ok }) => !ok).length };
}

const isUnderWay = ({ tests = {} }: JobResult) => Object.values(tests).some((test) => test?.outcome === "running");
const rankOf = (result: JobResult) => (jobFailed(result) ? 0 : isUnderWay(result) ? 1 : 2);

/** With these results; where there are too many, those that failed come first, then those that may fail. */
function showJob(
  { _id: id, verb, input, filter, failedOf, state, total, done, failed, createdAt, by, within }: ShownJob,
  results: readonly JobResult[],
): Job {
  const shown =
    results.length > shownResults
      ? [...results].sort((one, other) => rankOf(one) - rankOf(other)).slice(0, shownResults)
      : [...results];
  const asked = { ...(input && { input }), ...(filter && { filter }), ...(failedOf && { failedOf }) };
  const limited = within ? { within } : {};
  return { id, verb, ...asked, state, total, done, failed, results: shown, createdAt, by, ...limited };
}
