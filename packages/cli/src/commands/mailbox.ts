import type { HistoryEntry, Mailbox } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, changeOf, readJson } from "../cli.ts";
import { historyColumns, mailboxColumns, mailboxWords, stateLine } from "../mailbox-words.ts";
import { mailboxPath } from "../paths.ts";
import type { Shown, ShownMailbox } from "../shown.ts";
import { table } from "../table.ts";
import { addMailboxBulkCommands } from "./mailbox-bulk.ts";
import { addSignInCommands } from "./mailbox-sign-in.ts";
import { profileIdOf } from "./profile.ts";

interface MailboxFlags {
  name?: string;
  address?: string;
  kind?: string;
  owner?: string;
  profile?: string;
  inbound?: string;
  outbound?: string;
  processFrom?: string;
  deleteAfterProcessing?: boolean;
  allowToUseCredentials?: boolean;
  username?: string;
  passwordStdin?: boolean;
  file?: string;
}

function withMailboxFlags(command: Command): Command {
  return command
    .option("--name <name>")
    .option("--owner <address>", "who owns it and is told about it")
    .option("--profile <profile>", "id or name; by default the default profile")
    .option("--inbound <server-side|none>")
    .option("--outbound <server-side|none>")
    .option("--process-from <time>", "receive only mail that arrived later, ISO 8601")
    .option("--delete-after-processing", "POP3, not for users' mailboxes: delete at the server what was received")
    .option("--no-delete-after-processing", "leave mail on the server")
    .option("--allow-to-use-credentials", "Mailfleet may sign in with the credentials stored with the mailbox")
    .option("--no-allow-to-use-credentials", "Mailfleet may not")
    .option("--file <json>", "the mailbox as JSON; - reads standard input");
}

async function fieldsOf(cli: Cli, flags: MailboxFlags, before?: ShownMailbox): Promise<Record<string, unknown>> {
  const methods = before?.deliveryMethods ?? { inbound: "server-side", outbound: "server-side", act: "none" };
  const deliveryMethods =
    flags.inbound === undefined && flags.outbound === undefined
      ? undefined
      : { ...methods, inbound: flags.inbound ?? methods.inbound, outbound: flags.outbound ?? methods.outbound };
  const fields = {
    ...(flags.file === undefined ? {} : await readJson(cli, flags.file)),
    ...{ name: flags.name, address: flags.address, kind: flags.kind, processFrom: flags.processFrom },
    owner: flags.owner === undefined ? undefined : { email: flags.owner },
    profileId: flags.profile === undefined ? undefined : await profileIdOf(cli, flags.profile),
    deliveryMethods,
    deleteAfterProcessing: flags.deleteAfterProcessing,
    allowToUseCredentials: flags.allowToUseCredentials,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function addReadingCommands(mailbox: Command, cli: Cli): void {
  mailbox
    .command("list")
    .description("all mailboxes, or those that match")
    .option("--status <word>", "lifecycle word; enabled and disabled stand for all of their kind")
    .option("--profile <profile>", "id or name")
    .option("--kind <user|queue|forward>")
    .option("--search <text>", "part of the address or name")
    .action(async (flags: { status?: string; profile?: string; kind?: string; search?: string }) => {
      const profileId = flags.profile === undefined ? undefined : await profileIdOf(cli, flags.profile);
      const query = { lifecycle: flags.status, kind: flags.kind, search: flags.search, profileId };
      const items = await (await cli.client()).list<Shown<Mailbox>>("/mailboxes", query);
      cli.show(items, (rows) => table(rows, mailboxColumns));
    });
  mailbox
    .command("show <mailbox>")
    .description("one mailbox, by id or address, with its last and next runs")
    .action(async (which: string) =>
      cli.show(await (await cli.client()).get<ShownMailbox>(mailboxPath(which)), mailboxWords),
    );
  mailbox
    .command("history <mailbox>")
    .description("the last transitions, newest first")
    .action(async (which: string) => {
      const path = `${mailboxPath(which)}/history`;
      const { items } = await (await cli.client()).get<{ items: Shown<HistoryEntry>[] }>(path);
      cli.show(items, (rows) => table(rows, historyColumns, "Nothing has happened yet."));
    });
}

function addWritingCommands(mailbox: Command, cli: Cli): void {
  withMailboxFlags(mailbox.command("create <address>").description("create a mailbox"))
    .option("--kind <user|queue|forward>")
    .option("--username <name>", "user name at the server; the password is asked for")
    .option("--password-stdin", "read the password from standard input")
    .action(async (address: string, flags: MailboxFlags) => {
      const fields = await fieldsOf(cli, { ...flags, address });
      if (flags.username !== undefined) {
        const password = await cli.password(flags.passwordStdin, `Password of ${flags.username}: `);
        fields.credentials = { username: flags.username, password };
      }
      cli.show(await (await cli.client()).post<ShownMailbox>("/mailboxes", fields), (made) =>
        [`Made ${made.id}.`, stateLine(made)].join("\n"),
      );
    });
  withMailboxFlags(mailbox.command("update <mailbox>").description("change the fields you name"))
    .option("--address <address>", "a new address, which needs approval again")
    .action(async (which: string, flags: MailboxFlags) => {
      const client = await cli.client();
      const before = await client.get<ShownMailbox>(mailboxPath(which));
      const change = changeOf(await fieldsOf(cli, flags, before));
      const answer = await client.patch<ShownMailbox>(mailboxPath(before.id), change, { ifVersion: before.v });
      cli.show(answer, stateLine);
    });
  mailbox
    .command("delete <mailbox>")
    .description("delete a mailbox; mail on the server is not touched")
    .action(async (which: string) => {
      await (await cli.client()).delete(mailboxPath(which));
      cli.show({ deleted: which }, () => `Deleted ${which}.`);
    });
  mailbox
    .command("set-credentials <mailbox>")
    .description("set user name and password; the password is asked for")
    .requiredOption("--username <name>")
    .option("--password-stdin", "read the password from standard input")
    .action(async (which: string, flags: { username: string; passwordStdin?: boolean }) => {
      const password = await cli.password(flags.passwordStdin, `Password of ${flags.username}: `);
      const body = { username: flags.username, password };
      cli.show(await (await cli.client()).put<ShownMailbox>(`${mailboxPath(which)}/credentials`, body), stateLine);
    });
  mailbox
    .command("reject <mailbox>")
    .description("refuse approval")
    .requiredOption("--reason <text>")
    .action(async (which: string, { reason }: { reason: string }) =>
      cli.show(await (await cli.client()).post<ShownMailbox>(`${mailboxPath(which)}/reject`, { reason }), stateLine),
    );
  const plain = {
    resubmit: "ask for approval again after a rejection",
    activate: "make it active again",
    deactivate: "make it inactive",
  };
  for (const [verb, description] of Object.entries(plain))
    mailbox
      .command(`${verb} <mailbox>`)
      .description(description)
      .action(async (which: string) =>
        cli.show(await (await cli.client()).post<ShownMailbox>(`${mailboxPath(which)}/${verb}`), stateLine),
      );
}

/** `mailfleet mailbox …`; every command takes id or address. */
export function addMailboxCommands(program: Command, cli: Cli): void {
  const mailbox = program.command("mailbox").description("mailboxes, named by id or address");
  addReadingCommands(mailbox, cli);
  addWritingCommands(mailbox, cli);
  addSignInCommands(mailbox, cli);
  addMailboxBulkCommands(mailbox, cli);
}
