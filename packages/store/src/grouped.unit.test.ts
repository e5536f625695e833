import assert from "node:assert/strict";
import { test } from "node:test";
import type { Collection } from "mongodb";
import { groupReads } from "./grouped.ts";
import { isOutage } from "./outage.ts";

test("a read that is never answered is an outage, and those behind it go on", async () => {
  const answers = [new Promise<never>(() => {}), Promise.resolve([{ _id: "b" }])];
  const collection = { find: () => ({ toArray: () => answers.shift() }) } as unknown as Collection<{ _id: string }>;
  const read = groupReads(collection, { answerMs: 50 });
  const never = read("a");
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  const behind = read("b");
  await assert.rejects(never, (error) => isOutage(error) && /no answer within 50 ms/.test(String(error)));
  assert.deepEqual(await behind, { _id: "b" });
});
