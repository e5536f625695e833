import {
  type AnyNoun,
  bare,
  connectorDescriptors,
  Instant,
  mailbox,
  notificationSettings,
  profile,
  settings,
} from "@mailfleet/contracts";
import { fieldFlags } from "../noun/flags.ts";

/** A schema as this reads it: what `z.ZodType` hides of its parts. */
interface Schema {
  readonly _zod: {
    readonly def: {
      readonly type: string;
      readonly innerType?: Schema;
      readonly shape?: Readonly<Record<string, Schema>>;
      readonly element?: Schema;
      readonly options?: readonly Schema[];
      readonly entries?: Readonly<Record<string, string>>;
      readonly values?: readonly unknown[];
      readonly defaultValue?: unknown;
    };
  };
  readonly description?: string | undefined;
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
  readonly maxLength?: number | null;
}

/** What people set, in the order in which it is explained. */
export const settable: readonly AnyNoun[] = [profile, mailbox, settings, notificationSettings];

/** One value that can be written, with all that is declared of it. */
export interface Leaf {
  readonly noun: AnyNoun;
  /** Names in the body of a request. */
  readonly path: readonly string[];
  /** What it is for. */
  readonly text: string;
  /** What may be written there, in words; where only some protocols or moments know it, that as well. */
  readonly rules: readonly string[];
  /** Option of the command line. */
  readonly option: string | undefined;
}

interface Found {
  readonly path: readonly string[];
  readonly schema: Schema;
  readonly text: string;
  /** What is kept where nothing is written. */
  readonly usual: unknown;
}

/** Takes default, optional and null off. */
function core(schema: Schema): Schema {
  const inner = bare(schema as never) as unknown as Schema;
  const { type, innerType } = inner._zod.def;
  return type === "nullable" && innerType ? core(innerType) : inner;
}

function usualOf(schema: Schema | undefined): unknown {
  if (!schema) return undefined;
  const { type, defaultValue, innerType } = schema._zod.def;
  if (type === "default") return defaultValue;
  return innerType ? usualOf(innerType) : undefined;
}

function below({ path, schema, text, usual }: Found, kept: Schema | undefined): Found[] {
  const { shape } = core(schema)._zod.def;
  const found = {
    path,
    schema,
    text: schema.description ?? core(schema).description ?? text,
    usual: usualOf(kept) ?? usualOf(schema) ?? usual,
  };
  if (!shape) return [found];
  const keptShape = kept && core(kept)._zod.def.shape;
  const usuals = found.usual as Readonly<Record<string, unknown>> | null | undefined;
  return Object.entries(shape).flatMap(([name, part]) =>
    below({ path: [...path, name], schema: part, text: "", usual: usuals?.[name] }, keptShape?.[name]),
  );
}

const or = (words: readonly string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** What may be written there, in words. */
function valuesOf(given: Schema): string {
  const schema = core(given);
  const { type, entries, values, element, options, shape } = schema._zod.def;
  if (schema._zod.def === (Instant as unknown as Schema)._zod.def) return "a point in time";
  if (entries) return or(Object.values(entries));
  if (values) return or(values.map(String));
  if (options) return or([...new Set(options.map(valuesOf))]);
  if (shape) return "an object";
  if (element) return `a list: ${valuesOf(element)}`;
  if (type === "number") return `${schema.minValue} to ${schema.maxValue}`;
  if (type === "boolean") return "yes or no";
  return schema.maxLength ? `text, up to ${schema.maxLength}` : "text";
}

const usualWords = (value: unknown) => (typeof value === "boolean" ? (value ? "yes" : "no") : [value].flat().join(" "));

/** With which protocols only, where that is so. */
function onlyWith([first, ...rest]: readonly string[]): string[] {
  const name = rest.at(-1) ?? first;
  if (first === "relay" || first === "application") return [];
  const having = Object.values(connectorDescriptors).filter(({ fields }) =>
    (fields as readonly string[]).includes(name === "tagUndeliverable" ? "categories" : (name ?? "")),
  );
  return having.length === 0 ? [] : [`only with ${or(having.map(({ name }) => name))}`];
}

/** Options that the command line has beside the declaration. */
const particularOptions: Readonly<Record<string, string>> = {
  "profile.inbound.addressing": "--addressing",
  "settings.allowedOutboundPorts": "--allowed-ports",
  "settings.allowedNetworks": "--allowed-networks",
};

/** Every value of a noun that can be written, also those inside objects. */
export function leavesOf(noun: AnyNoun): Leaf[] {
  const isMade = noun.standard.includes("create");
  const flags = fieldFlags(noun, isMade ? "create" : "update");
  const options = new Map(flags.map(({ path, syntax }) => [path.join("."), syntax.split(" ")[0]]));
  return Object.entries(noun.fields).flatMap(([name, { write, change, kept, text, set, label }]) => {
    const schema = (isMade ? write : change) as unknown as Schema;
    const found = below({ path: [name], schema, text, usual: undefined }, kept as unknown as Schema);
    return found.map(({ path, schema, text, usual }) => ({
      noun,
      path,
      text,
      rules: [
        valuesOf(schema),
        ...(usual === undefined || usual === null ? [] : [`default ${usualWords(usual)}`]),
        ...onlyWith(path),
        ...(set === "create" ? ["fixed when it is made"] : []),
      ],
      option:
        particularOptions[`${noun.name}.${path.join(".")}`] ??
        (label && noun.operations.find ? `<${name}>` : options.get(path.join("."))),
    }));
  });
}
