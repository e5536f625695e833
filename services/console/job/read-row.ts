import {
  columnNamed,
  credentialColumns,
  type MailboxColumn,
  mailboxColumns,
  ProblemError,
  readCsvLine,
  type Separator,
  separatorOf,
  valueOfCell,
  withoutApostrophe,
} from "@mailfleet/contracts";
import type { Line } from "./read-lines.ts";

/** The heading of a CSV: its columns in their order. */
export interface Heading {
  readonly separator: Separator;
  readonly columns: readonly string[];
}

/** What a line says, by column; an empty cell says nothing. */
export type Row = Readonly<Partial<Record<string, string>>>;

const known: readonly string[] = [...mailboxColumns.map(({ name }) => name), ...credentialColumns];
const howTo = `Columns: ${known.join(", ")}.`;

/** Reads the heading. @throws ProblemError INVALID that names what is no column, or what is missing */
export function readHeading({ number, text }: Line): Heading {
  const separator = separatorOf(text);
  const read = readCsvLine(text, separator);
  if ("wrong" in read) throw new ProblemError("INVALID", `Line ${number}, the heading: ${read.wrong}.`);
  const columns = read.cells.map(columnNamed);
  const errors = [
    ...columns.flatMap((name, index) =>
      known.includes(name) ? [] : [{ pointer: `/${read.cells[index]}`, reason: "is no column of a mailbox" }],
    ),
    ...columns
      .filter((name, index) => columns.indexOf(name) !== index)
      .map((name) => ({ pointer: `/${name}`, reason: "is there twice" })),
    ...(columns.includes("address") ? [] : [{ pointer: "/address", reason: "is missing" }]),
  ];
  if (errors.length === 0) return { separator, columns };
  const why = errors.map(({ pointer, reason }) => `${pointer.slice(1) || "an empty heading"} ${reason}`).join("; ");
  throw new ProblemError("INVALID", `Line ${number}, the heading: ${why}.`, { errors, remedy: howTo });
}

/** Reads one line. `null`: it is empty. @throws ProblemError INVALID that says what is broken */
export function readRow({ separator, columns }: Heading, { number, text }: Line): Row | null {
  const read = readCsvLine(text, separator);
  if ("wrong" in read)
    throw new ProblemError("INVALID", `Line ${number}: ${read.wrong}.`, {
      remedy: "Correct the line and import it again.",
    });
  const { cells } = read;
  if (cells.every((cell) => cell.trim() === "")) return null;
  if (cells.length !== columns.length)
    throw new ProblemError("INVALID", `Line ${number} has ${cells.length} cells, and the heading ${columns.length}.`, {
      remedy: `Put a cell that holds “${separator === "\t" ? "a tab" : separator}” in quotes, and import the line again.`,
    });
  // A password is taken as it stands.
  const named = columns.map((name, index) => {
    const cell = cells[index] ?? "";
    return [name, name === "password" ? cell : withoutApostrophe(cell.trim())] as const;
  });
  return Object.fromEntries(named.filter(([, cell]) => cell !== ""));
}

/** What the cells say, where it belongs in the body of a mailbox; the profile is told apart. */
export function fieldsOf(row: Row): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const column of mailboxColumns) {
    const cell = row[column.name];
    if (cell === undefined || column.name === "profile") continue;
    put(fields, column, valueOfCell(column, cell));
  }
  return fields;
}

function put(fields: Record<string, unknown>, { path }: Pick<MailboxColumn, "path">, value: unknown): void {
  const [first = "", second] = path;
  if (second === undefined) fields[first] = value;
  else fields[first] = { ...(fields[first] as object | undefined), [second]: value };
}

/** The column that a refusal of a field is about. */
export function columnAt(path: readonly PropertyKey[]): string {
  const names = path.map(String);
  const fits = mailboxColumns.filter((column) => names.every((name, index) => column.path[index] === name));
  return fits.map(({ name }) => name).join(" or ") || names.at(-1) || "address";
}
