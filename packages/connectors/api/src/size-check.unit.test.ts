import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSizeCheck, heldBytes } from "./size-check.ts";

const bytes = (length: number) => heldBytes(Buffer.alloc(length, "x"));

describe("a message beside its announced size", () => {
  test("is whole where it has it", () => {
    const check = createSizeCheck();
    assert.equal(check.look("1", 100, bytes(100)), "whole");
    assert.equal(check.look("2", null, bytes(100)), "whole");
    assert.equal(check.look("3", 0, bytes(0)), "whole");
  });

  test("is cut where it is shorter twice, at a server whose sizes are right", () => {
    const check = createSizeCheck();
    check.look("1", 100, bytes(100));
    assert.equal(check.look("2", 10_000, bytes(9990)), "again");
    assert.equal(check.look("2", 10_000, bytes(9990)), "cut");
  });

  test("is whole where it comes right the second time", () => {
    const check = createSizeCheck();
    assert.equal(check.look("1", 5000, bytes(0)), "again");
    assert.equal(check.look("1", 5000, bytes(5000)), "whole");
  });

  test("is never whole with nothing in it, or with less than half", () => {
    for (const [announced, length] of [
      [5000, 0],
      [5000, 2400],
      [null, 0],
    ] as const) {
      const check = createSizeCheck();
      assert.equal(check.look("1", announced, bytes(length)), "again");
      assert.equal(check.look("1", announced, bytes(length)), "cut");
    }
  });

  test("is read once more while it differs from time to time", () => {
    const check = createSizeCheck();
    assert.equal(check.look("1", 100, bytes(60)), "again");
    assert.equal(check.look("1", 100, bytes(70)), "again");
    assert.equal(check.look("1", 100, bytes(70)), "whole");
  });

  test("is whole where the server counts in its own way", () => {
    const check = createSizeCheck();
    for (const name of ["1", "2"]) {
      assert.equal(check.look(name, 4100, bytes(4000)), "again");
      assert.equal(check.look(name, 4100, bytes(4000)), "whole");
    }
    // Larger than announced: nothing is missing, if it comes twice.
    assert.equal(check.look("3", 4000, bytes(4100)), "again");
    assert.equal(check.look("3", 4000, bytes(4100)), "whole");
  });
});
