import { Role, type Token } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, collect } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { idOf } from "../noun/named.ts";
import type { Shown } from "../shown.ts";

type ShownToken = Shown<Token>;

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `7d`, `12h` or `30m` as milliseconds. */
function lifetime(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  if (unit === undefined) throw new UsageError(`--expires-in must be a time such as 30m, 12h or 7d, not ${text}.`);
  return Number(count) * units[unit as keyof typeof units];
}

interface TokenFlags {
  role: string;
  mailbox?: string[];
  profile?: string[];
  domain?: string[];
  only?: string[];
  expiresIn?: number;
}

/** `mailfleet tokens create`: it shows the secret, once. */
export function addTokenCreation(tokens: Command, cli: Cli): void {
  tokens
    .command("create [name]")
    .description("make a token; it is shown once. An owner's token without a name is named after its mailboxes")
    .requiredOption(
      `--role <${Role.options.join("|")}>`,
      "approver and operator may read, too; an owner may set up and test only their own mailboxes",
    )
    .option("--mailbox <mailbox>", "of an owner, by id or address; may be repeated", collect)
    .option("--profile <profile>", "only mailboxes of this profile exist for it; may be repeated", collect)
    .option("--domain <domain>", "only mailboxes of this domain exist for it; may be repeated", collect)
    .option(
      "--only <operation>",
      "only this operation, as incident.acknowledge or incident.*; may be repeated",
      collect,
    )
    .option(
      "--expires-in <duration>",
      "such as 30m, 12h or 7d; without it the token is valid until it is deleted",
      lifetime,
    )
    .action(async (named: string | undefined, { role, mailbox, profile, domain, only, expiresIn }: TokenFlags) => {
      if ((role === "owner") !== (mailbox !== undefined))
        throw new UsageError("--mailbox is for the role owner, which requires it.");
      const name = named ?? mailbox?.join(", ").slice(0, 100);
      if (name === undefined) throw new UsageError("Give the token a name that says what it is for.");
      cli.nameFlag("/mailboxIds", "--mailbox");
      cli.nameFlag("/profileIds", "--profile");
      cli.nameFlag("/domains", "--domain");
      cli.nameFlag("/only", "--only");
      cli.nameFlag("/expiresAt", "--expires-in");
      const idsOf = async (field: string, noun: "mailbox" | "profile", named: string[] | undefined) =>
        named === undefined ? {} : { [field]: await Promise.all(named.map((which) => idOf(cli, noun, which))) };
      const body = {
        name,
        role,
        ...(await idsOf("mailboxIds", "mailbox", mailbox)),
        ...(await idsOf("profileIds", "profile", profile)),
        ...(domain === undefined ? {} : { domains: domain }),
        ...(only === undefined ? {} : { only }),
        ...(expiresIn === undefined ? {} : { expiresAt: new Date(Date.now() + expiresIn).toISOString() }),
      };
      cli.show(await (await cli.client()).post<ShownToken & { token: string }>("/tokens", body), (made) =>
        [`${made.id}: ${made.name}, ${made.role}. The token is shown only now:`, made.token].join("\n"),
      );
    });
}
