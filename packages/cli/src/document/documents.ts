import { type AnyNoun, Instant, mailbox, notificationSettings, profile, settings } from "@mailfleet/contracts";
import { Failed, UsageError } from "../exit-codes.ts";
import { definition } from "../noun/definition.ts";
import { referencesOf } from "../noun/references.ts";
import type { Row } from "../noun/show.ts";

/** What can be described in a file, in the order in which it is made: what is named comes before what names it. */
export const kinds: readonly AnyNoun[] = [profile, settings, notificationSettings, mailbox];

/** One object in a file. What is not among its fields stays as it is. */
export interface Described {
  readonly kind: string;
  /** Its label; absent where there is only one of it. */
  readonly name?: string;
  /** The version that was exported: a change of another one is refused. */
  readonly version?: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The field by which people name it. */
export const labelOf = (noun: AnyNoun): string | undefined =>
  noun.single ? undefined : Object.keys(noun.fields).find((name) => noun.fields[name]?.label);

/** `profileId` as a file names it, by the name of the profile: `profile`. */
const shortened = (field: string) => field.replace(/Id$/, "");

/** An object as a file describes it: what people set, without secrets, with names in place of ids. */
export function described(noun: AnyNoun, row: Row, names: ReadonlyMap<string, string>): Described {
  const label = labelOf(noun);
  const references = referencesOf(noun, "profile");
  const fields = Object.keys(noun.fields).flatMap((name) => {
    const value = row[name];
    if (name === label || value === undefined) return [];
    return references.includes(name)
      ? [[shortened(name), names.get(String(value)) ?? value] as const]
      : [[name, value] as const];
  });
  return {
    kind: noun.name,
    ...(label === undefined ? {} : { name: String(row[label]) }),
    ...(typeof row.v === "number" ? { version: row.v } : {}),
    fields: Object.fromEntries(fields),
  };
}

/** Fields as the API takes them. `idOf` finds a profile by its name. */
export async function asked(
  noun: AnyNoun,
  { fields }: Described,
  idOf: (name: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  const references = new Map(referencesOf(noun, "profile").map((name) => [shortened(name), name]));
  const instant = definition(Instant);
  const entries = Object.entries(fields).map(async ([name, value]) => {
    const reference = references.get(name);
    if (reference !== undefined) return [reference, typeof value === "string" ? await idOf(value) : value] as const;
    const rule = noun.fields[name];
    const at = rule && definition(rule.kept) === instant && typeof value === "string" ? Date.parse(value) : Number.NaN;
    return [name, Number.isNaN(at) ? value : new Date(at).toISOString()] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checked(value: unknown, where: string): Described {
  if (!isRecord(value)) throw new UsageError(`${where} is no object with kind, name and fields.`);
  const { kind, name, version, fields = {}, ...more } = value;
  const noun = kinds.find((one) => one.name === kind);
  if (!noun) throw new UsageError(`${where}: kind must be ${kinds.map((one) => one.name).join(", ")}.`);
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new UsageError(`${where} has kind, name, version and fields, and not ${unknown}.`);
  if (!isRecord(fields)) throw new UsageError(`${where}: fields must be an object.`);
  if (noun.single ? name !== undefined : typeof name !== "string" || name === "")
    throw new UsageError(
      `${where}: a ${noun.name} ${noun.single ? "has no name" : `needs a name: its ${labelOf(noun)}`}.`,
    );
  if (version !== undefined && !Number.isInteger(version))
    throw new UsageError(`${where}: version must be a whole number.`);
  const [secret] = Object.keys(fields).filter((field) => field in noun.secrets);
  if (secret !== undefined)
    throw new UsageError(`${where}: ${secret} is a secret, which has no place in a file. It stays as it is.`);
  return value as unknown as Described;
}

/** Everything that a text describes: YAML documents or JSON, single or in lists. @throws UsageError */
export async function readDocuments(text: string, file: string): Promise<Described[]> {
  const { parseAllDocuments } = await import("yaml");
  const values = parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new UsageError(`${file} is not valid YAML: ${error.message.split("\n")[0]}`);
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return value === null ? [] : Array.isArray(value) ? (value as unknown[]) : [value];
  });
  const all = values.map((value, n) => checked(value, `${file}, document ${n + 1}`));
  const seen = new Set<string>();
  for (const { kind, name } of all) {
    const key = `${kind} ${name ?? ""}`.trim();
    if (seen.has(key)) throw new UsageError(`${file} describes ${key} twice.`);
    seen.add(key);
  }
  return [...all].sort((a, b) => orderOf(a) - orderOf(b));
}
const orderOf = ({ kind }: Described) => kinds.findIndex(({ name }) => name === kind);

/** One value that differs. */
export interface Difference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

const isAbsent = (value: unknown) => value === undefined || value === null;

/** What differs, value by value, of what is wanted. */
export function differences(before: unknown, wanted: unknown, field = ""): Difference[] {
  if (isAbsent(before) && isAbsent(wanted)) return [];
  if (isRecord(before) && isRecord(wanted)) {
    const names = [...new Set([...Object.keys(wanted), ...Object.keys(before)])];
    return names.flatMap((name) => differences(before[name], wanted[name], field === "" ? name : `${field}.${name}`));
  }
  return JSON.stringify(before) === JSON.stringify(wanted) ? [] : [{ field, from: before, to: wanted }];
}

/** What must become of an object that is there. @throws Failed if what is fixed would change */
export function changed(noun: AnyNoun, before: Row, wanted: Row): { change: Row; differs: Difference[] } {
  const each = Object.entries(wanted).map(([name, value]) => ({
    name,
    value,
    differs: differences(before[name], value, name),
  }));
  const some = each.filter(({ differs }) => differs.length > 0);
  const fixed = some.find(({ name }) => noun.fields[name]?.set === "create");
  if (fixed) throw new Failed(`${fixed.name} is fixed when a ${noun.name} is made, and is ${before[fixed.name]}.`);
  return {
    change: Object.fromEntries(some.map(({ name, value }) => [name, value])),
    differs: some.flatMap(({ differs }) => differs),
  };
}
