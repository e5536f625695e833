import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createLeases, LeaseLost, leaseGivenBack } from "@mailfleet/kit";
import { createLeaseStore } from "@mailfleet/store";
import { type GivenDatabase, givenDatabase, things, until } from "./given-holders.ts";

describe("a lease", { timeout: 60_000 }, () => {
  let given: GivenDatabase;
  before(async () => {
    given = await givenDatabase();
  });
  after(() => given.stop());

  const leasesOf = (owner: string) =>
    createLeases<{ _id: string; writes?: number }>(createLeaseStore(given.store, "things"), {
      owner,
      renewals: given.renewals(),
      name: "the lease",
    });
  const write = (filter: object) => things(given.store).updateOne(filter, { $inc: { writes: 1 } });

  test("is held by one of two that race for it, round after round", async () => {
    const [a, b] = [leasesOf("a"), leasesOf("b")];
    for (let round = 0; round < 30; round++) {
      const taken = await Promise.all([a.take("race"), b.take("race"), a.take("race")]);
      const held = taken.filter((lease) => lease !== null);
      assert.equal(held.length, 1, `round ${round}`);
      await held[0]?.release();
    }
  });

  test("is taken or refused by itself where many are asked for together", async () => {
    const [a, b] = [leasesOf("a"), leasesOf("b")];
    const keys = Array.from({ length: 40 }, (_, n) => `together${n}`);
    await things(given.store).insertOne({ _id: "together0", writes: 3 });
    const others = await Promise.all(keys.slice(30).map((key) => b.take(key)));
    const taken = await Promise.all(keys.map((key) => a.take(key)));
    assert.ok(others.every((lease) => lease !== null));
    assert.deepEqual(
      taken.map((lease) => lease?.key ?? null),
      keys.map((key, n) => (n < 30 ? key : null)),
    );
    assert.equal(taken[0]?.document.writes, 3);
    const written = await Promise.all([...taken, ...others].flatMap((lease) => (lease ? [write(lease.filter)] : [])));
    assert.ok(written.every(({ matchedCount }) => matchedCount === 1));
  });

  test("has a fence that grows with each taking, also when the document was deleted meanwhile", async () => {
    const leases = leasesOf("a");
    const fences: number[] = [];
    for (let round = 0; round < 5; round++) {
      const lease = await leases.take("grows");
      assert.ok(lease);
      fences.push(lease.filter["lease.fence"]);
      await lease.release();
      if (round === 2) await things(given.store).deleteOne({ _id: "grows" });
    }
    assert.deepEqual(
      fences,
      [...new Set(fences)].sort((one, other) => one - other),
    );
  });

  test("is renewed for as long as it is held, and brings the document", async () => {
    await things(given.store).insertOne({ _id: "long", writes: 7 });
    const lease = await leasesOf("a").take("long");
    assert.equal(lease?.document.writes, 7);
    const other = leasesOf("b");
    const end = performance.now() + 3000;
    while (performance.now() < end) {
      assert.equal(await other.take("long"), null);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal((await write(lease?.filter ?? {})).matchedCount, 1);
    await lease?.release();
    assert.ok(await other.take("long"));
  });

  test("of a process that died is free when it has run out", async () => {
    const holder = await given.holder("died");
    await holder.next();
    await holder.end();
    const other = leasesOf("b");
    assert.equal(await other.take("died"), null);
    await until(async () => (await other.take("died")) !== null);
  });

  test("of a frozen process: another has it, and what the frozen one writes afterwards changes nothing", async () => {
    const holder = await given.holder("frozen");
    assert.equal((await holder.next()).said, "holds");
    holder.process.kill("SIGSTOP");
    const other = leasesOf("b");
    await until(async () => (await other.take("frozen")) !== null);
    const writes = (await things(given.store).findOne({ _id: "frozen" }))?.writes;
    holder.process.kill("SIGCONT");
    assert.deepEqual(await holder.next(), { said: "lost", name: "LeaseLost", matched: 0 });
    assert.equal((await things(given.store).findOne({ _id: "frozen" }))?.writes, writes);
    await holder.end();
  });

  test("of a frozen process is lost to it even where nobody else took it: it asks its clock before it writes", async () => {
    const holder = await given.holder("alone");
    assert.equal((await holder.next()).said, "holds");
    holder.process.kill("SIGSTOP");
    const frozenAt = performance.now();
    await until(() => performance.now() - frozenAt > 1500);
    holder.process.kill("SIGCONT");
    assert.equal((await holder.next()).said, "lost");
    await holder.end();
  });

  test("is given back by the last write under it, and then of no more use", async () => {
    const leases = leasesOf("a");
    const lease = await leases.take("ended");
    assert.ok(lease);
    await lease.giveBack((filter) => things(given.store).updateOne(filter, { $set: leaseGivenBack }));
    assert.throws(() => lease.filter, LeaseLost);
    assert.ok(await leasesOf("b").take("ended"));
  });
});
