import { columnNamed, readCsvLine, separatorOf, withoutApostrophe } from "@mailfleet/contracts";
import { type Cli, readText } from "../cli.ts";
import { UsageError } from "../exit-codes.ts";

/** The cells of the column `address`, in their order; other columns say nothing here. @throws UsageError that names the line */
export async function addressesIn(cli: Cli, file: string): Promise<string[]> {
  const text = file === "-" ? (await cli.terminal.readInput()).toString("utf8") : await readText(file);
  const where = file === "-" ? "Standard input" : file;
  const [heading = "", ...lines] = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const separator = separatorOf(heading);
  const cellsOf = (line: string, number: number) => {
    const read = readCsvLine(line, separator);
    if ("wrong" in read) throw new UsageError(`${where}, line ${number}: ${read.wrong}.`);
    return read.cells;
  };
  const at = cellsOf(heading, 1).map(columnNamed).indexOf("address");
  if (at < 0) throw new UsageError(`${where} has no column address: its first line must name the columns.`);
  const addresses = lines.flatMap((line, index) => {
    const cells = cellsOf(line, index + 2);
    if (cells.every((cell) => cell.trim() === "")) return [];
    const address = withoutApostrophe((cells[at] ?? "").trim());
    if (address === "") throw new UsageError(`${where}, line ${index + 2} has no address.`);
    return address;
  });
  if (addresses.length === 0) throw new UsageError(`${where} names no mailbox.`);
  return addresses;
}
