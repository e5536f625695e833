import type { Costs } from "../soak/costs.ts";
import type { Fleet } from "./scale.ts";
import { fleetsTable, measuredTable } from "./table.ts";

/** The text of the document with its computed tables as they are now. Each stands between two comments with its name. */
export function withTables(text: string, costs: Costs, fleets: readonly Fleet[]): string {
  const tables = { measured: measuredTable(costs), fleets: fleetsTable(costs, fleets) };
  return Object.entries(tables).reduce((before, [name, table]) => {
    const place = new RegExp(`(<!-- ${name} -->\\n)[^]*?(<!-- end of ${name} -->)`);
    if (!place.test(before)) throw new Error(`the document has no place for the table ${name}`);
    return before.replace(place, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
  }, text);
}

/** Where it is. */
export const documentUrl = new URL("../../../docs/scale.md", import.meta.url);
