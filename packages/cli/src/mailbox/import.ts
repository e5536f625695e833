import { credentialColumns, jobFailed, mailboxColumns } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, readBytes, wholeNumber } from "../cli.ts";
import { Failed } from "../exit-codes.ts";
import { dryRunText } from "../noun/commands.ts";
import { table } from "../table.ts";
import { jobDone, previewColumns, resultColumns, type ShownJob } from "./run-job.ts";

interface Flags {
  readonly dryRun?: boolean;
  readonly update?: boolean;
  readonly timeout: number;
}

/** Reading, sealing and deciding take their time with 10,000 lines. */
const uploadMs = 300_000;

const help = `
The first line names the columns; any order, separated by commas, semicolons or tabs, in UTF-8:

  address,name,owner,profile,inbound,outbound,username,password
  sales@example.org,Sales,ann@example.org,Main,server-side,server-side,sales,7rU-kd93
  support@example.org,Support,,Main,server-side,none,,

Columns: ${[...mailboxColumns.map(({ name }) => name), ...credentialColumns].join(", ")}.
Only address is needed. An empty cell says nothing. A password is sealed when its line is read.
Each line is one mailbox; new ones wait for approval. A wrong line is reported by its number, the others are done.`;

/** `mailfleet mailbox import`. */
export function addImportCommand(mailbox: Command, cli: Cli): void {
  mailbox
    .command("import <file>")
    .description("make mailboxes from a CSV, or change them, with a result for each line; - reads standard input")
    .option("--update", "change mailboxes that are there already; else their lines are refused")
    .option("--dry-run", dryRunText)
    .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 600)
    .addHelpText("after", help)
    .action(async (file: string, { dryRun = false, update = false, timeout }: Flags) => {
      const bytes = file === "-" ? new Uint8Array(await cli.terminal.readInput()) : await readBytes(file);
      const client = await cli.client();
      const query = { ...(update ? { update: "true" } : {}), ...(dryRun ? { dryRun: "true" } : {}) };
      const begun = await client.postCsv<ShownJob>("/mailboxes/import", bytes, { query, timeoutMs: uploadMs });
      const done = dryRun ? begun : await jobDone(client, begun, timeout * 1000, cli.remark);
      const failed = done.results.filter(jobFailed);
      const told = dryRun ? done.results : failed;
      cli.show(done, ({ id, total, failed: refused }) =>
        [
          ...(told.length > 0 ? [table(told, dryRun ? previewColumns : resultColumns("done"))] : []),
          `${total - refused} of ${total} ${dryRun ? "would be done" : "done"}, ${refused} refused.`,
          ...(dryRun ? [] : [`\`mailfleet jobs show ${id}\` tells each result.`]),
        ].join("\n"),
      );
      if (dryRun && done.results.length < done.total)
        cli.remark(`${done.total - done.results.length} more are not shown.`);
      if (done.failed > 0) throw new Failed();
    });
}
