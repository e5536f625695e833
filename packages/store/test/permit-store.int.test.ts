import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createPermits, type Permit, type Permits, permitCollection } from "@mailfleet/kit";
import { createPermitStore, makeCollections } from "@mailfleet/store";
import { type GivenDatabase, givenDatabase, short, until } from "./given-holders.ts";

describe("permits", { timeout: 60_000 }, () => {
  let given: GivenDatabase;
  before(async () => {
    given = await givenDatabase();
    await makeCollections(given.store, [permitCollection]);
  });
  after(() => given.stop());

  const party = async (name: string, lengths = short): Promise<Permits> =>
    createPermits(createPermitStore(given.store), { party: name, renewals: given.renewals(lengths) });
  const granted = (permits: readonly (Permit | null)[]) => permits.filter((permit) => permit !== null);

  test("are never more than there may be, whoever races for them, and each comes back", async () => {
    const parties = await Promise.all(["in/1", "in/2", "out/1"].map((name) => party(name)));
    const keys = [
      { key: "holder:race", most: 4 },
      { key: "host:race", most: 9 },
    ];
    let most = 0;
    for (let round = 0; round < 10; round++) {
      const asked = await Promise.all(Array.from({ length: 12 }, (_, n) => parties[n % 3]?.take(keys) ?? null));
      const held = granted(asked);
      assert.ok(held.length <= 4, `${held.length} in round ${round}`);
      most = Math.max(most, held.length);
      await Promise.all(held.map((permit) => permit.give()));
    }
    assert.equal(most, 4);
  });

  test("count under each key: a full host gives back what its holder had granted", async () => {
    const one = await party("in/1");
    const keysOf = (holder: string) => [
      { key: `holder:${holder}`, most: 1 },
      { key: "host:full", most: 1 },
    ];
    const first = await one.take(keysOf("a"));
    assert.ok(first);
    assert.equal(await one.take(keysOf("b")), null);
    await first.give();
    assert.ok(await one.take(keysOf("b")), "the refused one left nothing behind under its holder");
  });

  test("of a process that is gone are free when they have run out; those of a living one are renewed", async () => {
    const keys = [{ key: "holder:gone", most: 1 }];
    const gone = await party("in/1", { holdMs: 1200, renewEveryMs: 60_000, marginMs: 200 });
    assert.ok(await gone.take(keys));
    const living = await party("in/2");
    assert.equal(await living.take(keys), null);
    let kept: Permit | null = null;
    await until(async () => {
      kept = await living.take(keys);
      return kept !== null;
    });
    const end = performance.now() + 3000;
    const third = await party("in/3");
    while (performance.now() < end) assert.equal(await third.take(keys), null);
  });

  test("are lost where the database does not know them any more", async () => {
    const permit = await (await party("in/1")).take([{ key: "holder:lost", most: 1 }]);
    assert.ok(permit);
    await given.store.db.collection<{ _id: string }>("permits").deleteOne({ _id: "holder:lost" });
    await until(() => permit.signal.aborted);
    assert.equal(permit.signal.reason.name, "LeaseLost");
  });

  test("of many keys are renewed in two requests, and one that is lost takes no other with it", async () => {
    const one = await party("in/1", { holdMs: 20_000, renewEveryMs: 100, marginMs: 1000 });
    const held = await Promise.all(
      Array.from({ length: 250 }, (_, n) => one.take([{ key: `holder:many${n}`, most: 1 }])),
    );
    const done = async () => {
      const { metrics, opcounters } = await given.store.db.admin().command({ serverStatus: 1 });
      const { find, findAndModify, update } = metrics.commands;
      return { requests: find.total + findAndModify.total + update.total, updates: opcounters.update };
    };
    const before = await done();
    await given.store.db.collection<{ _id: string }>("permits").deleteOne({ _id: "holder:many120" });
    await until(() => held[120]?.signal.aborted === true);
    // Three statements renew all of them.
    await until(async () => (await done()).updates > before.updates + 30);
    assert.ok((await done()).requests < before.requests + 1000, "not one request for each key");
    assert.equal(granted(held).filter(({ signal }) => signal.aborted).length, 1);
  });

  test("that are asked for together are counted one by one, in a few requests", async () => {
    const [one, other] = [await party("in/1"), await party("in/2")];
    const keysOf = (n: number) => [
      { key: `holder:together${n}`, most: 1 },
      { key: "host:together", most: 7 },
    ];
    const commands = async () => {
      const { find, findAndModify, update } = (await given.store.db.admin().command({ serverStatus: 1 })).metrics
        .commands;
      return find.total + findAndModify.total + update.total;
    };
    assert.ok(await other.take(keysOf(0)));
    const before = await commands();
    const held = await Promise.all(Array.from({ length: 100 }, (_, n) => one.take(keysOf(n))));
    assert.ok((await commands()) < before + 100, "not one request for each");
    assert.equal(granted(held).length, 6);
    assert.equal(held[0], null, "its holder had none left");
    await Promise.all(granted(held).map((permit) => permit.give()));
    const again = await Promise.all(Array.from({ length: 6 }, (_, n) => one.take(keysOf(50 + n))));
    assert.equal(granted(again).length, 6, "the refused ones left nothing behind");
  });

  test("go to whoever has fewer: a direction that keeps all of them hears that it should give one back", async () => {
    const keys = [{ key: "holder:shared", most: 2 }];
    const [outbound, inbound] = [await party("out/1"), await party("in/1")];
    const held = [await outbound.take(keys), await outbound.take(keys)];
    assert.equal(granted(held).length, 2);
    assert.equal(
      held.some((permit) => permit?.wanted),
      false,
    );
    assert.equal(await inbound.take(keys), null);
    await until(() => held.every((permit) => permit?.wanted));
    await held[0]?.give();
    assert.equal(await outbound.take(keys), null, "the place is left to the one that was refused");
    const got = await inbound.take(keys);
    assert.ok(got);
    await until(() => held[1]?.wanted === false);
    await got.give();
    assert.ok(await inbound.take(keys), "and who has fewer goes before who asked earlier");
  });

  test("are awaited where somebody else was refused who has as many, so that what is idle can be given back", async () => {
    const keys = [{ key: "holder:even", most: 2 }];
    const [outbound, inbound] = [await party("out/1"), await party("in/1")];
    const idle = await outbound.take(keys);
    assert.ok(await inbound.take(keys));
    assert.equal(idle?.awaited, false);
    assert.equal(await inbound.take(keys), null);
    await until(() => idle?.awaited === true);
    assert.equal(idle?.wanted, false, "it may stay while it is in use");
    await idle?.give();
    assert.ok(await inbound.take(keys));
  });

  test("come to parties that ask seldom, and would else each leave the free one to the other for ever", async () => {
    const keys = [{ key: "holder:seldom", most: 3 }];
    const [one, two, full] = [await party("out/1"), await party("out/2"), await party("in/1")];
    assert.ok(await one.take(keys));
    assert.ok(await two.take(keys));
    const third = await full.take(keys);
    assert.equal(await one.take(keys), null);
    await third?.give();
    const permits = given.store.db.collection<{ _id: string }>("permits");
    /** Nobody asks for some seconds: all that was refused before was refused so much earlier. */
    const pass = (ms: number) => {
      const earlier = (field: string) => ({ [field]: { $subtract: [`$$this.${field}`, ms] } });
      const waits = { $mergeObjects: ["$$this", ...["since", "reserves", "until"].map(earlier)] };
      return permits.updateOne({ _id: "holder:seldom" }, [
        { $set: { waits: { $map: { input: "$waits", in: waits } } } },
      ]);
    };
    await pass(1700);
    assert.equal(await two.take(keys), null, "the other one has asked before");
    await pass(1700);
    assert.ok(await one.take(keys), "it comes later than its place was kept, and it is its turn all the same");
  });

  test("are not kept for a party that was refused and does not come again", async () => {
    const keys = [{ key: "holder:left", most: 1 }];
    const [one, two] = [await party("in/1"), await party("in/2")];
    const held = await one.take(keys);
    assert.equal(await two.take(keys), null);
    await held?.give();
    assert.equal(await one.take(keys), null);
    await until(async () => (await one.take(keys)) !== null);
  });
});
