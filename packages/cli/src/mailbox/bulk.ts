import { type AnyNoun, type Direction, mailbox as noun, type Problem, sentenceOf } from "@mailfleet/contracts";
import type { Command } from "commander";
import { isPassing } from "../api-client.ts";
import { ApiError } from "../api-error.ts";
import { type Cli, collect, wholeNumber } from "../cli.ts";
import { Failed, NotOver, UsageError } from "../exit-codes.ts";
import { dryRunText, lower } from "../noun/commands.ts";
import { idOf } from "../noun/named.ts";
import { mailboxPath } from "../paths.ts";
import type { ShownMailbox } from "../shown.ts";
import { printable, table, time } from "../table.ts";
import { resultColumns, runJob, type ShownJob, successOf } from "./run-job.ts";
import { type TestOutcome, watchTests } from "./watch-test.ts";
import { stateLine, stepLine } from "./words.ts";

interface BulkFlags {
  profile?: string;
  direction?: Direction[];
  takeOver?: boolean;
  wait?: boolean;
  dryRun?: boolean;
  timeout: number;
}

type Verb = "approve" | "test" | "test-and-enable" | "disable" | "sync-now";
const isTest = (verb: Verb) => verb === "test" || verb === "test-and-enable";

/** What is asked of one mailbox, beside the command's name; `undefined`: nothing. */
function inputOf({ direction, takeOver }: Pick<BulkFlags, "direction" | "takeOver">): object | undefined {
  if (direction === undefined && takeOver === undefined) return undefined;
  return { ...(direction && { directions: direction }), ...(takeOver && { takeOver }) };
}

/** What is decided for one mailbox and not for many. */
function refuseForMany({ direction, takeOver }: BulkFlags): void {
  if (direction) throw new UsageError("--direction is for one mailbox at a time.");
  if (takeOver) throw new UsageError("--take-over is for one mailbox at a time: look whose it is first.");
}

/** One mailbox: the command itself. */
async function single(
  cli: Cli,
  verb: Verb,
  which: string,
  flags: Pick<BulkFlags, "direction" | "takeOver" | "dryRun">,
): Promise<ShownMailbox> {
  const client = await cli.client();
  // This approves the address that was seen: the one that was typed, or the one that is shown now.
  const seen = async () => (which.includes("@") ? which : (await client.get<ShownMailbox>(mailboxPath(which))).address);
  const body = verb === "approve" ? { address: await seen() } : inputOf(flags);
  return client.post<ShownMailbox>(
    `${mailboxPath(which)}/${verb}`,
    body,
    flags.dryRun ? { query: { dryRun: "true" } } : {},
  );
}

/** The ids of the mailboxes, each with the name by which a person knows it. */
async function namedOnes(
  cli: Cli,
  mailboxes: readonly string[],
  profile: string | undefined,
): Promise<Map<string, string>> {
  if (profile === undefined)
    return new Map(
      await Promise.all(mailboxes.map(async (which) => [await idOf(cli, "mailbox", which), which] as const)),
    );
  const profileId = await idOf(cli, "profile", profile);
  const items = await (await cli.client()).list<ShownMailbox>("/mailboxes", { profileId });
  return new Map(items.map(({ id, address }) => [id, address]));
}

const none = "No mailbox matches.";

/** Several mailboxes, tried one after another: a job would do it. */
async function tryMany(cli: Cli, verb: Verb, mailboxes: readonly string[], flags: BulkFlags): Promise<void> {
  const results: ShownJob["results"] = [];
  const all = await namedOnes(cli, mailboxes, flags.profile);
  for (const mailboxId of all.keys())
    try {
      await single(cli, verb, mailboxId, flags);
      results.push({ mailboxId, ok: true });
    } catch (error) {
      if (!(error instanceof ApiError) || isPassing(error)) throw error;
      results.push({ mailboxId, ok: false, problem: error.problem as Problem });
    }
  const columns = resultColumns("possible", (id) => all.get(id) ?? id);
  cli.show({ results }, () => table(results, columns, none));
  if (results.some(({ ok }) => !ok)) throw new Failed();
}

/** Several mailboxes: a job, with a result for each. */
async function many(cli: Cli, verb: Verb, mailboxes: readonly string[], flags: BulkFlags): Promise<void> {
  refuseForMany(flags);
  const all = await namedOnes(cli, mailboxes, flags.profile);
  const target =
    flags.profile === undefined
      ? { mailboxIds: [...all.keys()] }
      : { profileId: await idOf(cli, "profile", flags.profile) };
  const job = await runJob(await cli.client(), { verb, ...target }, flags.timeout * 1000, cli.remark);
  const columns = resultColumns(successOf(verb), (id) => all.get(id) ?? id);
  cli.show(job, ({ results }) => table(results, columns, none));
  if (isTest(verb) && job.results.some(({ ok }) => ok))
    cli.remark("The tests run now. `mailfleet mailbox list` shows how they end; --wait would have waited for it.");
  if (job.failed > 0) throw new Failed();
}

/** How one direction came out, with what to do where it failed. */
export function outcomeLine({ mailbox, direction, ok, status }: TestOutcome): string {
  const head = `${mailbox.address} ${direction}: ${ok ? "ok" : "failed"}, ${status.state}`;
  if (ok) return head;
  const { lastError, next } = status;
  const why = lastError ? `\n  ${lastError.code}: ${lastError.text} ${lastError.remedy}` : "";
  const says = lastError?.evidence?.reply ? `\n  The server says: ${printable(lastError.evidence.reply)}` : "";
  const again = next ? `\n  Mailfleet tries again at ${time(next.at)} (${next.why}).` : "";
  return head + why + says + again;
}

/** Test with live steps until every direction has its result. */
async function waitForTest(cli: Cli, verb: Verb, mailboxes: readonly string[], flags: BulkFlags): Promise<void> {
  const client = await cli.client();
  const all = await namedOnes(cli, mailboxes, flags.profile);
  const ids = [...all.keys()];
  if (ids.length === 0) return cli.show([], () => none);
  if (ids.length > 1 && flags.takeOver) refuseForMany({ timeout: flags.timeout, takeOver: true });
  const { outcomes, complete } = await watchTests(
    client,
    ids,
    {
      ...(flags.direction ? { directions: flags.direction } : {}),
      timeoutMs: flags.timeout * 1000,
      signal: cli.terminal.interrupted,
      watcher: {
        onStep: (mailbox, direction, step) =>
          cli.remark(`${ids.length > 1 ? `${mailbox.address} ` : ""}${stepLine(direction, step)}`),
      },
    },
    async ([first]) => {
      if (ids.length === 1 && first) {
        await client.post(`${mailboxPath(first.id)}/${verb}`, inputOf(flags));
        return;
      }
      const job = await runJob(client, { verb, mailboxIds: ids }, flags.timeout * 1000, cli.remark);
      const refused = job.results.filter((result) => !result.ok);
      if (refused.length > 0)
        cli.remark(
          table(
            refused,
            resultColumns(successOf(verb), (id) => all.get(id) ?? id),
          ),
        );
      if (refused.length > 0) throw new Failed("Not every mailbox could be tested.");
    },
  );
  const answer = outcomes.map(({ mailbox, direction, ok, status }) => ({
    mailboxId: mailbox.id,
    address: mailbox.address,
    lifecycle: mailbox.lifecycle,
    direction,
    ok,
    status,
  }));
  cli.show({ complete, results: answer }, () => outcomes.map(outcomeLine).join("\n"));
  if (!complete)
    throw new NotOver(`Some results did not arrive within ${flags.timeout} s. \`mailfleet mailbox show\` tells more.`);
  if (outcomes.some((outcome) => !outcome.ok)) throw new Failed();
}

/** Verbs that take several mailboxes, or all of a profile. */
export const bulkVerbs: readonly Verb[] = ["approve", "test", "test-and-enable", "disable", "sync-now"];

/** Commands that take several mailboxes, or all of a profile. */
export function addMailboxBulkCommands(mailbox: Command, cli: Cli): void {
  for (const verb of bulkVerbs) {
    const command = mailbox
      .command(`${verb} [mailbox...]`)
      .description(lower(sentenceOf(noun as AnyNoun, verb)))
      .option("--profile <profile>", "all mailboxes of this profile")
      .option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 120);
    if ("directions" in noun.operations[verb].input)
      command.option("--direction <inbound|outbound|act>", "only this direction; may be repeated", collect);
    const { takeOver } = noun.operations["test-and-enable"].input;
    if (verb === "test-and-enable") command.option("--take-over", takeOver.description);
    command.option("--dry-run", dryRunText);
    if (isTest(verb)) command.option("--wait", "show the steps as they finish, and wait for the result");
    command.action(async (mailboxes: string[], flags: BulkFlags) => {
      if ((mailboxes.length === 0) === (flags.profile === undefined))
        throw new UsageError("Name one or more mailboxes, or --profile.");
      if (flags.wait && flags.dryRun) throw new UsageError("With --dry-run there is nothing to wait for.");
      cli.nameFlag("/directions", "--direction");
      if (flags.wait) return waitForTest(cli, verb, mailboxes, flags);
      const [first] = mailboxes;
      if (mailboxes.length === 1 && first !== undefined)
        return cli.show(await single(cli, verb, first, flags), stateLine);
      if (flags.dryRun) return tryMany(cli, verb, mailboxes, flags);
      return many(cli, verb, mailboxes, flags);
    });
  }
}
