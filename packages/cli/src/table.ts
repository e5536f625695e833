/** One column of a table: its heading and its content. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | boolean | null | undefined;
  /** Never cut. */
  readonly whole?: boolean;
}

/** Widest cell; what is longer is cut with an ellipsis. */
const widest = 60;

const control = /\p{Cc}/gu;

/** Text from outside as it may stand on a terminal: on one line, without control sequences. */
export function printable(value: unknown): string {
  return value === null || value === undefined || value === "" ? "-" : String(value).replaceAll(control, " ");
}

function cell(value: unknown, whole = false): string {
  const text = printable(value);
  return text.length > widest && !whole ? `${text.slice(0, widest - 1)}…` : text;
}

/** Rows in aligned columns with a heading; if there are no rows, a sentence. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], none = "Nothing found."): string {
  if (rows.length === 0) return none;
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map(({ of, whole }) => cell(of(row), whole))),
  ];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => (line[index] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Names and values below each other, for one thing. */
export function facts(entries: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join("\n");
}

/** ISO 8601 without fractions, as people read it. */
export function time(at: string | null | undefined): string {
  return at ? at.replace("T", " ").replace(/\.\d+Z$/, "Z") : "-";
}
