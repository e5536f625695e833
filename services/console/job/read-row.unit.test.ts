import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { mailbox, type ProblemError } from "@mailfleet/contracts";
import { fieldsOf, readHeading, readRow } from "./read-row.ts";

describe("a line of a CSV of mailboxes", () => {
  test("of the example in docs is a mailbox", () => {
    const text = readFileSync(new URL("../../../docs/mailboxes.csv", import.meta.url), "utf8");
    const [first = "", ...rest] = text.trimEnd().split("\n");
    const heading = readHeading({ number: 1, text: first });
    const rows = rest.map((line, index) => readRow(heading, { number: index + 2, text: line }) ?? {});
    assert.equal(rows.length, 3);
    for (const row of rows) assert.equal(mailbox.New.safeParse(fieldsOf(row)).error, undefined);
    assert.deepEqual([rows[1]?.name, rows[1]?.password], ["Sales, Europe", 'says "hello"']);
  });

  test("may be separated by the semicolons or tabs that its heading has, and keeps the spaces of a password", () => {
    for (const separator of [";", "\t"] as const) {
      const heading = readHeading({ number: 1, text: ["Address", "Owner Name", "password"].join(separator) });
      const cells = [" a@example.org", "'+Ann, Lee", " p ,"];
      const row = readRow(heading, { number: 2, text: cells.join(separator) });
      assert.deepEqual(row, { address: "a@example.org", "owner-name": "+Ann, Lee", password: " p ," });
    }
  });

  test("names what is no column, and the columns that there are", () => {
    const wrong = () => readHeading({ number: 1, text: "address,Mobile Phone," });
    assert.throws(wrong, ({ problem }: ProblemError) => {
      assert.match(problem.detail, /Mobile Phone is no column of a mailbox; an empty heading is no column/);
      return problem.remedy?.includes("Columns: address, name, kind") ?? false;
    });
  });
});
