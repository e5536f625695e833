import {
  type AnyNoun,
  type JobVerb,
  jobInput,
  jobVerbs,
  mailbox as noun,
  type Operation,
  sentenceOf,
} from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, NotOver, UsageError } from "../exit-codes.ts";
import { dryRunText, lower, type ParticularCommands } from "../noun/commands.ts";
import { addFlags, inputFlags, valuesOf } from "../noun/flags.ts";
import { mailboxPath } from "../paths.ts";
import type { ShownMailbox } from "../shown.ts";
import { printable, table, time } from "../table.ts";
import { previewColumns, resultColumns, runJob, type ShownJob, successOf } from "./run-job.ts";
import { countOf, howTo, idsOf, selection, type Target } from "./selection.ts";
import { type TestOutcome, watchTests } from "./watch-test.ts";
import { stateLine, stepLine } from "./words.ts";

interface BulkFlags extends Readonly<Record<string, unknown>> {
  readonly wait?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeout: number;
}
/** What is asked of each mailbox, beside the command's name. */
type Input = Readonly<Record<string, unknown>>;

const isTest = (verb: JobVerb) => verb === "test" || verb === "test-and-enable";
/** A preview decides about each mailbox before it answers. */
const previewMs = 120_000;
const none = "No mailbox matches.";
/** The body, if there is anything to say. */
const bodyOf = (input: Input) => (Object.keys(input).length > 0 ? input : undefined);

/** What a command for one mailbox takes and one for many does not. */
function refuseForMany(verb: JobVerb, input: Input): void {
  const known = Object.keys(jobInput(verb).shape);
  const [foreign] = Object.keys(input).filter((name) => !known.includes(name));
  if (foreign === undefined) return;
  const flag = foreign.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${flag} is for one mailbox at a time.`);
}

/** One mailbox: the command itself. */
async function single(
  cli: Cli,
  verb: JobVerb,
  which: string,
  { input, dryRun }: { input: Input; dryRun?: boolean | undefined },
): Promise<ShownMailbox> {
  const client = await cli.client();
  // This approves the address that was seen: the one that was typed, or the one that is shown now.
  const seen = async () => (which.includes("@") ? which : (await client.get<ShownMailbox>(mailboxPath(which))).address);
  const body = verb === "approve" ? { address: await seen() } : bodyOf(input);
  return client.post<ShownMailbox>(`${mailboxPath(which)}/${verb}`, body, dryRun ? { query: { dryRun: "true" } } : {});
}

/** Several mailboxes: a job with a result for each, or what it would do. */
async function many(
  cli: Cli,
  verb: JobVerb,
  { target, input, count }: { target: Target; input: Input; count?: number },
  { timeout, dryRun }: Pick<BulkFlags, "timeout" | "dryRun">,
): Promise<void> {
  refuseForMany(verb, input);
  for (const name of Object.keys(input)) cli.nameFlag(`/input/${name}`, cli.flagFor(`/${name}`) ?? name);
  const asked = {
    verb,
    ...target,
    ...(bodyOf(input) && { input }),
    ...(count === undefined ? {} : { count }),
  } as never;
  const client = await cli.client();
  const job = dryRun
    ? await client.post<ShownJob>("/jobs", asked, { query: { dryRun: "true" }, timeoutMs: previewMs })
    : await runJob(client, asked, timeout * 1000, cli.remark);
  const columns = dryRun ? previewColumns : resultColumns(successOf(verb));
  cli.list(job.results, columns, { none, answer: job });
  if (dryRun && job.results.length < job.total) cli.remark(`${job.total - job.results.length} more are not shown.`);
  if (!dryRun && isTest(verb) && job.results.some(({ ok }) => ok))
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
async function waitForTest(cli: Cli, verb: JobVerb, target: Target, input: Input, flags: BulkFlags): Promise<void> {
  const client = await cli.client();
  const ids = await idsOf(cli, target);
  if (ids.length === 0) return cli.show([], () => none);
  if (ids.length > 1) refuseForMany(verb, input);
  const { outcomes, complete } = await watchTests(
    client,
    ids,
    {
      ...(input.directions ? { directions: input.directions as never } : {}),
      timeoutMs: flags.timeout * 1000,
      signal: cli.terminal.interrupted,
      watcher: {
        onStep: (mailbox, direction, step) =>
          cli.remark(`${ids.length > 1 ? `${mailbox.address} ` : ""}${stepLine(direction, step)}`),
      },
    },
    async ([first]) => {
      if (ids.length === 1 && first) {
        await client.post(`${mailboxPath(first.id)}/${verb}`, bodyOf(input));
        return;
      }
      const asked = { verb, mailboxIds: [...ids], ...(bodyOf(input) && { input }) };
      const job = await runJob(client, asked, flags.timeout * 1000, cli.remark);
      const refused = job.results.filter((result) => !result.ok);
      if (refused.length > 0) cli.remark(table(refused, resultColumns(successOf(verb))));
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

/** Deletes one, or many after a question that says how many they are. */
function addDelete(mailbox: Command, cli: Cli): void {
  const which = selection();
  which
    .addTo(manyCommand(mailbox, "delete"))
    .option("--yes", "do not ask")
    .action(async (names: string[], flags: BulkFlags) => {
      const [first] = names;
      if (first !== undefined && names.length === 1 && !which.filters(flags)) {
        if (!flags.dryRun) await cli.confirm(`This deletes the mailbox ${first}.`, flags.yes);
        const client = await cli.client();
        await client.delete(mailboxPath(first), flags.dryRun ? { query: { dryRun: "true" } } : {});
        if (flags.dryRun) return cli.show({}, () => `${first} can be deleted.`);
        return cli.show({ deleted: first }, () => `Deleted ${first}.`);
      }
      const target = await which.target(cli, names, flags);
      if (!target) throw new UsageError(howTo());
      const count = await countOf(cli, target);
      if (!flags.dryRun) await cli.confirm(`This deletes ${count} mailboxes.`, flags.yes);
      return many(cli, "delete", { target, input: {}, count }, flags);
    });
}

const addTimeout = (command: Command) =>
  command.option("--timeout <seconds>", "how long to wait", wholeNumber("--timeout", 1, 86_400), 120);

/** A command that takes one mailbox or many. */
const manyCommand = (mailbox: Command, verb: JobVerb) =>
  addTimeout(mailbox.command(`${verb} [mailbox...]`))
    .description(lower(sentenceOf(noun as AnyNoun, verb)))
    .option("--dry-run", dryRunText);

/** Fields and filters have the same names: what selects begins with `where`. */
const where = selection("where-");

/** The same change of several mailboxes. */
export const updateMany: NonNullable<ParticularCommands["many"]> = {
  addFlags: (command) => void where.addTo(addTimeout(command)),
  async update(cli, names, change, options: BulkFlags) {
    const target = await where.target(cli, names, options);
    if (!target) throw new UsageError(howTo("where-"));
    return many(cli, "update", { target, input: { change } }, options);
  },
};

/** Commands of a mailbox that are operations of its own; a change has its options from the fields. */
const operations = jobVerbs.filter((verb) => verb in noun.operations);
/** Verbs that stand here and not with what follows from the declaration alone. */
export const bulkVerbs: readonly JobVerb[] = [...operations, "delete"];

/** Commands that take one mailbox, several, or all that a filter finds. */
export function addMailboxBulkCommands(mailbox: Command, cli: Cli): void {
  for (const verb of operations) {
    const which = selection();
    const { address: _, ...input } = ((noun as AnyNoun).operations[verb] as Operation).input;
    const flags = inputFlags(noun as AnyNoun, input);
    const command = which.addTo(addFlags(manyCommand(mailbox, verb), flags));
    if (isTest(verb)) command.option("--wait", "show the steps as they finish, and wait for the result");
    command.action(async (names: string[], options: BulkFlags) => {
      const values = await valuesOf(cli, flags, options);
      if (options.wait && options.dryRun) throw new UsageError("With --dry-run there is nothing to wait for.");
      const [first] = names;
      if (names.length === 1 && first !== undefined && !options.wait && !which.filters(options)) {
        const shown = await single(cli, verb, first, { input: values, dryRun: options.dryRun });
        return cli.show(shown, stateLine);
      }
      const target = await which.target(cli, names, options);
      if (!target) throw new UsageError(howTo());
      if (options.wait) return waitForTest(cli, verb, target, values, options);
      return many(cli, verb, { target, input: values }, options);
    });
  }
  addDelete(mailbox, cli);
}
