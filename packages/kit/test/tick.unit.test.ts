import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { createOneAtATime, eachAlone, remember, startTick } from "../src/index.ts";

const warnings: object[] = [];
const logger: Logger = {
  debug() {},
  info() {},
  warn: (context) => void warnings.push(context),
  error() {},
  child: () => logger,
};

describe("a tick", () => {
  test("goes on after a round that failed, comes when it is kicked, and ends after the round under way", async () => {
    const rounds: number[] = [];
    const { promise: third, resolve } = Promise.withResolvers<void>();
    const tick = startTick(
      "test",
      600_000,
      async () => {
        rounds.push(rounds.length);
        if (rounds.length === 1) throw new Error("once");
        if (rounds.length === 3) resolve();
        return rounds.length === 2 ? { againInMs: 1 } : undefined;
      },
      { logger },
    );
    await Promise.resolve();
    tick.kick();
    await third;
    await tick.stop();
    assert.deepEqual(rounds, [0, 1, 2]);
  });

  test("that is kicked during a round does another one", async () => {
    let rounds = 0;
    const { promise: twice, resolve } = Promise.withResolvers<void>();
    const tick = startTick(
      "test",
      600_000,
      async () => {
        rounds++;
        if (rounds === 1) tick.kick();
        else resolve();
        return undefined;
      },
      { logger },
    );
    await twice;
    await tick.stop();
    assert.equal(rounds, 2);
  });
});

test("one bad item never keeps a round from the others", async () => {
  const done: number[] = [];
  const failures = await eachAlone([1, 2, 3], { logger, what: "test", name: String, concurrency: 1 }, async (item) => {
    if (item === 2) throw new Error("bad");
    done.push(item);
  });
  assert.deepEqual([failures, done], [1, [1, 3]]);
  assert.ok(warnings.length > 0);
});

test("work of one key is done one after another, also after a failure", async () => {
  const oneAtATime = createOneAtATime();
  const order: string[] = [];
  const first = oneAtATime("k", async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push("first");
    throw new Error("no");
  });
  const second = oneAtATime("k", async () => void order.push("second"));
  await assert.rejects(first);
  await second;
  assert.deepEqual(order, ["first", "second"]);
});

test("an answer is remembered for its time, asked once by many, and a failure never", async () => {
  let now = 0;
  let asked = 0;
  const remembered = remember(
    async (key) => {
      asked++;
      if (key === "bad") throw new Error("no");
      return asked;
    },
    { forMs: 10, now: () => now },
  );
  assert.deepEqual(await Promise.all([remembered.get("a"), remembered.get("a")]), [1, 1]);
  now = 11;
  assert.equal(await remembered.get("a"), 2);
  assert.equal(await remembered.get("a", { good: (value) => value > 2 }), 3);
  remembered.forget("a");
  assert.equal(await remembered.get("a"), 4);
  await assert.rejects(remembered.get("bad"));
  await assert.rejects(remembered.get("bad"));
  assert.equal(asked, 6);
});
