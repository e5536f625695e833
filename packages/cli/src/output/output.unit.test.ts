import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { facts, table } from "../table.ts";
import { timesAs } from "./times.ts";

const columns = [
  { title: "ID", of: ({ id }: { id: string; name: string }) => id, whole: true },
  { title: "NAME", of: ({ name }: { id: string; name: string }) => name },
];
const rows = [
  { id: "1", name: "東京オフィス" },
  { id: "22222222", name: "Head office, with a name that is long" },
];

describe("tables", () => {
  it("count a Japanese character as two cells", () => {
    const turned = [columns[1], columns[0]].filter((one) => one !== undefined);
    assert.deepEqual(table(rows.slice(0, 1), turned).split("\n"), ["NAME          ID", "東京オフィス  1"]);
    assert.deepEqual(
      facts([
        ["名前", "x"],
        ["name", "y"],
      ]).split("\n"),
      ["名前  x", "name  y"],
    );
  });

  it("fit the terminal, and cut only what may be cut", () => {
    assert.deepEqual(table(rows, columns, "", { cells: 21 }).split("\n"), [
      "ID        NAME",
      "1         東京オフィ…",
      "22222222  Head offic…",
    ]);
    assert.match(table(rows, columns, "", { cells: 21, wide: true }), /that is long$/);
    assert.match(table(rows, columns, "", { cells: 5 }), /^22222222 {2}Head offi…$/m, "never narrower than readable");
  });

  it("show times as asked", () => {
    const now = Date.parse("2027-05-31T08:00:00Z");
    for (const [at, words] of [
      ["2027-05-31 08:00:00Z", "now"],
      ["2027-05-31 07:57:30Z", "2 min ago"],
      ["2027-06-02 08:00:00Z", "in 2 d"],
    ] as const)
      assert.equal(timesAs(`poll at ${at}`, "relative", now), `poll at ${words}`);
    const local = timesAs("2027-05-31 08:00:00Z", "local", now);
    assert.equal(Date.parse(local.replace(" ", "T")), now, local);
    assert.equal(timesAs("2027-05-31 08:00:00Z", "utc", now), "2027-05-31 08:00:00Z");
  });
});
