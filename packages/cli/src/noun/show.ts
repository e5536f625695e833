import type { AnyNoun, Field } from "@mailfleet/contracts";
import { type Column, time } from "../table.ts";

/** An object as the API shows it. */
export type Row = Readonly<Record<string, unknown>>;
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
export function factsOf(noun: AnyNoun, row: Row, own: OwnFacts = {}): Fact[] {
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
    return factsAbout(name, row[name], 0, cellOf(noun.fields[name]));
  });
}

/** Columns of a list: the id, and every field that has a heading and that this caller may see. */
export function columnsOf(noun: AnyNoun, rows: readonly Row[]): Column<Row>[] {
  const shown = Object.entries(noun.shown ?? {}).flatMap(([name, one]) =>
    "kept" in one ? [[name, one] as const] : [],
  );
  const columns = [...Object.entries(noun.fields), ...shown].flatMap(([name, field]) => {
    if (field.column === undefined || !rows.some((row) => name in row)) return [];
    const cell = cellOf(field);
    const of = (row: Row) => (row[name] == null ? "" : (cell?.(row[name]) ?? told(row[name]))) as string;
    return [{ title: field.column, of }];
  });
  return [{ title: "ID", of: (row) => row.id as string }, ...columns];
}

/** Columns of a list that an operation answers, by the schema of its items. */
export function columnsBySchema(items: object): Column<Row>[] {
  return Object.keys(items).map((name) => ({
    title: words(name).toUpperCase(),
    of: (row) => told(row[name]) as string,
  }));
}
