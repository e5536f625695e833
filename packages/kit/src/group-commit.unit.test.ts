import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GroupCommit } from "./group-commit.ts";

describe("GroupCommit", () => {
  it("merges what is asked for at the same time and gives each its own result", async () => {
    const batches: number[][] = [];
    const group = new GroupCommit<number, number>(async (items) => {
      batches.push(items);
      await new Promise((resolve) => setTimeout(resolve, 2));
      return items.map((item) => item * 2);
    });
    const results = await Promise.all(Array.from({ length: 1000 }, (_, n) => group.commit(n)));
    assert.deepEqual(
      results,
      Array.from({ length: 1000 }, (_, n) => n * 2),
    );
    assert.ok(batches.length <= 8, `${batches.length} batches`);
    assert.ok(batches.every((batch) => batch.length <= 250));
  });

  it("waits for more as long as it may, unless it is full", async () => {
    const batches: number[] = [];
    const group = new GroupCommit<number, null>(
      async (items) => {
        batches.push(items.length);
        return items.map(() => null);
      },
      { maximumItems: 4, gatherMs: 1, mayWait: () => waiting },
    );
    let waiting = true;
    const first = [group.commit(1), group.commit(2)];
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(batches, []);
    waiting = false;
    await Promise.all(first);
    waiting = true;
    await Promise.all([1, 2, 3, 4].map((item) => group.commit(item)));
    assert.deepEqual(batches, [2, 4]);
  });

  it("throws the same for all of a batch, and goes on with the next", async () => {
    let first = true;
    const group = new GroupCommit<number, number>(async (items) => {
      if (first) {
        first = false;
        throw new Error("away");
      }
      return items;
    });
    const results = await Promise.allSettled([group.commit(1), group.commit(2)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    assert.equal(await group.commit(3), 3);
  });
});
