import { type AnyNoun, mailbox, type NewJob } from "@mailfleet/contracts";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { addFlags, type Flag, inputFlags, valuesOf } from "../noun/flags.ts";
import { idOf } from "../noun/named.ts";
import { addressesIn } from "./addresses.ts";
import { failedResults, type ShownJob } from "./run-job.ts";

/** Which mailboxes a job is for. */
export type Target = Pick<NewJob, "mailboxIds" | "addresses" | "filter" | "failedOf">;
type Options = Readonly<Record<string, unknown>>;

/** How a command says which mailboxes it means: by name, by a CSV, by the filters of their list, all, or by a former job. */
export interface Selection {
  addTo(command: Command): Command;
  /** Whether it selects otherwise than by name. */
  filters(options: Options): boolean;
  /** `undefined`: it names none. @throws UsageError if it says it in two ways */
  target(cli: Cli, names: readonly string[], options: Options): Promise<Target | undefined>;
}

/** `prefix`: what the options begin with, where those of the command itself have the same names. */
export function selection(prefix = ""): Selection {
  const { ids: _, ...shape } = (mailbox as AnyNoun).filter ?? {};
  const flags = inputFlags(mailbox as AnyNoun, shape).map((flag) => prefixed(flag, prefix));
  const failedOf = prefixed({ key: "failedOf", syntax: "--failed-of <job>" }, prefix);
  const csv = prefixed({ key: "csv", syntax: "--csv <file>" }, prefix);
  return {
    addTo: (command) =>
      addFlags(
        command,
        flags.map((flag) => ({ ...flag, text: `all mailboxes with this${flag.text && `: ${flag.text}`}` })),
      )
        .option("--all", "all mailboxes")
        .option(csv.syntax, "those whose addresses stand in the column address of this file; - reads standard input")
        .option(failedOf.syntax, "those that failed in this job"),
    filters: (options) => [...flags, csv, failedOf, { key: "all" }].some(({ key }) => options[key] !== undefined),
    async target(cli, names, options) {
      const filter = await valuesOf(cli, flags, options);
      const former = options[failedOf.key] as string | undefined;
      const file = options[csv.key] as string | undefined;
      const ways = [
        names.length > 0 && { mailboxIds: await Promise.all(names.map((name) => idOf(cli, "mailbox", name))) },
        Object.keys(filter).length > 0 && { filter },
        options.all === true && { filter: {} },
        file !== undefined && { addresses: await addressesIn(cli, file) },
        former !== undefined && { failedOf: former },
      ].filter((way) => way !== false);
      if (ways.length > 1) throw new UsageError(`Say in one way which mailboxes you mean. ${howTo(prefix)}`);
      return ways[0];
    },
  };
}

/** How mailboxes are named, in a sentence. */
export const howTo = (prefix = ""): string =>
  `Name one or more mailboxes, or filter by --${prefix}profile, --${prefix}status, --${prefix}kind or --${prefix}search, or by --${prefix}csv, or say --all.`;

function prefixed<Some extends Pick<Flag, "key" | "syntax">>(flag: Some, prefix: string): Some {
  if (prefix === "") return flag;
  const key = `${prefix.replace("-", "")}${flag.key.charAt(0).toUpperCase()}${flag.key.slice(1)}`;
  return { ...flag, key, syntax: flag.syntax.replace("--", `--${prefix}`) };
}

/** The ids of the mailboxes that a target means. */
export async function idsOf(cli: Cli, { mailboxIds, addresses, filter, failedOf }: Target): Promise<readonly string[]> {
  if (mailboxIds) return mailboxIds;
  if (addresses) return Promise.all(addresses.map((address) => idOf(cli, "mailbox", address)));
  const client = await cli.client();
  if (failedOf !== undefined) {
    const job = await client.get<ShownJob>(`/jobs/${encodeURIComponent(failedOf)}`);
    return (await failedResults(client, job)).map(({ mailboxId }) => mailboxId);
  }
  const items = await client.list<{ id: string }>("/mailboxes", filter as Record<string, string>);
  return items.map(({ id }) => id);
}

/** How many mailboxes a job would be for. */
export async function countOf(cli: Cli, target: Target): Promise<number> {
  if (target.addresses) return new Set(target.addresses.map((address) => address.toLowerCase())).size;
  return (await idsOf(cli, target)).length;
}
