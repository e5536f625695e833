import type { Profile } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, changeOf, readJson, readText, wholeNumber } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import type { Shown } from "../shown.ts";
import { facts, table, time } from "../table.ts";

type ShownProfile = Shown<Profile>;

interface ServerFlags {
  name?: string;
  description?: string;
  imapHost?: string;
  imapPort?: number;
  imapSecurity?: string;
  imapCa?: string;
  smtpHost?: string;
  smtpPort?: number;
  smtpSecurity?: string;
  smtpCa?: string;
  outboundCredentials?: string;
  outboundUsername?: string;
  passwordStdin?: boolean;
  processFrom?: string;
  minimumPollingInterval?: number;
  connections?: number;
  connectionTimeout?: number;
  uncertain?: string;
  sendExpiry?: number;
  file?: string;
}

const port = (name: string) => wholeNumber(name, 1, 65_535);

function withServerFlags(command: Command): Command {
  return command
    .option("--name <name>")
    .option("--description <text>")
    .option("--imap-host <host>")
    .option("--imap-port <port>", "", port("--imap-port"))
    .option("--imap-security <none|starttls|tls>")
    .option("--imap-ca <file>", "PEM certificates of a private authority")
    .option("--smtp-host <host>")
    .option("--smtp-port <port>", "", port("--smtp-port"))
    .option("--smtp-security <none|starttls|tls>")
    .option("--smtp-ca <file>", "PEM certificates of a private authority")
    .option("--outbound-credentials <mailbox|profile>", "whose credentials send")
    .option("--process-from <time>", "take in only what came later, ISO 8601")
    .option("--minimum-polling-interval <minutes>", "", wholeNumber("--minimum-polling-interval", 0, 1440))
    .option("--connections <n>", "at the same time for one holder of credentials", wholeNumber("--connections", 1, 300))
    .option("--connection-timeout <ms>", "", wholeNumber("--connection-timeout", 100, 100_000))
    .option("--uncertain <hold|resend>", "what to do with a message of which it is not known whether it was sent")
    .option("--send-expiry <hours>", "", wholeNumber("--send-expiry", 1, 720))
    .option("--file <json>", "the profile as JSON; - reads standard input");
}

const set = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Options as the API's fields; servers are completed from what is there, because they are replaced whole. */
async function fieldsOf(cli: Cli, flags: ServerFlags, before?: ShownProfile): Promise<Record<string, unknown>> {
  const inbound = set({
    host: flags.imapHost,
    port: flags.imapPort,
    security: flags.imapSecurity,
    trustedCertificates: flags.imapCa === undefined ? undefined : await readText(flags.imapCa),
  });
  const outbound = set({
    host: flags.smtpHost,
    port: flags.smtpPort,
    security: flags.smtpSecurity,
    trustedCertificates: flags.smtpCa === undefined ? undefined : await readText(flags.smtpCa),
    credentials: flags.outboundCredentials,
  });
  const whole = (part: Record<string, unknown>, old: object | undefined, defaults: object) =>
    Object.keys(part).length === 0 ? undefined : { ...(old ?? defaults), ...part };
  return set({
    ...(flags.file === undefined ? {} : await readJson(cli, flags.file)),
    name: flags.name,
    description: flags.description,
    inbound: whole(inbound, before?.inbound, { protocol: "imap", port: 993, security: "tls" }),
    outbound: whole(outbound, before?.outbound, { protocol: "smtp", port: 465, security: "tls" }),
    processFrom: flags.processFrom,
    minimumPollingIntervalMinutes: flags.minimumPollingInterval,
    maximumConcurrentConnections: flags.connections,
    connectionTimeoutMs: flags.connectionTimeout,
    uncertainPolicy: flags.uncertain,
    sendExpiryHours: flags.sendExpiry,
  });
}

const server = (part: { host: string; port: number; security: string }) =>
  `${part.host}:${part.port} (${part.security})`;

const words = (profile: ShownProfile) =>
  facts([
    ["id", profile.id],
    ["name", profile.name],
    ["description", profile.description],
    ["active", profile.active ? "yes" : "no"],
    ["default", profile.isDefault ? "yes" : "no"],
    ["inbound", server(profile.inbound)],
    ["outbound", server(profile.outbound)],
    ["credentials to send", profile.outbound.credentials],
    ["  user name", profile.outboundCredentials?.username],
    ["process from", time(profile.processFrom)],
    ["polling, at least", `${profile.minimumPollingIntervalMinutes} min`],
    ["connections", profile.maximumConcurrentConnections],
    ["connection time-out", `${profile.connectionTimeoutMs} ms`],
    ["uncertain sends", profile.uncertainPolicy],
    ["sends expire after", `${profile.sendExpiryHours} h`],
    ["mailboxes", profile.mailboxes],
    ["version", profile.v],
    ["changed", time(profile.changedAt)],
  ]);

/** An id, or the profile of that name. */
export async function profileIdOf(cli: Cli, idOrName: string): Promise<string> {
  if (/^pf_[a-z0-9]{4,40}$/.test(idOrName)) return idOrName;
  const found = (await (await cli.client()).list<ShownProfile>("/profiles")).filter((one) => one.name === idOrName);
  if (found.length === 1 && found[0]) return found[0].id;
  throw new UsageError(
    found.length === 0 ? `There is no profile ${idOrName}.` : `Several profiles are named ${idOrName}: give the id.`,
  );
}

/** `mailfleet profile …` */
export function addProfileCommands(program: Command, cli: Cli): void {
  const profile = program.command("profile").description("servers that mailboxes use");
  const path = async (which: string) => `/profiles/${await profileIdOf(cli, which)}`;

  profile
    .command("list")
    .description("all profiles")
    .action(async () => {
      const items = await (await cli.client()).list<ShownProfile>("/profiles");
      cli.show(items, (rows) =>
        table(rows, [
          { title: "ID", of: (row) => row.id },
          { title: "NAME", of: (row) => row.name },
          { title: "ACTIVE", of: (row) => (row.active ? "yes" : "no") },
          { title: "DEFAULT", of: (row) => (row.isDefault ? "yes" : "") },
          { title: "INBOUND", of: (row) => server(row.inbound) },
          { title: "OUTBOUND", of: (row) => server(row.outbound) },
          { title: "MAILBOXES", of: (row) => row.mailboxes },
        ]),
      );
    });
  profile
    .command("show <profile>")
    .description("one profile, by id or name")
    .action(async (which: string) => cli.show(await (await cli.client()).get<ShownProfile>(await path(which)), words));
  withServerFlags(profile.command("create").description("make a profile"))
    .option("--outbound-username <name>", "user name for sending, if the profile holds the credentials")
    .option("--password-stdin", "read that password from standard input")
    .action(async (flags: ServerFlags) => {
      const fields = await fieldsOf(cli, flags);
      if (flags.outboundUsername !== undefined)
        fields.outboundCredentials = {
          username: flags.outboundUsername,
          password: await cli.password(flags.passwordStdin, `Password of ${flags.outboundUsername}: `),
        };
      cli.show(await (await cli.client()).post<ShownProfile>("/profiles", fields), words);
    });
  withServerFlags(profile.command("update <profile>").description("change what is named")).action(
    async (which: string, flags: ServerFlags) => {
      const client = await cli.client();
      const before = await client.get<ShownProfile>(await path(which));
      const change = changeOf(await fieldsOf(cli, flags, before));
      cli.show(await client.patch<ShownProfile>(`/profiles/${before.id}`, change, { ifVersion: before.v }), words);
    },
  );
  profile
    .command("delete <profile>")
    .description("delete a profile that no mailbox uses")
    .action(async (which: string) => {
      await (await cli.client()).delete(await path(which));
      cli.show({ deleted: which }, () => `Deleted ${which}.`);
    });
  for (const verb of ["activate", "deactivate"] as const)
    profile
      .command(`${verb} <profile>`)
      .description(verb === "activate" ? "let its mailboxes work again" : "stop all of its mailboxes")
      .action(async (which: string) =>
        cli.show(await (await cli.client()).post<ShownProfile>(`${await path(which)}/${verb}`), words),
      );
  profile
    .command("set-credentials <profile>")
    .description("set the credentials by which its mailboxes send; the password is asked for")
    .requiredOption("--username <name>")
    .option("--password-stdin", "read the password from standard input")
    .action(async (which: string, flags: { username: string; passwordStdin?: boolean }) => {
      const password = await cli.password(flags.passwordStdin, `Password of ${flags.username}: `);
      const body = { username: flags.username, password };
      cli.show(await (await cli.client()).put<ShownProfile>(`${await path(which)}/outbound-credentials`, body), words);
    });
}
