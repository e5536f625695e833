import type { Job } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { resultColumns } from "../mailbox/run-job.ts";
import type { Shown } from "../shown.ts";
import { table, time } from "../table.ts";

const limitFlag = ["--limit <n>", "show at most n", wholeNumber("--limit", 1, 10_000), 100] as const;
type Limit = { limit: number };

/** `mailfleet jobs …` */
export function addJobCommands(program: Command, cli: Cli): void {
  const jobs = program.command("jobs").description("commands for many mailboxes");
  jobs
    .command("list")
    .description("jobs")
    .option(...limitFlag)
    .action(async ({ limit }: Limit) =>
      cli.show(await (await cli.client()).list<Shown<Job>>("/jobs", {}, limit), (rows) =>
        table(rows, [
          { title: "ID", of: (row) => row.id },
          { title: "VERB", of: (row) => row.verb },
          { title: "STATE", of: (row) => row.state },
          { title: "DONE", of: (row) => `${row.done}/${row.total}` },
          { title: "FAILED", of: (row) => row.failed },
          { title: "BY", of: (row) => row.by },
          { title: "CREATED", of: (row) => time(row.createdAt) },
        ]),
      ),
    );
  jobs
    .command("show <job>")
    .description("one job with its results so far")
    .action(async (id: string) =>
      cli.show(await (await cli.client()).get<Shown<Job>>(`/jobs/${id}`), (job) =>
        [
          `${job.id}: ${job.verb}, ${job.state}, ${job.done} of ${job.total} done, ${job.failed} failed`,
          table(job.results, resultColumns, "No result yet."),
        ].join("\n"),
      ),
    );
}
