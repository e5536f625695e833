import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AuditEntry, readCsvLine, writeCsvLine } from "@mailfleet/contracts";
import { headOf, lineOf } from "../app/people/audit-lines.ts";

const entry: AuditEntry = {
  ...{ id: "au_sample01", at: 1_800_000_000_000, operation: "mailbox.approve", outcome: "accepted" },
  by: { kind: "token", id: "tk_anna01", name: "=HYPERLINK(1)", from: "192.0.2.7" },
  object: { type: "mailbox", id: "mb_sales01", label: 'say "sales", please@example.org' },
  changes: [
    { field: "approval.by", after: "anna" },
    { field: "name", before: "a\nb", after: "c" },
  ],
};
const cells = [
  ...["2027-01-15T08:00:00.000Z", "=HYPERLINK(1)", "tk_anna01", "192.0.2.7", "mailbox.approve"],
  ...['say "sales", please@example.org', "mb_sales01", "accepted", ""],
  "approval.by:  → anna; name: a\nb → c",
];

describe("the audit as a file", () => {
  it("as CSV has the cells that contracts write: nothing is a formula, nothing leaves its line", () => {
    assert.equal(lineOf("csv", entry), `${writeCsvLine(cells)}\r\n`);
    const heads = readCsvLine(headOf("csv").slice(1).trimEnd(), ",");
    assert.ok("cells" in heads && heads.cells.length === cells.length);
    for (const name of ["+1", "-1", "@x", "'=1", "\tx", " x", "a;b"])
      assert.match(lineOf("csv", { ...entry, by: { kind: "service", name } }), new RegExp(`Z,${escaped(name)},,,`));
  });

  it("as JSON Lines is one entry a line, as the API tells it", () => {
    const line = lineOf("jsonl", entry);
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.deepEqual(JSON.parse(line), { ...entry, at: "2027-01-15T08:00:00.000Z" });
    assert.equal(headOf("jsonl"), "");
  });
});

const escaped = (name: string) => writeCsvLine([name]).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
