import type { ApiClient } from "@mailfleet/client";
import type { ConnectionTest, Profile } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, wholeNumber } from "../cli.ts";
import { Failed, NotOver, UsageError } from "../exit-codes.ts";
import { dryRunText } from "../noun/commands.ts";
import { idOf } from "../noun/named.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown, ShownMailbox } from "../shown.ts";
import { outcomeLine } from "./bulk.ts";
import { compareInbox, failureWords, type ShownComparison, until } from "./compare-inbox.ts";
import { watchTests } from "./watch-test.ts";
import { stepLine } from "./words.ts";

interface Balance {
  readonly at: string | null;
  readonly says: number | null;
  readonly lists: number | null;
  readonly missing: number | null;
  readonly fetched: number | null;
}
interface MoveFlags {
  readonly profile: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly timeout: number;
}

/** Longer than the API takes for a test. */
const testMs = 70_000;

/** What the check before a move found, in words. */
function comparisonWords({ has, known, fresh, older, refused, handedOver }: ShownComparison): string {
  const parts = [
    `${known} of them were handed over before and will not come again`,
    `${fresh} will be handed over as new`,
    ...(older > 0 ? [`${older} are older than the date from which mail is received`] : []),
    ...(refused > 0 ? [`${refused} were not handed over by the server and will be set aside`] : []),
  ];
  return `${has} messages are there: ${parts.join(", ")}. So far ${handedOver} messages of this mailbox were handed over.`;
}

const notMoved = ({ address }: ShownMailbox) =>
  `${address} does not work with the new profile, so nothing was changed.`;

/**
 * Connects and signs in by the new profile, in each direction that the mailbox has. Where that profile uses the mailbox's own
 * credentials, reading tells whether they fit. Throws `Failed` where a direction does not work.
 */
async function testBefore(cli: Cli, client: ApiClient, mailbox: ShownMailbox, profileId: string): Promise<void> {
  const profile = await client.get<Profile>(`/profiles/${profileId}`);
  const ways = ["inbound", "outbound"] as const;
  if (ways.some((direction) => profile[direction].credentials === "mailbox")) return;
  for (const direction of ways) {
    if (!mailbox.directions[direction].configured) continue;
    const asked = { mailboxId: mailbox.id, direction };
    const path = `/profiles/${profileId}/test-connection`;
    const test = await client.post<Shown<ConnectionTest>>(path, asked, { timeoutMs: testMs });
    const steps = test.directions.flatMap((one) => one.steps);
    for (const step of steps) cli.remark(stepLine(direction, step));
    const failed = steps.find(({ outcome }) => outcome === "failed");
    if (test.outcome !== "failed") continue;
    const why = [`${direction}, ${failed?.step}:`, failed?.code, failed?.detail, failed?.remedy]
      .filter(Boolean)
      .join(" ");
    throw new Failed(`${notMoved(mailbox)} ${why}`);
  }
}

/** Reads the inbox by the new profile. Throws `Failed` where it cannot be read, in the server's words. */
async function checkBefore(
  cli: Cli,
  client: ApiClient,
  mailbox: ShownMailbox,
  profileId: string,
  timeoutMs: number,
): Promise<ShownComparison> {
  const found = await compareInbox(cli, client, mailbox, { profileId }, timeoutMs);
  if (found.failure) throw new Failed(`${notMoved(mailbox)} ${failureWords(found.failure)}`);
  return found;
}

/** Changes the profile, and where the mailbox is wanted waits for the tests that follow. False: a test failed. */
async function switchProfile(
  cli: Cli,
  client: ApiClient,
  mailbox: ShownMailbox,
  profileId: string,
  timeoutMs: number,
): Promise<boolean> {
  const change = () => client.patch(mailboxPath(mailbox.id), { profileId }, { ifVersion: mailbox.v });
  if (!mailbox.wanted) {
    await change();
    return true;
  }
  const { outcomes, complete } = await watchTests(
    client,
    [mailbox.id],
    {
      timeoutMs,
      signal: cli.terminal.interrupted,
      watcher: { onStep: (_, direction, step) => cli.remark(stepLine(direction, step)) },
    },
    async () => void (await change()),
  );
  for (const outcome of outcomes) cli.remark(outcomeLine(outcome));
  if (!complete)
    throw new NotOver(`Some tests have no result yet. \`mailfleet mailbox show ${mailbox.address}\` tells more.`);
  return outcomes.every(({ ok }) => ok);
}

/** Compares the whole folder with what was accounted for. */
async function checkAfter(client: ApiClient, mailbox: ShownMailbox, timeoutMs: number): Promise<Balance> {
  const at = `${mailboxPath(mailbox.id)}/messages`;
  const before = await client.get<Balance>(`${at}/balance`);
  await client.post(`${at}/audit`);
  return until<Balance>(client, `${at}/balance`, timeoutMs, (balance) => balance.at !== before.at);
}

async function move(cli: Cli, which: string, { profile, dryRun, yes, timeout }: MoveFlags): Promise<void> {
  const client = await cli.client();
  const timeoutMs = timeout * 1000;
  const mailbox = await client.get<ShownMailbox>(mailboxPath(which));
  const { address, profileId: old } = mailbox;
  const profileId = await idOf(cli, "profile", profile);
  if (profileId === old) throw new UsageError(`${address} uses the profile ${profile} already.`);
  // Whether it may be changed is cheap to know, and reading an inbox is not.
  await client.patch(mailboxPath(mailbox.id), { profileId }, { ifVersion: mailbox.v, query: { dryRun: "true" } });
  cli.remark(`Before the move: connecting with the profile ${profile} …`);
  await testBefore(cli, client, mailbox, profileId);
  cli.remark(`Before the move: reading the inbox of ${address} with the profile ${profile} …`);
  const before = await checkBefore(cli, client, mailbox, profileId, timeoutMs);
  if (dryRun) {
    cli.show({ moved: false, before }, () => `${comparisonWords(before)}\nNothing was changed (--dry-run).`);
    return;
  }
  cli.remark(comparisonWords(before));
  if (before.handedOver > 0 && before.has > 0 && before.known === 0)
    cli.remark("None of them was handed over before: is this the same mailbox, and was its mail carried over?");
  await cli.confirm(`This moves ${address} to the profile ${profile}.`, yes === true);
  const back = `To go back: mailfleet mailbox move ${address} --profile ${old}`;
  if (!(await switchProfile(cli, client, mailbox, profileId, timeoutMs)))
    throw new Failed(`${address} uses the profile ${profile} now, and a test failed. ${back}`);
  if (!mailbox.wanted) {
    const next = `It was not enabled, so nothing was tested: mailfleet mailbox test-and-enable ${address} --wait`;
    cli.show({ moved: true, before, after: null }, () => `${address} uses the profile ${profile} now. ${next}`);
    return;
  }
  const after = await checkAfter(client, mailbox, timeoutMs);
  const { says, lists, missing, fetched } = after;
  const open = (missing ?? 0) - (fetched ?? 0);
  cli.show(
    { moved: true, before, after },
    () =>
      `${address} uses the profile ${profile} now. After the move: the server has ${says} messages, ${lists} were compared, ${open} are not accounted for.`,
  );
  if ((lists ?? 0) < (says ?? 0)) throw new Failed(`The server lists fewer messages than it has. ${back}`);
}

/** `mailfleet mailbox move`: to another profile, with a check before and after. */
export function addMoveCommand(mailbox: Command, cli: Cli): void {
  mailbox
    .command("move <mailbox>")
    .description(
      "move the mailbox to another profile: read its inbox there, say what is new, switch, test and audit; nothing is handed over twice",
    )
    .requiredOption("--profile <profile>", "the new profile")
    .option("--timeout <seconds>", "how long to wait for each check", wholeNumber("--timeout", 1, 86_400), 900)
    .option("--yes", "do not ask")
    .option("--dry-run", dryRunText)
    .action((which: string, flags: MoveFlags) => move(cli, which, flags));
}
