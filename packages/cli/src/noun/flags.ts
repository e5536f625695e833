import { type AnyNoun, Instant, kebab, MailboxId, ProfileId } from "@mailfleet/contracts";
import type { Command } from "commander";
import { type Cli, collect, readText } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";
import { core, type Schema } from "./definition.ts";
import { idOf } from "./named.ts";

/** One option of a command, and what it makes of the text it is given. */
export interface Flag {
  /** Where its value belongs: names in the body, the query or the input. */
  readonly path: readonly string[];
  /** `--connections <n>` */
  readonly syntax: string;
  readonly text: string;
  /** The name under which the parser keeps it. */
  readonly key: string;
  readonly required: boolean;
  readonly repeats: boolean;
  readonly read: (cli: Cli, value: unknown) => unknown;
}

const isSame = (schema: Schema, other: unknown) => schema._zod.def === (other as Schema)._zod.def;

const camelFlag = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** How the declaration names options: one flag of its own, or what those of the parts begin with, and single parts. */
interface Names {
  readonly flag?: string | undefined;
  readonly flags?: Readonly<Record<string, string | null>> | undefined;
  /** `none` takes optional parts away. */
  readonly whole?: object | undefined;
}

/** Every flag of one field; an object has one for each of its parts. */
function flagsFor(path: string[], given: Schema, text: string, names: Names = {}): Flag[] {
  const { schema, nullable } = core(given);
  const { type, shape, entries, element } = schema._zod.def;
  const { flag, flags, whole } = names;
  if (shape)
    return Object.entries(shape).flatMap(([key, part]) => {
      const inside = [...path, key];
      const own = flags?.[inside.slice(1).join("/")];
      if (own === null) return [];
      const usual = flag === undefined ? undefined : `${flag}-${kebab(key)}`;
      const text = part.description ?? core(part).schema.description ?? "";
      return flagsFor(inside, part, text, { ...names, flag: own ?? usual });
    });
  const [name = "", ...rest] = (flag ?? kebab(path.at(-1) ?? "")).split(" ");
  const isPart = path.length > 1;
  const fromFile = rest.join(" ") === "<file>";
  const goes = nullable || (isPart && whole !== undefined && given.safeParse(undefined).success);
  const repeats = type === "array";
  const one = element && repeats ? core(element).schema : schema;
  const choices = Object.keys(one._zod.def.entries ?? entries ?? {});
  const usual = choices.length > 0 ? `<${choices.join("|")}>` : rest.join(" ") || placeholder(one);
  return [
    {
      path,
      syntax: `--${name} ${usual}`,
      text: repeats ? `${text}${text ? "; " : ""}may be repeated` : text,
      key: camelFlag(name),
      required: !isPart && !given.safeParse(undefined).success,
      repeats,
      read: (cli, value) => {
        if (repeats) return (value as string[]).map((item) => read(one, false, name, item));
        if (fromFile && value !== "none") return readText(String(value));
        return readOne(cli, one, goes, name, value);
      },
    },
  ];
}

function placeholder(schema: Schema): string {
  if (isSame(schema, Instant)) return "<time>";
  if (isSame(schema, ProfileId)) return "<profile>";
  if (isSame(schema, MailboxId)) return "<mailbox>";
  return { boolean: "[yes|no]", number: "<n>" }[schema._zod.def.type] ?? "<text>";
}

/** `none` takes a value away, unless it is one of the values. */
const isNothing = (schema: Schema, nullable: boolean, value: unknown) =>
  nullable && value === "none" && !(schema._zod.def.type === "enum" && schema.safeParse("none").success);

function readOne(cli: Cli, schema: Schema, nullable: boolean, name: string, value: unknown): unknown {
  const isNone = isNothing(schema, nullable, value);
  if (!isNone && isSame(schema, ProfileId)) return idOf(cli, "profile", String(value));
  if (!isNone && isSame(schema, MailboxId)) return idOf(cli, "mailbox", String(value));
  return read(schema, nullable, name, value);
}

/** The value of a text. What is easily seen to be wrong is refused here, everything else by the API. */
function read(schema: Schema, nullable: boolean, name: string, value: unknown): unknown {
  if (isNothing(schema, nullable, value)) return null;
  const { type } = schema._zod.def;
  if (isSame(schema, Instant)) {
    const at = Date.parse(String(value));
    if (Number.isNaN(at)) throw new UsageError(`--${name} ${value} is not a date. Write it as 2027-05-31.`);
    return new Date(at).toISOString();
  }
  if (type === "boolean") {
    if (typeof value !== "boolean" && value !== "yes" && value !== "no")
      throw new UsageError(`--${name} must be yes or no.`);
    return value === true || value === "yes";
  }
  const read = type === "number" ? Number(value) : value;
  const error = type === "number" || type === "enum" ? schema.safeParse(read).error : undefined;
  if (error) throw new UsageError(`--${name} ${error.issues[0]?.message}, not ${value}.`);
  return read;
}

/** The options of writing a noun: all of them for a new one, those that may be changed for a change. */
export function fieldFlags(noun: AnyNoun, verb: "create" | "update"): Flag[] {
  return Object.entries(noun.fields).flatMap(([name, { flag, flags, whole, text, write, change, kept, set }]) => {
    if (flag === null || (verb === "update" && set === "create")) return [];
    const schema = verb === "create" ? write : kept.safeParse(undefined).success ? change.nullable() : change;
    return flagsFor([name], schema.optional() as unknown as Schema, text, { flag, flags, whole });
  });
}

const ownFlag = (noun: AnyNoun, name: string) => noun.fields[name]?.flag ?? undefined;

/** The options of a filter or an input, by its shape. What is also a field has the option of the field. */
export function inputFlags(noun: AnyNoun, shape: object): Flag[] {
  return Object.entries(shape as Record<string, Schema>).flatMap(([name, schema]) =>
    flagsFor([name], schema, schema.description ?? "", { flag: noun.flags?.[name] ?? ownFlag(noun, name) }),
  );
}

/** Adds the options to a command. */
export function addFlags(command: Command, flags: readonly Flag[]): Command {
  for (const { syntax, text, required, repeats, key } of flags) {
    if (required) command.requiredOption(syntax, text);
    else if (repeats) command.option(syntax, text, collect);
    else command.option(syntax, text);
    if (syntax.endsWith("[yes|no]")) command.option(`--no-${kebab(key)}`);
  }
  return command;
}

/** What the given options say, where it belongs. Tells the terminal which option stands for which field. */
export async function valuesOf(
  cli: Cli,
  flags: readonly Flag[],
  options: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const { path, key, syntax, read } of flags) {
    cli.nameFlag(`/${path.join("/")}`, syntax.split(" ")[0] ?? "");
    if (options[key] === undefined) continue;
    const value = await read(cli, options[key]);
    const [last = "", ...above] = [...path].reverse();
    const inside = above.reverse().reduce<Record<string, unknown>>((at, name) => {
      at[name] ??= {};
      return at[name] as Record<string, unknown>;
    }, values);
    inside[last] = value;
  }
  return values;
}
