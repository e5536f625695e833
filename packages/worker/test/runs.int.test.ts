import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BusOutage } from "@mailfleet/bus";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type Hold, nothingHeld, type RunWork } from "@mailfleet/worker";
import { type GivenWorker, givenWorker, type Scripted, until } from "./given-worker.ts";

describe("a run", { timeout: 60_000 }, () => {
  let given: GivenWorker;
  before(async () => {
    given = await givenWorker();
  });
  after(() => given.stop());

  const holding = () => {
    const events: string[] = [];
    const hold: Hold = { signal: new AbortController().signal, release: async () => void events.push("released") };
    return { events, hold };
  };
  const work = (more: Partial<RunWork<Scripted, Hold>>): RunWork<Scripted, Hold> => ({
    deadlineMs: 5000,
    hold: async () => nothingHeld,
    work: async () => ({}),
    ...more,
  });
  const permitsOf = async (mailboxId: string) =>
    (await given.permits.findOne({ _id: `holder:${mailboxId}` }))?.permits.length ?? 0;
  const tookTimer = (mailboxId: string) => given.timers.some((timer) => timer.mailboxId === mailboxId);

  test("that goes well in a running mailbox tells nothing; in one that is retrying it tells", async () => {
    for (const state of ["enabled.running", "enabled.retrying"] as const) {
      const mailboxId = `mb_${state.replace(".", "")}`;
      given.mailbox(mailboxId, { state });
      const { events, hold } = holding();
      const definition = work({ hold: async () => hold, ended: async () => void events.push("ended") });
      await given.run((await given.worker()).runs(definition), mailboxId, "sync");
      assert.deepEqual(events, ["ended", "released"]);
      assert.equal(await permitsOf(mailboxId), 0);
    }
    await until(() => given.toldOf("mb_enabledretrying").length > 0);
    assert.deepEqual(given.toldOf("mb_enabledrunning"), []);
  });

  test("that fails tells why, before its mailbox is given back", async () => {
    given.mailbox("mb_fails", { state: "enabled.running" });
    const { events, hold } = holding();
    const definition = work({
      hold: async () => hold,
      work: async () => {
        throw new FailureError(failureOf("AUTHENTICATION_REJECTED"));
      },
      ended: async (_run, { failure }) => void events.push(`ended ${failure?.code}`),
    });
    await given.run((await given.worker()).runs(definition), "mb_fails", "sync");
    await until(() => given.toldOf("mb_fails").length > 0);
    assert.deepEqual(events, ["ended AUTHENTICATION_REJECTED", "released"]);
    assert.equal(await permitsOf("mb_fails"), 0);
  });

  test("whose mailbox another run has does nothing", async () => {
    given.mailbox("mb_busy", { state: "enabled.running" });
    const definition = work({ hold: async () => null, work: () => assert.fail("it must not begin") });
    await given.run((await given.worker()).runs(definition), "mb_busy", "sync");
    assert.equal(await permitsOf("mb_busy"), 0);
  });

  test("that meets an outage tells nothing and is handled again; all is given back", async () => {
    given.mailbox("mb_outage", { state: "enabled.running" });
    const { events, hold } = holding();
    const definition = work({
      hold: async () => hold,
      work: async () => {
        throw new BusOutage("away");
      },
    });
    await assert.rejects(given.run((await given.worker()).runs(definition), "mb_outage", "sync"), BusOutage);
    assert.deepEqual(events, ["released"]);
    assert.equal(await permitsOf("mb_outage"), 0);
    assert.deepEqual(given.toldOf("mb_outage"), []);
  });

  test("of a mailbox that hung the last time, or was not read yet, waits behind those that work, where a server has few connections left", async (t) => {
    given.mailbox("mb_works", { state: "enabled.running" });
    given.mailbox("mb_hung", { state: "enabled.retrying" });
    given.mailbox("mb_fresh", { state: "enabled.running" });
    const host = "host:mail.example.test:993";
    const later = new Date(Date.now() + 60_000);
    const others = Array.from({ length: 225 }, (_, n) => ({ id: `other ${n}`, party: "other", until: later }));
    const have = (key: string) =>
      given.permits.updateOne({ _id: key }, { $set: { permits: others, waits: [] } }, { upsert: true });
    const none = (key: string) => given.permits.deleteOne({ _id: key });
    t.after(() => Promise.all([host, `${host}:unproven`].map(none)));
    const worked: string[] = [];
    const runs = (await given.worker()).runs(
      work({
        // Another run has it at first, which says nothing about its server.
        hold: async ({ mailboxId }) => (mailboxId === "mb_fresh" && worked.length === 0 ? null : nothingHeld),
        work: async ({ mailboxId }) => {
          worked.push(mailboxId);
          return {};
        },
      }),
    );
    await given.run(runs, "mb_fresh", "sync");
    await given.run(runs, "mb_works", "sync");
    assert.deepEqual(worked, ["mb_works"]);
    await have(host);
    await have(`${host}:unproven`);
    const at = Date.now();
    for (const mailboxId of ["mb_hung", "mb_fresh", "mb_works"]) await given.run(runs, mailboxId, "sync");
    assert.deepEqual(worked, ["mb_works", "mb_works"]);
    await until(() => tookTimer("mb_hung"));
    const timer = given.timers.find(({ mailboxId }) => mailboxId === "mb_hung");
    assert.ok(timer && timer.body.due >= at + 5000);
    // The same number of others that work is no reason to wait.
    await none(`${host}:unproven`);
    await given.run(runs, "mb_hung", "sync");
    assert.deepEqual(worked, ["mb_works", "mb_works", "mb_hung"]);
  });

  test("that loses its permit is broken off, tells nothing and comes again", async () => {
    given.mailbox("mb_lost", { state: "enabled.running" });
    const definition = work({
      work: async ({ signal }) => {
        await given.permits.deleteOne({ _id: "holder:mb_lost" });
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        throw new FailureError(failureOf("CONNECTION_LOST"));
      },
    });
    await given.run((await given.worker()).runs(definition), "mb_lost", "sync");
    await until(() => tookTimer("mb_lost"));
    assert.deepEqual(given.toldOf("mb_lost"), []);
  });

  test("hears that somebody else wants its connection, and what is left comes again at once", async () => {
    given.mailbox("mb_long", { state: "enabled.running", maximumConcurrentConnections: 1 });
    const outbound = await given.permitsOf("outbound/1");
    const definition = work({
      work: async ({ connectionWanted }) => {
        assert.equal(await outbound.take([{ key: "holder:mb_long", most: 1 }]), null);
        await until(connectionWanted);
        return { more: true };
      },
    });
    await given.run((await given.worker()).runs(definition), "mb_long", "sync");
    assert.ok(await outbound.take([{ key: "holder:mb_long", most: 1 }]));
    await until(() => tookTimer("mb_long"));
  });

  test("has one deadline from beginning to end", async () => {
    given.mailbox("mb_slow", { state: "enabled.running" });
    const definition = work({
      deadlineMs: 150,
      work: ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    await given.run((await given.worker()).runs(definition), "mb_slow", "sync");
    await until(() => given.toldOf("mb_slow").length > 0);
    const [result] = given.toldOf("mb_slow");
    assert.equal(result?.type === "mailbox.run-failed.v1" && result.body.failure.code, "RUN_TIMEOUT");
  });
});
