/** What separates the cells: a comma (RFC 4180), in much of Europe a semicolon, in "Unicode text" a tab. */
export const separators = [",", ";", "\t"] as const;
export type Separator = (typeof separators)[number];

/** The separator with which this line, the heading, has most cells. */
export function separatorOf(heading: string): Separator {
  const counts = separators.map((separator) => [separator, heading.split(separator).length] as const);
  return counts.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/** What a program for tables takes for a formula when a cell begins with it. */
const formula = /^'*[=+\-@\t\r]/;

/** The cells of one line, or what is wrong with its quotes, in words. */
export type ReadLine = { readonly cells: readonly string[] } | { readonly wrong: string };

/**
 * Reads one line of a CSV (RFC 4180 §2). A cell cannot hold a line break: so a quote that is broken spoils its own line only,
 * and the lines after it are still read.
 */
export function readCsvLine(line: string, separator: Separator): ReadLine {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    if (line[at] !== '"') {
      const end = endOf(line, at, separator);
      const cell = line.slice(at, end);
      if (cell.includes('"'))
        return {
          wrong: `cell ${cells.length + 1} has a quote inside: put the cell in quotes and double the one inside`,
        };
      cells.push(cell);
      at = end;
    } else {
      let cell = "";
      for (at += 1; ; at += 1) {
        const quote = line.indexOf('"', at);
        if (quote < 0)
          return {
            wrong: `the quote at the beginning of cell ${cells.length + 1} is not closed on this line: a cell cannot hold a line break`,
          };
        cell += line.slice(at, quote);
        at = quote + 1;
        if (line[at] !== '"') break;
        cell += '"';
      }
      if (at < line.length && line[at] !== separator)
        return { wrong: `cell ${cells.length + 1} goes on behind its closing quote: double a quote inside a cell` };
      cells.push(cell);
    }
    if (at >= line.length) return { cells };
  }
}

function endOf(line: string, from: number, separator: Separator): number {
  const end = line.indexOf(separator, from);
  return end < 0 ? line.length : end;
}

/**
 * Writes one line of a CSV. A cell that a program for tables would take for a formula gets an apostrophe, which `withoutApostrophe`
 * takes off again; a line break becomes a space.
 */
export function writeCsvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => (formula.test(cell) ? `'${cell}` : cell).replace(/\r\n|[\r\n]/g, " "))
    .map((cell) => (/[",;\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(",");
}

/** A cell as it was before the apostrophe that keeps it from being a formula. */
export function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
