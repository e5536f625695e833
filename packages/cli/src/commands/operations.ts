import type { Alert, DeadLetter, Job } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { resultColumns } from "../mailbox/run-job.ts";
import type { Shown } from "../shown.ts";
import { facts, table, time } from "../table.ts";
import { addTokenCommands } from "./tokens.ts";

const limitFlag = ["--limit <n>", "show at most n", wholeNumber("--limit", 1, 10_000), 100] as const;
type Limit = { limit: number };

function addAlertCommands(program: Command, cli: Cli): void {
  const alerts = program.command("alerts").description("what somebody should know or do");
  alerts
    .command("list")
    .description("alerts, latest first")
    .option("--state <raised|cleared>")
    .option("--severity <error|warning|information>")
    .option("--code <code>")
    .option("--object <id>", "id of a mailbox, profile, service, stream or send")
    .option(...limitFlag)
    .action(async ({ limit, object, ...query }: Limit & Record<string, string>) =>
      cli.show(
        await (await cli.client()).list<Shown<Alert>>("/alerts", { ...query, objectId: object }, limit),
        (rows) =>
          table(rows, [
            { title: "ID", of: (row) => row.id },
            { title: "SEVERITY", of: (row) => row.severity },
            { title: "CODE", of: (row) => row.code },
            {
              title: "ABOUT",
              of: (row) => [row.object.label ?? row.object.id, row.object.direction].filter(Boolean).join(" "),
            },
            { title: "STATE", of: (row) => row.state },
            { title: "COUNT", of: (row) => row.count },
            { title: "LAST", of: (row) => time(row.lastAt) },
          ]),
      ),
    );
  alerts
    .command("show <alert>")
    .description("one alert with its remedy")
    .action(async (id: string) =>
      cli.show(await (await cli.client()).get<Shown<Alert>>(`/alerts/${id}`), (alert) =>
        facts([
          ["id", alert.id],
          ["about", `${alert.object.type} ${alert.object.label ?? alert.object.id} ${alert.object.direction ?? ""}`],
          ["code", alert.code],
          ["severity", alert.severity],
          ["what", alert.text],
          ["detail", alert.detail],
          ["server says", alert.evidence?.reply],
          ["remedy", alert.remedy],
          ["for", alert.audience],
          ["state", alert.state],
          ["first", time(alert.firstAt)],
          ["last", time(alert.lastAt)],
          ["count", alert.count],
          ["cleared", time(alert.clearedAt)],
          ["notification", alert.notification],
        ]),
      ),
    );
}

const deadLetterWords = (letter: Shown<DeadLetter>) =>
  facts([
    ["id", letter.id],
    ["state", letter.state],
    ["from", `${letter.service} ${letter.consumer}`],
    ["reason", letter.reason],
    ["subject", letter.subject],
    ["type", letter.type],
    ["stream", `${letter.stream} ${letter.sequence}`],
    ["deliveries", letter.deliveries],
    ["time", time(letter.at)],
    ["body", letter.preview],
  ]);

function addDeadLetterCommands(program: Command, cli: Cli): void {
  const letters = program.command("dead-letters").description("messages between services that could not be handled");
  letters
    .command("list")
    .description("dead letters")
    .option("--state <waiting|replayed|discarded>")
    .option(...limitFlag)
    .action(async ({ limit, state }: Limit & { state?: string }) =>
      cli.show(await (await cli.client()).list<Shown<DeadLetter>>("/dead-letters", { state }, limit), (rows) =>
        table(rows, [
          { title: "ID", of: (row) => row.id },
          { title: "STATE", of: (row) => row.state },
          { title: "CONSUMER", of: (row) => row.consumer },
          { title: "TYPE", of: (row) => row.type },
          { title: "REASON", of: (row) => row.reason },
          { title: "TIME", of: (row) => time(row.at) },
        ]),
      ),
    );
  letters
    .command("show <id>")
    .description("one dead letter")
    .action(async (id: string) =>
      cli.show(await (await cli.client()).get<Shown<DeadLetter>>(`/dead-letters/${id}`), deadLetterWords),
    );
  for (const [verb, description] of [
    ["replay", "publish it to its stream again"],
    ["discard", "drop it"],
  ] as const)
    letters
      .command(`${verb} <id>`)
      .description(description)
      .action(async (id: string) =>
        cli.show(await (await cli.client()).post<Shown<DeadLetter>>(`/dead-letters/${id}/${verb}`), deadLetterWords),
      );
}

function addJobCommands(program: Command, cli: Cli): void {
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

/** `mailfleet alerts|dead-letters|jobs|tokens …` */
export function addOperationCommands(program: Command, cli: Cli): void {
  addAlertCommands(program, cli);
  addDeadLetterCommands(program, cli);
  addJobCommands(program, cli);
  addTokenCommands(program, cli);
}
