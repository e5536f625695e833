import { UsageError } from "../exit-codes.ts";
import { type Column, time } from "../table.ts";

const heading = (name: string) =>
  name
    .replace(/[A-Z]+/g, (letters) => ` ${letters}`)
    .replaceAll(".", " ")
    .toUpperCase();

const atPath = (row: unknown, path: string) =>
  path
    .split(".")
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | null | undefined)?.[name] ?? undefined, row);

/** A value of any form in one cell. */
function told(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? time(value) : value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The columns that are asked for: by heading or field, or by the path of a field such as `approval.by`. */
export function chosen<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { names, wide }: { names?: readonly string[] | undefined; wide: boolean },
): readonly Column<Row>[] {
  if (names === undefined) return columns.filter((column) => wide || !column.wide);
  return names.map((asked) => {
    const same = (text: string | undefined) => text?.toLowerCase() === asked.toLowerCase();
    const known = columns.find(({ title, name }) => same(title) || same(name));
    if (known) return known;
    if (rows.length > 0 && rows.every((row) => atPath(row, asked) === undefined))
      throw new UsageError(
        `--columns: there is no column ${asked}. There are ${columns.map(({ title, name }) => name ?? title).join(", ")}, and the fields that -o json shows.`,
      );
    return { title: heading(asked), of: (row: Row) => told(atPath(row, asked)) };
  });
}
