import { type AnyNoun, nouns } from "@mailfleet/contracts";
import type { Cli } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";

const labelOf = (noun: AnyNoun) => Object.keys(noun.fields).find((name) => noun.fields[name]?.label);

/** The id of an object that is named by id or label. */
export async function idOf(cli: Cli, of: AnyNoun | string, which: string): Promise<string> {
  const noun = typeof of === "string" ? nouns.find((one) => one.name === of) : of;
  if (!noun || noun.id.safeParse(which).success) return which;
  if (noun.operations.find === undefined) return byLabel(cli, noun, which);
  return (await (await cli.client()).get<{ id: string }>(`${noun.path}/${encodeURIComponent(which)}`)).id;
}

async function byLabel(cli: Cli, noun: AnyNoun, which: string): Promise<string> {
  const label = labelOf(noun);
  if (label === undefined || !noun.standard.includes("list")) return which;
  const items = await (await cli.client()).list<Record<string, string>>(noun.path ?? "");
  const [found, ...more] = items.filter((item) => item[label] === which);
  if (found?.id !== undefined && more.length === 0) return found.id;
  throw new UsageError(
    found
      ? `Several ${noun.name}s are named ${which}: give the id.`
      : `There is no ${noun.name} ${which}. \`mailfleet ${noun.name} list\` shows what there is.`,
  );
}
