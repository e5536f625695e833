import type { NotificationSettings, Settings } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, changeOf, readText, wholeNumber } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import type { Shown } from "../shown.ts";
import { facts } from "../table.ts";
import { profileIdOf } from "./profile.ts";

type ShownSettings = Shown<Settings>;
type ShownNotifications = Shown<NotificationSettings>;

const yesNo = (name: string) => (text: string) => {
  if (text !== "yes" && text !== "no") throw new UsageError(`${name} must be yes or no.`);
  return text === "yes";
};
const milliseconds = (name: string) => wholeNumber(name, 100, 604_800_000);
const collect = (value: string, before: string[] = []) => [...before, value];
const word = (value: boolean) => (value ? "yes" : "no");

const settingsWords = (settings: ShownSettings) =>
  facts([
    ["approval for users", word(settings.approvalRequiredForUsers)],
    ["approval for queues", word(settings.approvalRequiredForQueues)],
    ["default profile", settings.defaultProfileId],
    ["messages kept", `${settings.messageRetentionDays} days`],
    ...Object.entries(settings.retryPolicy).map(([name, value]) => [name, value] as const),
  ]);

const notificationWords = (settings: ShownNotifications) =>
  facts([
    ["enabled", word(settings.enabled)],
    ["relay", settings.relay && `${settings.relay.host}:${settings.relay.port} (${settings.relay.security})`],
    ["user name", settings.relay?.username],
    ["from", settings.from],
    ["to", settings.to.join(", ")],
  ]);

interface SettingsFlags {
  approvalForUsers?: boolean;
  approvalForQueues?: boolean;
  defaultProfile?: string;
  retentionDays?: number;
  maximumAttempts?: number;
  retryMs?: number;
  pollMs?: number;
  probeMs?: number;
  testDeadlineMs?: number;
  secondChanceMs?: number;
}

function addSettingsCommand(program: Command, cli: Cli): void {
  const settings = program.command("settings").description("settings of the organisation");
  settings
    .command("show")
    .description("all settings")
    .action(async () => cli.show(await (await cli.client()).get<ShownSettings>("/settings"), settingsWords));
  settings
    .command("set")
    .description("change what is named")
    .option("--approval-for-users <yes|no>", "", yesNo("--approval-for-users"))
    .option("--approval-for-queues <yes|no>", "", yesNo("--approval-for-queues"))
    .option("--default-profile <profile>", "id or name; none takes it away")
    .option("--retention-days <n>", "how long received messages are kept", wholeNumber("--retention-days", 1, 3650))
    .option("--maximum-attempts <n>", "", wholeNumber("--maximum-attempts", 1, 100))
    .option("--retry-ms <ms>", "", milliseconds("--retry-ms"))
    .option("--poll-ms <ms>", "", milliseconds("--poll-ms"))
    .option("--probe-ms <ms>", "", milliseconds("--probe-ms"))
    .option("--test-deadline-ms <ms>", "", milliseconds("--test-deadline-ms"))
    .option("--second-chance-ms <ms>", "", milliseconds("--second-chance-ms"))
    .action(async (flags: SettingsFlags) => {
      const { approvalForUsers, approvalForQueues, defaultProfile, retentionDays, ...policy } = flags;
      const named = async (which: string) => (which === "none" ? null : profileIdOf(cli, which));
      const change = changeOf({
        approvalRequiredForUsers: approvalForUsers,
        approvalRequiredForQueues: approvalForQueues,
        defaultProfileId: defaultProfile === undefined ? undefined : await named(defaultProfile),
        messageRetentionDays: retentionDays,
        retryPolicy: Object.keys(policy).length === 0 ? undefined : policy,
      });
      cli.show(await (await cli.client()).patch<ShownSettings>("/settings", change), settingsWords);
    });
}

interface NotificationFlags {
  enabled?: boolean;
  relayHost?: string;
  relayPort?: number;
  relaySecurity?: string;
  relayCa?: string;
  from?: string;
  to?: string[];
  username?: string;
  passwordStdin?: boolean;
}

async function notificationChange(cli: Cli, flags: NotificationFlags): Promise<Record<string, unknown>> {
  const path = "/settings/notifications";
  const relayFlags = [flags.relayHost, flags.relayPort, flags.relaySecurity, flags.relayCa];
  const before = async () => {
    const { relay } = await (await cli.client()).get<ShownNotifications>(path);
    if (!relay) return { port: 587, security: "starttls" };
    const { username: _, ...rest } = relay;
    return rest;
  };
  const relay = relayFlags.every((flag) => flag === undefined)
    ? undefined
    : {
        ...(await before()),
        ...(flags.relayHost === undefined ? {} : { host: flags.relayHost }),
        ...(flags.relayPort === undefined ? {} : { port: flags.relayPort }),
        ...(flags.relaySecurity === undefined ? {} : { security: flags.relaySecurity }),
        ...(flags.relayCa === undefined ? {} : { trustedCertificates: await readText(flags.relayCa) }),
      };
  const credentials =
    flags.username === undefined
      ? undefined
      : {
          username: flags.username,
          password: await cli.password(flags.passwordStdin, `Password of ${flags.username}: `),
        };
  return changeOf({ enabled: flags.enabled, relay, from: flags.from, to: flags.to, credentials });
}

function addNotificationCommand(program: Command, cli: Cli): void {
  const path = "/settings/notifications";
  const notifications = program.command("notifications").description("how alerts are sent by e-mail");
  notifications
    .command("show")
    .description("relay and recipients")
    .action(async () => cli.show(await (await cli.client()).get<ShownNotifications>(path), notificationWords));
  notifications
    .command("set")
    .description("change what is named")
    .option("--enabled <yes|no>", "", yesNo("--enabled"))
    .option("--relay-host <host>")
    .option("--relay-port <port>", "", wholeNumber("--relay-port", 1, 65_535))
    .option("--relay-security <none|starttls|tls>")
    .option("--relay-ca <file>", "PEM certificates of a private authority")
    .option("--from <address>")
    .option("--to <address>", "may be repeated", collect)
    .option("--username <name>", "user name at the relay; the password is asked for")
    .option("--password-stdin", "read the password from standard input")
    .action(async (flags: NotificationFlags) => {
      const change = await notificationChange(cli, flags);
      cli.show(await (await cli.client()).patch<ShownNotifications>(path, change), notificationWords);
    });
}

/** `mailfleet settings …` and `mailfleet notifications …` */
export function addSettingsCommands(program: Command, cli: Cli): void {
  addSettingsCommand(program, cli);
  addNotificationCommand(program, cli);
}
