import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ListQuery } from "../document/document.ts";
import { readPage } from "./page.ts";

const sort = [["n", 1]] as const;
const all = Array.from({ length: 10 }, (_, n) => ({ n }));
const read = async ({ after, limit }: ListQuery) =>
  all.filter(({ n }) => after === undefined || n > Number(after[0])).slice(0, limit);

/** The pages of the list, as it is shown. */
async function pagesOf(limit: number, text: string): Promise<number[][]> {
  const pages: number[][] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const input = { limit, ...(cursor ? { cursor } : {}) };
    const page = await readPage(input, { filter: {}, sort }, read, (items) => items.map(({ n }) => ({ n, text })));
    pages.push(page.items.map(({ n }) => n));
    cursor = page.next;
  }
  return pages;
}

describe("pages of a list", () => {
  it("have as many items as were asked for", async () => {
    assert.deepEqual(await pagesOf(4, ""), [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    assert.deepEqual(await pagesOf(10, ""), [all.map(({ n }) => n)]);
  });

  it("end early where items are large, by bytes, and leave nothing out", async () => {
    const third = "é".repeat(145_000);
    assert.deepEqual(await pagesOf(10, third), [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
    const pages = await pagesOf(10, "x".repeat(2_000_000));
    assert.deepEqual(
      pages,
      all.map(({ n }) => [n]),
      "one at least",
    );
  });
});
