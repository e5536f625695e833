import type { z } from "zod";
import { connectorDescriptors } from "../connectors/connectors.ts";
import { Instant } from "../ids.ts";
import type { AnyNoun } from "./declaration.ts";
import { bare, type FieldSet } from "./field.ts";

/** One value that can be written, with all that is declared of it; an object has one for each of its parts. */
export interface Leaf {
  /** Names in the body of a request. */
  readonly path: readonly string[];
  /** What may be written there. */
  readonly schema: z.ZodType;
  /** What it is for. */
  readonly text: string;
  /** What is kept where nothing is written. */
  readonly usual: unknown;
  readonly set: FieldSet;
}

/** What is looked at of a schema, without default, optional and null. */
export interface Rule {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly entries?: Readonly<Record<string, string>>;
  readonly values?: readonly unknown[];
  readonly isInstant: boolean;
  readonly minValue?: number | null;
  readonly maxValue?: number | null;
  readonly maxLength?: number | null;
}

/** The rule of a schema. */
export function ruleOf(schema: z.ZodType): Rule {
  const inner = bare(schema) as z.ZodType;
  const def = inner._zod.def as unknown as Rule & { readonly innerType?: z.ZodType };
  if (def.type === "nullable" && def.innerType) return ruleOf(def.innerType);
  const { minValue, maxValue, maxLength } = inner as unknown as Rule;
  return { ...def, isInstant: inner._zod.def === Instant._zod.def, minValue, maxValue, maxLength } as Rule;
}

function usualOf(schema: z.ZodType | undefined): unknown {
  if (!schema) return undefined;
  const { type, defaultValue, innerType } = schema._zod.def as unknown as {
    readonly type: string;
    readonly defaultValue?: unknown;
    readonly innerType?: z.ZodType;
  };
  if (type === "default") return defaultValue;
  return innerType ? usualOf(innerType) : undefined;
}

function below(given: Leaf, kept: z.ZodType | undefined): Leaf[] {
  const { schema, path } = given;
  const text = schema.description ?? (bare(schema) as z.ZodType).description ?? given.text;
  const usual = usualOf(kept) ?? usualOf(schema) ?? given.usual;
  const { shape } = ruleOf(schema);
  if (!shape) return [{ ...given, text, usual }];
  const keptShape = kept && ruleOf(kept).shape;
  const usuals = usual as Readonly<Record<string, unknown>> | null | undefined;
  return Object.entries(shape).flatMap(([name, part]) =>
    below({ ...given, path: [...path, name], schema: part, text: "", usual: usuals?.[name] }, keptShape?.[name]),
  );
}

/** Every value of a noun that can be written. */
export function leavesOf({ fields, standard }: Pick<AnyNoun, "fields" | "standard">): Leaf[] {
  const isMade = standard.includes("create");
  return Object.entries(fields).flatMap(([name, { write, change, kept, text, set }]) => {
    // What may be missing may be taken away.
    const changed = kept._zod.def.type === "optional" ? change.optional() : change;
    return below({ path: [name], schema: isMade ? write : changed, text, usual: undefined, set }, kept);
  });
}

const or = (words: readonly string[]) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** What may be written there, in words. */
function valuesOf(schema: z.ZodType): string {
  const { type, entries, values, element, options, shape, isInstant, minValue, maxValue, maxLength } = ruleOf(schema);
  if (isInstant) return "a point in time";
  if (entries) return or(Object.values(entries));
  if (values) return or(values.map(String));
  if (options) return or([...new Set(options.map(valuesOf))]);
  if (shape) return "an object";
  if (element) return `a list: ${valuesOf(element)}`;
  if (type === "number") return `${minValue} to ${maxValue}`;
  if (type === "boolean") return "yes or no";
  return maxLength ? `text, up to ${maxLength}` : "text";
}

const usualWords = (value: unknown) => (typeof value === "boolean" ? (value ? "yes" : "no") : [value].flat().join(" "));

/** With which protocols only, where that is so. */
function onlyWith([first, ...rest]: readonly string[]): string[] {
  if (first === "relay" || first === "application") return [];
  const name = rest.at(-1) ?? first ?? "";
  const having = Object.values(connectorDescriptors).filter(({ fields }) =>
    (fields as readonly string[]).includes(name === "tagUndeliverable" ? "categories" : name),
  );
  return having.length === 0 ? [] : [`only with ${or(having.map(({ name }) => name))}`];
}

/** What applies to it, in words: values, default, with which protocols, when it is set. */
export function rulesOf({ schema, usual, path, set }: Leaf): string[] {
  return [
    valuesOf(schema),
    ...(usual === undefined || usual === null ? [] : [`default ${usualWords(usual)}`]),
    ...onlyWith(path),
    ...(set === "create" ? ["fixed when it is made"] : []),
  ];
}
