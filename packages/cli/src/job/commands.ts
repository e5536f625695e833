import { setTimeout as pause } from "node:timers/promises";
import { isPassing } from "@mailfleet/client";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, NotOver, UsageError } from "../exit-codes.ts";
import {
  failedResults,
  resultColumns,
  resultFacts,
  resultWord,
  type ShownJob,
  successOf,
  withResults,
} from "../mailbox/run-job.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import { printable } from "../table.ts";

const lookMs = 500;

type ShownPage = { readonly items: ShownJob["results"]; readonly next: string | null };

/** `mailfleet jobs …` beyond the declaration. */
export const jobCommands: ParticularCommands = {
  facts: { results: resultFacts },
  answers: { results: (cli, page: ShownPage) => cli.list(page.items, resultColumns("done"), { answer: page }) },
  addCommands: (group, cli) => {
    addWatch(group, cli);
    addRetry(group, cli);
  },
};

const isOver = ({ state, results }: ShownJob) =>
  state !== "running" &&
  !results.some(({ tests = {} }) => Object.values(tests).some((test) => test?.outcome === "running"));

function addWatch(group: Command, cli: Cli): void {
  group
    .command("watch <job>")
    .description("show each result as it comes, until every mailbox has its own, tests included")
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 3600)
    .action(async (id: string, { timeout }: { timeout: number }) => {
      const client = await cli.client();
      const told = new Map<string, string>();
      const deadline = Date.now() + timeout * 1000;
      for (;;) {
        const job = await client.get<ShownJob>(`/jobs/${encodeURIComponent(id)}`).catch((error: unknown) => {
          if (!isPassing(error)) throw error;
          return null;
        });
        const shown = job && (await withResults(client, job));
        for (const result of shown?.results ?? []) {
          const word = resultWord(successOf(job?.verb ?? ""), result);
          if (told.get(result.mailboxId) === word) continue;
          told.set(result.mailboxId, word);
          cli.remark(`${result.address ?? result.mailboxId}  ${printable(word)}`);
        }
        if (job && isOver(job)) {
          const failed = await failedResults(client, job);
          cli.show(job, ({ state, done, total }) => `${state}: ${done} of ${total}, ${failed.length} failed`);
          if (failed.length > 0) throw new Failed();
          return;
        }
        if (Date.now() > deadline) throw new NotOver(`The job ${id} is not over after ${timeout} s.`);
        if (cli.terminal.interrupted.aborted) throw new NotOver(`Interrupted. The job ${id} goes on.`);
        await pause(lookMs);
      }
    });
}

function addRetry(group: Command, cli: Cli): void {
  group
    .command("retry <job>")
    .description("give the command again to those that refused it, or whose test did not pass, as a new job")
    .action(async (id: string) => {
      const client = await cli.client();
      const former = await client.get<ShownJob>(`/jobs/${encodeURIComponent(id)}`);
      const { verb, input } = former;
      const failed = await failedResults(client, former);
      if (verb === "import")
        throw new UsageError(
          "Correct the lines in the file and import it again: what is there already is not made twice.",
        );
      if (failed.length === 0) return cli.show({}, () => "Nothing of it failed.");
      if (verb === "delete") await cli.confirm(`This deletes ${failed.length} mailboxes.`, false);
      const count = verb === "delete" ? { count: failed.length } : {};
      const job = await client.post<ShownJob>("/jobs", { verb, ...(input && { input }), failedOf: id, ...count });
      cli.show(
        job,
        (made) => `${made.id}: ${made.verb} for ${made.total}. \`mailfleet jobs watch ${made.id}\` follows it.`,
      );
    });
}
