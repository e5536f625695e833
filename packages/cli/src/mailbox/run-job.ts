import { setTimeout as pause } from "node:timers/promises";
import { type ApiClient, isPassing } from "@mailfleet/client";
import { type Job, jobFailed, type NewJob } from "@mailfleet/contracts";
import { NotOver } from "../exit-codes.ts";
import type { Fact } from "../noun/show.ts";
import type { Shown } from "../shown.ts";
import type { Column } from "../table.ts";

export type ShownJob = Shown<Job>;

/** As many as a job is for. */
const mostMailboxes = 50_000;
const lookMs = 200;
/** How often progress is reported to a person who waits. */
const tellMs = 2000;

type Result = ShownJob["results"][number];

/** A test that was asked for has begun; everything else is done when it has its answer. */
export const successOf = (verb: string): string => (verb.startsWith("test") ? "test begun" : "done");

/** What became of one mailbox, in a line: why it refused, or how each test came out, in the server's own words. */
export function resultWord(success: string, { ok, problem, tests }: Result): string {
  if (!ok) return `${problem?.code}: ${problem?.detail}`;
  if (!tests) return success;
  return Object.entries(tests)
    .map(([direction, { outcome, code, text, reply }]) =>
      [`${direction} ${outcome}`, code && `${code}: ${text}`, reply && `The server says: ${reply}`]
        .flatMap((part) => part?.replace(/\.$/, "") || [])
        .join(". "),
    )
    .join("; ");
}

const nameOf = ({ address, mailboxId, line }: Result) =>
  line === undefined ? (address ?? mailboxId) : `line ${line}${address ? `, ${address}` : ""}`;
const changesOf = ({ changes = [] }: Result) =>
  changes.map(({ name, from, to }) => `${name}: ${from} → ${to}`).join(", ") || "nothing";

/** All results of a job so far, more than the job itself shows. */
const resultsOf = (client: ApiClient, id: string, query: { readonly failed?: "true" }) =>
  client.list<Result>(`/jobs/${encodeURIComponent(id)}/results`, query, mostMailboxes);

const hasAll = ({ results, done }: ShownJob) => results.length >= done;

/** What became of those that refused, or whose test did not pass. */
export const failedResults = async (client: ApiClient, job: ShownJob): Promise<Result[]> =>
  hasAll(job) ? job.results.filter(jobFailed) : resultsOf(client, job.id, { failed: "true" });

/** The job with all of its results. */
export async function withResults(client: ApiClient, job: ShownJob): Promise<ShownJob> {
  return hasAll(job) ? job : { ...job, results: await resultsOf(client, job.id, {}) };
}

/** Columns of a job's results. `success`: the word for a command that was taken. */
export function resultColumns(success: string): readonly Column<Result>[] {
  return [
    { title: "MAILBOX", of: nameOf },
    { title: "RESULT", of: (row) => (row.ok ? success : (row.problem?.code ?? "refused")) },
    { title: "WHY", of: (row) => row.problem?.detail },
    { title: "REMEDY", of: (row) => row.problem?.remedy },
  ];
}

/** Columns of what a job would do. */
export const previewColumns: readonly Column<Result>[] = [
  { title: "MAILBOX", of: nameOf },
  { title: "RESULT", of: (row) => (row.ok ? "possible" : (row.problem?.code ?? "refused")) },
  { title: "WOULD CHANGE", of: (row) => (row.ok ? changesOf(row) : undefined), whole: true },
  ...resultColumns("").slice(2),
];

/** The results of a job, one below the other. */
export function resultFacts({ results, verb }: ShownJob): readonly Fact[] {
  return results.map((result) => [`  ${nameOf(result)}`, resultWord(successOf(verb), result)]);
}

/** Gives one command to many mailboxes; see `jobDone`. */
export async function runJob(
  client: ApiClient,
  job: Shown<NewJob>,
  timeoutMs: number,
  remark: (text: string) => void = () => {},
): Promise<ShownJob> {
  return jobDone(client, await client.post<ShownJob>("/jobs", job), timeoutMs, remark);
}

/** Tells how far a job is, and waits until each mailbox has its result. Throws `NotOver` after the time limit. */
export async function jobDone(
  client: ApiClient,
  begun: ShownJob,
  timeoutMs: number,
  remark: (text: string) => void = () => {},
): Promise<ShownJob> {
  let { id, state, ...rest } = begun;
  const deadline = Date.now() + timeoutMs;
  let told = Date.now();
  while (state === "running") {
    if (Date.now() > deadline)
      throw new NotOver(`The job ${id} is not done yet. \`mailfleet jobs show ${id}\` tells more.`);
    if (Date.now() - told > tellMs) {
      remark(`${rest.done} of ${rest.total} …`);
      told = Date.now();
    }
    await pause(lookMs);
    try {
      ({ id, state, ...rest } = await client.get<ShownJob>(`/jobs/${id}`));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
  return withResults(client, { id, state, ...rest });
}
