import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { living } from "./indexes.ts";
import { ordersOf } from "./orders.ts";

const names = [{ name: "name", keys: { "settings.name": 1 }, unique: true, where: living }] as const;
const { indexes, sortBy } = ordersOf(["name", "createdAt"], { sorts: { name: "settings.name" }, indexes: names });

describe("the orders of a list", () => {
  it("have an index each, except for what is unique and has one already", () => {
    assert.deepEqual(indexes, [{ name: "by-createdAt", keys: { createdAt: 1, _id: 1 }, where: living }]);
  });

  it("go both ways, and tell what is equal apart by its id", () => {
    assert.deepEqual(sortBy("-name"), [["settings.name", -1]]);
    assert.deepEqual(sortBy("createdAt"), [
      ["createdAt", 1],
      ["_id", 1],
    ]);
    assert.deepEqual(sortBy("-createdAt"), [
      ["createdAt", -1],
      ["_id", -1],
    ]);
  });
});
