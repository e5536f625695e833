import type { AuditEntry } from "@mailfleet/contracts";
import { listPath, type Paged, read } from "../api.ts";
import { type AuditFormat, headOf, lineOf } from "./audit-lines.ts";

/** More than this would not fit into a tab; `mailfleet audit list -o jsonl` has no such limit. */
const mostEntries = 100_000;

/** Reads all that the filter finds, the latest first, and gives it to the browser as a file. Says how many it holds. @throws Refusal */
export async function exportAudit(
  query: Readonly<Record<string, string | undefined>>,
  format: AuditFormat,
): Promise<{ readonly n: number; readonly all: boolean }> {
  const lines = [headOf(format)];
  let n = 0;
  let cursor: string | undefined;
  do {
    const page: Paged<AuditEntry> = await read(listPath("/audit", { ...query, limit: 500, cursor }));
    for (const entry of page.items) lines.push(lineOf(format, entry));
    n += page.items.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && n < mostEntries);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(lines, { type: format === "csv" ? "text/csv" : "application/jsonl" }));
  link.download = `mailfleet-audit-${new Date().toISOString().slice(0, 10)}.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
  return { n, all: cursor === undefined };
}
