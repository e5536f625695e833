import { type TimeForm, timesAs } from "./output/times.ts";
import { cut, padded, widthOf } from "./output/width.ts";

/** One column of a table: its heading and its content. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number | boolean | null | undefined;
  /** Never cut. */
  readonly whole?: boolean;
  /** Only with `--output wide`, or where `--columns` names it. */
  readonly wide?: boolean;
  /** The field that it shows, as `--columns` names it beside the heading. */
  readonly name?: string;
}

/** How tables and facts are shown. */
export interface View {
  /** Cells in a line; absent: the output is no terminal. */
  readonly cells?: number | undefined;
  /** Nothing is cut. */
  readonly wide?: boolean;
  readonly times?: TimeForm;
}

/** Widest cell where the output is no terminal; what is longer is cut with an ellipsis. */
const widest = 60;
/** A column that is made narrow for a terminal keeps so much. */
const narrowest = 10;
const between = "  ";

const control = /\p{Cc}/gu;

/** Text from outside as it may stand on a terminal: on one line, without control sequences. */
export function printable(value: unknown): string {
  return value === null || value === undefined || value === "" ? "-" : String(value).replaceAll(control, " ");
}

/** Widths that fit into a line: the widest column that may be cut is made narrower, again and again. */
function fitting(widths: readonly number[], mayCut: readonly boolean[], cells: number): number[] {
  const fit = [...widths];
  const tooMuch = () => fit.reduce((sum, width) => sum + width + between.length, -between.length) - cells;
  for (let over = tooMuch(); over > 0; over = tooMuch()) {
    const [first = 0, second = narrowest] = fit.filter((_, n) => mayCut[n]).sort((a, b) => b - a);
    if (first <= narrowest) return fit;
    const at = fit.findIndex((width, n) => mayCut[n] && width === first);
    fit[at] = Math.max(narrowest, Math.min(first - 1, Math.max(second, first - over)));
  }
  return fit;
}

/** Rows in aligned columns with a heading, and further rows in the same columns later. */
export function growing<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { cells, wide = false, times = "utc" }: View = {},
): { text: string; more(rows: readonly Row[]): string } {
  const textsOf = (some: readonly Row[]) => {
    const now = Date.now();
    return some.map((row) => columns.map(({ of }) => timesAs(printable(of(row)), times, now)));
  };
  const lines = [columns.map(({ title }) => title), ...textsOf(rows)];
  const mayCut = columns.map(({ whole }) => !whole && !wide);
  const widths = columns.map((_, n) => Math.max(...lines.map((line) => widthOf(line[n] ?? ""))));
  const fit =
    cells === undefined
      ? widths.map((width, n) => (mayCut[n] ? Math.min(width, widest) : width))
      : fitting(widths, mayCut, cells);
  // What comes later may be longer than what was there: it is cut only where the column had to be made narrow.
  const limits = fit.map((width, n) => {
    if (!mayCut[n]) return Number.POSITIVE_INFINITY;
    return cells === undefined ? widest : width < (widths[n] ?? 0) ? width : Number.POSITIVE_INFINITY;
  });
  const laid = (line: readonly string[]) =>
    line
      .map((text, n) => padded(cut(text, limits[n] ?? 0), fit[n] ?? 0))
      .join(between)
      .trimEnd();
  return { text: lines.map(laid).join("\n"), more: (some) => textsOf(some).map(laid).join("\n") };
}

/** Rows in aligned columns with a heading; if there are no rows, a sentence. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  none = "Nothing found.",
  view: View = {},
): string {
  return rows.length === 0 ? none : growing(rows, columns, view).text;
}

/** Names and values below each other, for one thing. */
export function facts(entries: readonly (readonly [string, unknown])[], { times = "utc" }: View = {}): string {
  const now = Date.now();
  const width = Math.max(...entries.map(([name]) => widthOf(name)));
  return entries.map(([name, value]) => `${padded(name, width)}  ${timesAs(printable(value), times, now)}`).join("\n");
}

/** ISO 8601 without fractions, as people read it. */
export function time(at: string | null | undefined): string {
  return at ? at.replace("T", " ").replace(/\.\d+Z$/, "Z") : "-";
}
