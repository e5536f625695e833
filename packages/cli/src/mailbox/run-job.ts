import { setTimeout as pause } from "node:timers/promises";
import type { Job } from "@mailfleet/contracts";
import { type ApiClient, isPassing } from "../api-client.ts";
import { Failed } from "../exit-codes.ts";
import type { Fact } from "../noun/show.ts";
import type { Shown } from "../shown.ts";
import type { Column } from "../table.ts";

export type ShownJob = Shown<Job>;

const lookMs = 200;

/** Columns of a job's results. */
export const resultColumns: readonly Column<ShownJob["results"][number]>[] = [
  { title: "MAILBOX", of: (row) => row.mailboxId },
  { title: "RESULT", of: (row) => (row.ok ? "ok" : (row.problem?.code ?? "failed")) },
  { title: "WHY", of: (row) => row.problem?.detail },
  { title: "REMEDY", of: (row) => row.problem?.remedy },
];

/** The results of a job, one below the other. */
export function resultFacts({ results }: ShownJob): readonly Fact[] {
  const why = ({ ok, problem }: ShownJob["results"][number]) => (ok ? "ok" : `${problem?.code}: ${problem?.detail}`);
  return results.map((result) => [`  ${result.mailboxId}`, why(result)]);
}

/** Gives one command to many mailboxes and waits until each has its result. Throws `Failed` after the time limit. */
export async function runJob(
  client: ApiClient,
  job: { verb: string; mailboxIds?: string[]; profileId?: string },
  timeoutMs: number,
): Promise<ShownJob> {
  let { id, state, ...rest } = await client.post<ShownJob>("/jobs", job);
  const deadline = Date.now() + timeoutMs;
  while (state !== "done") {
    if (Date.now() > deadline)
      throw new Failed(`The job ${id} is not done yet. \`mailfleet jobs show ${id}\` tells more.`);
    await pause(lookMs);
    try {
      ({ id, state, ...rest } = await client.get<ShownJob>(`/jobs/${id}`));
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
  }
  return { id, state, ...rest };
}
