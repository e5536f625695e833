import type { AnyNoun, Field } from "@mailfleet/contracts";
import { type Column, time } from "../table.ts";

/** An object as the API shows it. */
export type Row = Readonly<Record<string, unknown>>;
/** Names by id. What could not be looked up is not in it: the id stands for itself. */
export type Names = ReadonlyMap<string, string>;
/** A line of what is known about one thing: a name and a value. */
export type Fact = readonly [string, unknown];
/** How single parts of an object are told, where the usual way does not serve; an empty list leaves one out. */
export type OwnFacts = Readonly<Record<string, (row: never) => readonly Fact[]>>;

const spelled: Readonly<Record<string, string>> = { uri: "URI", url: "URL", javascript: "JavaScript", v: "version" };

/** `redirectUri` as people read it: `redirect URI`. */
function words(name: string): string {
  const plain = name.replace(/At$/, "").replace(/[A-Z]+/g, (letters) => ` ${letters.toLowerCase()}`);
  return plain
    .split(" ")
    .map((word) => spelled[word] ?? word)
    .join(" ");
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** A value that is no object, as it is told. */
function told(value: unknown): unknown {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" && instant.test(value)) return time(value);
  if (Array.isArray(value))
    return value.every((item) => typeof item !== "object") ? value.join(", ") : `${value.length}`;
  return value;
}

const cellOf = (field: Field | undefined) => field?.cell as ((value: unknown) => string) | undefined;

function factsAbout(name: string, value: unknown, depth: number, cell?: (value: unknown) => string): Fact[] {
  const label = `${"  ".repeat(depth)}${words(name)}`;
  if (value === undefined) return [];
  if (cell && (typeof value !== "object" || Array.isArray(value) || value === null)) return [[label, cell(value)]];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[label, told(value)]];
  const parts = Object.entries(value).flatMap(([key, part]) => factsAbout(key, part, depth + 1));
  return [[label, cell?.(value) ?? " "], ...parts];
}

/** Everything that is known about one object: the fields of its noun in their order, then what the API adds. */
export function factsOf(noun: AnyNoun, row: Row, own: OwnFacts = {}, known: Names = new Map()): Fact[] {
  const names = Object.keys(noun.View.shape);
  const last = ["v", "createdAt", "changedAt"];
  const order = [
    ...names.filter((name) => !last.includes(name)),
    ...Object.keys(row).filter((name) => !names.includes(name)),
    ...last.filter((name) => names.includes(name)),
  ];
  return order.flatMap((name) => {
    const special = own[name];
    if (special) return row[name] === undefined ? [] : special(row as never);
    const called = known.get(String(row[name]));
    if (called !== undefined) return [[words(name.replace(/Id$/, "")), `${called} (${row[name]})`]];
    return factsAbout(name, row[name], 0, cellOf(noun.fields[name]));
  });
}

/** What fits into a cell of a wide list: no objects, and no lists of them. */
const isPlain = (value: unknown): boolean =>
  typeof value !== "object" || value === null || (Array.isArray(value) && value.every(isPlain));

/**
 * Columns of a list: the id, every field that has a heading, and, where it is wide, all others that fit into a cell; of all of
 * them what this caller may see. `known` stands in place of ids.
 */
export function columnsOf(noun: AnyNoun, rows: readonly Row[], known: Names = new Map()): Column<Row>[] {
  const declared = { ...noun.fields, ...noun.shown };
  const columns = Object.keys(noun.View.shape).flatMap((name): Column<Row>[] => {
    const one = declared[name];
    const field = one && "kept" in one ? one : undefined;
    if (name === "id" || !rows.some((row) => name in row)) return [];
    const wide = field?.column === undefined;
    const cell = cellOf(field);
    if (wide && !cell && !rows.every((row) => isPlain(row[name]))) return [];
    const of = (row: Row) => {
      const value = row[name];
      return (value == null ? "" : (known.get(String(value)) ?? cell?.(value) ?? told(value))) as string;
    };
    const title = field?.column ?? words(name.replace(/Id$/, "")).toUpperCase();
    return [{ name, title, of, wide, whole: field?.label === true }];
  });
  const [narrow, others] = [columns.filter(({ wide }) => !wide), columns.filter(({ wide }) => wide)];
  return [{ name: "id", title: "ID", of: (row) => row.id as string, whole: true }, ...narrow, ...others];
}

/** Whether the column of a field is for wide lists only. */
export function columnOf({ fields, shown }: AnyNoun, name: string): { readonly name: string; readonly wide: boolean } {
  const one = { ...fields, ...shown }[name];
  return { name, wide: !one || !("kept" in one) || one.column === undefined };
}

/** Columns of a list that an operation answers, by the schema of its items. */
export function columnsBySchema(items: object): Column<Row>[] {
  return Object.keys(items).map((name) => ({
    title: words(name).toUpperCase(),
    of: (row) => told(row[name]) as string,
  }));
}
