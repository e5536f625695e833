import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { Registry } from "prom-client";
import type { LeaseStore } from "../src/lease/lease-store.ts";
import { createLeases } from "../src/lease/leases.ts";
import { startRenewals } from "../src/lease/renewals.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
/** A second and more of patience: the machine that runs the tests may be busy. */
const lengths = { holdMs: 1500, renewEveryMs: 50, marginMs: 200 };
const usableMs = lengths.holdMs - lengths.marginMs;
const start = (registry = new Registry()) => startRenewals({ logger: quiet, isOutage: () => false, lengths, registry });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe("the renewal loop", { timeout: 10_000 }, () => {
  test("renews one kind while the renewal of another hangs, and what hangs is lost in time", async () => {
    const metrics = new Registry();
    const renewals = start(metrics);
    const hangs = renewals.group<string>("hangs", () => new Promise(() => {}));
    const works = renewals.group<string>("works", async (keys) => keys.map(() => true));
    const since = performance.now();
    const [stuck, kept] = [hangs.hold("a", since), works.hold("b", since)];
    await new Promise((resolve) => stuck.signal.addEventListener("abort", resolve));
    const lostAfter = performance.now() - since;
    assert.ok(lostAfter >= usableMs, `${lostAfter} ms`);
    await pause(lengths.marginMs);
    assert.ok(kept.isHeld());
    assert.match(await metrics.metrics(), /^mailfleet_lease_lost_total 1$/m);
    renewals.stop();
  });

  test("tries again with the next tick what was not answered, until it has run out", async () => {
    const renewals = start();
    let refuse = 3;
    const group = renewals.group<string>("refused", async (keys) => {
      if (refuse-- > 0) throw new Error("the database is away");
      return keys.map(() => true);
    });
    const hold = group.hold("a", performance.now());
    await pause(usableMs + 200);
    assert.ok(hold.isHeld());
    refuse = Number.POSITIVE_INFINITY;
    await new Promise((resolve) => hold.signal.addEventListener("abort", resolve));
    assert.throws(() => hold.check(), { name: "LeaseLost" });
    renewals.stop();
  });

  test("counts from before the request: an answer that comes late extends by less", async () => {
    const renewals = start();
    let answers = 0;
    const group = renewals.group<string>("slow", async (keys) => {
      if (answers++ > 0) throw new Error("the database is away");
      await pause(800);
      return keys.map(() => true);
    });
    const since = performance.now();
    const hold = group.hold("a", since);
    await new Promise((resolve) => hold.signal.addEventListener("abort", resolve));
    const lostAfter = performance.now() - since;
    assert.ok(lostAfter < usableMs + 800, `${lostAfter} ms`);
    renewals.stop();
  });

  test("says at once what is lost, and asks no more for what was given back", async () => {
    const renewals = start();
    const asked: string[] = [];
    const group = renewals.group<string>("asked", async (keys) => {
      asked.push(...keys);
      return keys.map((key) => key !== "taken");
    });
    const taken = group.hold("taken", performance.now());
    const given = group.hold("given", performance.now());
    given.letGo();
    await new Promise((resolve) => taken.signal.addEventListener("abort", resolve));
    assert.deepEqual([...new Set(asked)], ["taken"]);
    assert.throws(() => given.check(), /given back/);
    renewals.stop();
  });

  test("does not lose what its holder's own write has given back when the renewal answers first", async () => {
    const metrics = new Registry();
    const renewals = start(metrics);
    const stored = { owner: "a" as string | null };
    const store: LeaseStore<object> = {
      take: async (keys) => keys.map(() => ({ fence: 1, document: {} })),
      keep: async (keys, owner) => keys.map(() => stored.owner === owner),
      release: async () => {},
    };
    const lease = await createLeases(store, { owner: "a", renewals, name: "leases" }).take("key");
    assert.ok(lease);
    const wrote = await lease.giveBack(async () => {
      stored.owner = null;
      await pause(lengths.renewEveryMs * 4);
      return "written";
    });
    assert.equal(wrote, "written");
    assert.ok(!lease.signal.aborted);
    assert.throws(() => lease.check(), /given back/);
    assert.match(await metrics.metrics(), /^mailfleet_lease_lost_total 0$/m);
    renewals.stop();
  });
});
