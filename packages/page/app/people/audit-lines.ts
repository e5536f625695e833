import type { AuditEntry } from "@mailfleet/contracts";

/** How entries are written into a file. */
export type AuditFormat = "csv" | "jsonl";

const columns = ["at", "by", "byId", "from", "operation", "object", "objectId", "outcome", "code", "changes"] as const;

/** As `writeCsvLine` of contracts does it: what a program for tables would take for a formula gets an apostrophe. */
const cell = (text: string) => {
  const safe = (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/\r\n|[\r\n]/g, " ");
  return /[",;\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const csv = (cells: readonly string[]) => cells.map(cell).join(",");

/** The line above the entries; none where each says itself what it holds. Programs for tables know UTF-8 by its mark. */
export const headOf = (format: AuditFormat): string => (format === "csv" ? `\uFEFF${csv(columns)}\r\n` : "");

const time = (at: number) => new Date(at).toISOString();

/** One entry as a line. */
export function lineOf(format: AuditFormat, entry: AuditEntry): string {
  const { at, by, operation, object, outcome, code = "", changes } = entry;
  if (format === "jsonl") return `${JSON.stringify({ ...entry, at: time(at) })}\n`;
  const said = changes.map(({ field, before = "", after = "" }) => `${field}: ${before} → ${after}`).join("; ");
  const who = [by.name, by.id ?? "", by.from ?? ""];
  const what = [operation, object.label ?? "", object.id ?? ""];
  return `${csv([time(at), ...who, ...what, outcome, code, said])}\r\n`;
}
