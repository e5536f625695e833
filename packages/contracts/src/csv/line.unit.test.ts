import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { readCsvLine, withoutApostrophe, writeCsvLine } from "./line.ts";

/** A line of a CSV, and its cells or the words of what is wrong with it. */
interface LineCase {
  readonly what: string;
  readonly line: string;
  readonly separator?: ";" | "\t";
  readonly cells?: readonly string[];
  readonly wrong?: RegExp;
}

/** Lines as people and programs write them. */
const lineCases: readonly LineCase[] = [
  { what: "plain cells", line: "a,b,c", cells: ["a", "b", "c"] },
  { what: "an empty line", line: "", cells: [""] },
  { what: "empty cells", line: ",,", cells: ["", "", ""] },
  { what: "a quoted cell with the separator", line: '"Ann, Sales",b', cells: ["Ann, Sales", "b"] },
  { what: "a doubled quote", line: '"the ""best""",b', cells: ['the "best"', "b"] },
  { what: "an empty quoted cell at the end", line: 'a,""', cells: ["a", ""] },
  { what: "semicolons of European Excel", line: 'a;"b;c";1,5', separator: ";", cells: ["a", "b;c", "1,5"] },
  { what: "tabs of Excel's Unicode text", line: "a\tb,c", separator: "\t", cells: ["a", "b,c"] },
  { what: "a space that belongs to the cell", line: "a, b", cells: ["a", " b"] },
  { what: "a quote that is not closed", line: 'a,"b,c', wrong: /beginning of cell 2 is not closed on this line/ },
  { what: "a quote inside a plain cell", line: 'a,b"c,d', wrong: /cell 2 has a quote inside/ },
  { what: "text behind a closing quote", line: '"a"b,c', wrong: /cell 1 goes on behind its closing quote/ },
  { what: "a space behind a closing quote", line: '"a" ,c', wrong: /cell 1 goes on behind its closing quote/ },
  { what: "a lonely quote", line: '"', wrong: /beginning of cell 1 is not closed/ },
];

/** A value and the cell as it is written: what looks like a formula does not stay one. */
const formulaCases: readonly { readonly value: string; readonly written: string }[] = [
  { value: '=HYPERLINK("http://evil.example.org")', written: '"\'=HYPERLINK(""http://evil.example.org"")"' },
  { value: "+49 30 1234", written: "'+49 30 1234" },
  { value: "-2", written: "'-2" },
  { value: "@SUM(A1)", written: "'@SUM(A1)" },
  { value: "\tcmd", written: '"\'\tcmd"' },
  { value: "'=1", written: "''=1" },
  { value: "O'Neill", written: "O'Neill" },
  { value: "'tis", written: "'tis" },
  { value: "a;b", written: '"a;b"' },
  { value: "two\r\nlines", written: "two lines" },
];

describe("a line of a CSV", () => {
  for (const { what, line, separator = ",", cells, wrong } of lineCases)
    test(`with ${what}`, () => {
      const read = readCsvLine(line, separator);
      if (wrong) assert.match("wrong" in read ? read.wrong : "", wrong);
      else assert.deepEqual(read, { cells });
    });

  for (const { value, written } of formulaCases)
    test(`with ${JSON.stringify(value)} is written as no formula`, () => {
      assert.equal(writeCsvLine([value]), written);
    });

  test("is read as it was written, whatever is in it", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", " ", ",", ";", "\t", '"', "'", "=", "+", "-", "@", "é") });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 6 }), (cells) => {
        const read = readCsvLine(writeCsvLine(cells), ",");
        assert.deepEqual("cells" in read && read.cells.map(withoutApostrophe), cells);
      }),
    );
  });
});
