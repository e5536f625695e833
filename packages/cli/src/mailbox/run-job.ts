import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "@mailfleet/contracts";
import { type ApiClient, isPassing } from "../api-client.ts";
import { NotOver } from "../exit-codes.ts";
import type { Fact } from "../noun/show.ts";
import type { Shown } from "../shown.ts";
import type { Column } from "../table.ts";

export type ShownJob = Shown<Job>;

const lookMs = 200;
/** How often progress is reported to a person who waits. */
const tellMs = 2000;

type Result = ShownJob["results"][number];

/** A test that was asked for has begun; everything else is done when it has its answer. */
export const successOf = (verb: string): string => (verb.startsWith("test") ? "test begun" : "done");

/** Columns of a job's results. `success`: the word for a command that was taken; `name`: how a mailbox is called. */
export function resultColumns(success: string, name: (id: string) => string = (id) => id): readonly Column<Result>[] {
  return [
    { title: "MAILBOX", of: (row) => name(row.mailboxId) },
    { title: "RESULT", of: (row) => (row.ok ? success : (row.problem?.code ?? "refused")) },
    { title: "WHY", of: (row) => row.problem?.detail },
    { title: "REMEDY", of: (row) => row.problem?.remedy },
  ];
}

/** The results of a job, one below the other. */
export function resultFacts({ results, verb }: ShownJob): readonly Fact[] {
  const why = ({ ok, problem }: Result) => (ok ? successOf(verb) : `${problem?.code}: ${problem?.detail}`);
  return results.map((result) => [`  ${result.mailboxId}`, why(result)]);
}

/** Gives one command to many mailboxes, tells how far it is, and waits until each has its result. Throws `NotOver` after the time limit. */
export async function runJob(
  client: ApiClient,
  job: { verb: string; mailboxIds?: string[]; profileId?: string },
  timeoutMs: number,
  remark: (text: string) => void = () => {},
): Promise<ShownJob> {
  let { id, state, ...rest } = await client.post<ShownJob>("/jobs", job);
  const deadline = Date.now() + timeoutMs;
  let told = Date.now();
  while (state !== "done") {
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
  return { id, state, ...rest };
}
