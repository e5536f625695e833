import type { Settings } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, changeOf, wholeNumber } from "../cli.ts";
import { yesNo } from "../notification-change.ts";
import type { Shown } from "../shown.ts";
import { facts } from "../table.ts";
import { profileIdOf } from "./profile.ts";

type ShownSettings = Shown<Settings>;

const milliseconds = (name: string) => wholeNumber(name, 100, 604_800_000);
const word = (value: boolean) => (value ? "yes" : "no");

/** `us-government`, `all` or a list of ports. */
function allowedPorts(text: string): "us-government" | "all" | number[] {
  if (text === "us-government" || text === "all") return text;
  return text.split(",").map(wholeNumber("Each port of --allowed-ports", 1, 65_535));
}

const portsWords = (allowed: ShownSettings["allowedOutboundPorts"]) =>
  Array.isArray(allowed) ? allowed.join(", ") : (allowed ?? "all");

const settingsWords = (settings: ShownSettings) =>
  facts([
    ["approval for users", word(settings.approvalRequiredForUsers)],
    ["approval for queues", word(settings.approvalRequiredForQueues)],
    ["default profile", settings.defaultProfileId],
    ["allowed outbound ports", portsWords(settings.allowedOutboundPorts)],
    ["messages kept", `${settings.messageRetentionDays} days`],
    ...Object.entries(settings.retryPolicy).map(([name, value]) => [name, value] as const),
  ]);

interface SettingsFlags {
  approvalForUsers?: boolean;
  approvalForQueues?: boolean;
  defaultProfile?: string;
  allowedPorts?: ReturnType<typeof allowedPorts>;
  retentionDays?: number;
  maximumAttempts?: number;
  retryMs?: number;
  pollMs?: number;
  probeMs?: number;
  testDeadlineMs?: number;
  secondChanceMs?: number;
}

/** `mailfleet settings …` */
export function addSettingsCommands(program: Command, cli: Cli): void {
  const settings = program.command("settings").description("settings of the organisation");
  settings
    .command("show")
    .description("all settings")
    .action(async () => cli.show(await (await cli.client()).get<ShownSettings>("/settings"), settingsWords));
  settings
    .command("set")
    .description("change the fields you name")
    .option("--approval-for-users <yes|no>", "", yesNo("--approval-for-users"))
    .option("--approval-for-queues <yes|no>", "", yesNo("--approval-for-queues"))
    .option("--default-profile <profile>", "id or name; none removes it")
    .option("--allowed-ports <us-government|80,443,…|all>", "ports that Mailfleet may connect to", allowedPorts)
    .option("--retention-days <n>", "how long received messages are kept", wholeNumber("--retention-days", 1, 3650))
    .option("--maximum-attempts <n>", "", wholeNumber("--maximum-attempts", 1, 100))
    .option("--retry-ms <ms>", "", milliseconds("--retry-ms"))
    .option("--poll-ms <ms>", "", milliseconds("--poll-ms"))
    .option("--probe-ms <ms>", "", milliseconds("--probe-ms"))
    .option("--test-deadline-ms <ms>", "", milliseconds("--test-deadline-ms"))
    .option("--second-chance-ms <ms>", "", milliseconds("--second-chance-ms"))
    .action(async (flags: SettingsFlags) => {
      const { approvalForUsers, approvalForQueues, defaultProfile, retentionDays, allowedPorts, ...policy } = flags;
      const named = async (which: string) => (which === "none" ? null : profileIdOf(cli, which));
      const change = changeOf({
        approvalRequiredForUsers: approvalForUsers,
        approvalRequiredForQueues: approvalForQueues,
        defaultProfileId: defaultProfile === undefined ? undefined : await named(defaultProfile),
        allowedOutboundPorts: allowedPorts === "all" ? null : allowedPorts,
        messageRetentionDays: retentionDays,
        retryPolicy: Object.keys(policy).length === 0 ? undefined : policy,
      });
      cli.show(await (await cli.client()).patch<ShownSettings>("/settings", change), settingsWords);
    });
}
