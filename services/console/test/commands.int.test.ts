import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Mailbox, noFailPoint, ProblemError } from "@mailfleet/contracts";
import { type CommandInput, Conflict, causeOf, createDocuments, frameIndexes } from "@mailfleet/kit";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore, makeCollections, openDocuments } from "@mailfleet/store";
import { type ConsoleUnderTest, keptLog, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample } from "./samples.ts";

/** A stand-in for `config` that remembers commands as every service does: with the documents of the kit. */
async function startKeeper() {
  const mongo = await startMongo();
  const logger = keptLog();
  const store = await connectStore({ url: mongo.url, database: mongo.dbName, appName: "keeper", logger });
  await makeCollections(store, [{ name: "keeper", indexes: frameIndexes }]);
  const documents = createDocuments<{ state: string; changes: number }>({
    store: openDocuments(store, "keeper"),
    publisher: { publish: async () => ({ outcome: "published" }) } as never,
    what: (id) => `mailbox ${id}`,
    taken: () => new ProblemError("ALREADY_EXISTS", "taken"),
    logger,
    failPoint: noFailPoint,
    now: Date.now,
  });
  const made = { commandId: "made", by: "test" };
  await documents.create(mailboxSample.id, causeOf("make", made, 0), { body: { state: "approved", changes: 0 } });
  const asked: { readonly secretsHash?: string }[] = [];
  return {
    asked,
    get: () => documents.get(mailboxSample.id),
    change:
      (verb: string, lifecycle: Mailbox["lifecycle"]) =>
      async (input: CommandInput & { id: string; secretsHash?: string | undefined }) => {
        if (verb === "update") asked.push(input as (typeof asked)[number]);
        const { answer } = await documents.change(input.id, causeOf(`config.mailbox.${verb}`, input, 0), (was) => ({
          after: { ...was, state: lifecycle, changes: was.changes + 1 },
          answer: { ...mailboxSample, lifecycle },
        }));
        return answer as Mailbox;
      },
    stop: async () => {
      await store.close();
      await mongo.stop();
    },
  };
}

describe("a command with an Idempotency-Key", () => {
  let console: ConsoleUnderTest;
  let keeper: Awaited<ReturnType<typeof startKeeper>>;
  before(async () => {
    keeper = await startKeeper();
    console = await startConsoleUnderTest({
      "config.mailbox.get": async () => mailboxSample,
      "config.mailbox.test": keeper.change("test", "testing"),
      "config.mailbox.disable": keeper.change("disable", "disabled.byAdmin"),
      "config.mailbox.reject": keeper.change("reject", "rejected"),
      "config.mailbox.update": keeper.change("update", "approved"),
      "config.mailbox.activate": async () => {
        throw new Conflict("mailbox mb_sales01");
      },
    });
  });
  after(async () => {
    await console?.stop();
    await keeper?.stop();
  });

  const tell = (verb: string, key: string, more: { token?: string; body?: object } = {}) =>
    console.send("POST", `/mailboxes/mb_sales01/${verb}`, { headers: { "idempotency-key": key }, ...more });

  it("is not swallowed by another caller's command with the same key", async () => {
    const owner = await console.tokenFor("owner", { mailboxIds: [mailboxSample.id] });
    assert.equal((await tell("test", "K", { token: owner })).body.lifecycle, "testing");
    assert.equal((await tell("disable", "K")).body.lifecycle, "disabled.byAdmin");
    assert.equal((await keeper.get()).state, "disabled.byAdmin", "the mailbox does not run on");
    const other = await console.tokenFor("administrator");
    assert.equal((await tell("test", "K", { token: other })).body.lifecycle, "testing");
    assert.equal((await keeper.get()).changes, 3);
  });

  it("is not taken for another command of the same caller with the same key", async () => {
    const before = (await keeper.get()).changes;
    await tell("test", "L");
    await tell("disable", "L");
    assert.equal((await keeper.get()).changes, before + 2);
  });

  it("is carried out once, however often it comes, and refused with another body", async () => {
    const before = (await keeper.get()).changes;
    for (let n = 0; n < 3; n++) {
      const { body, headers } = await tell("reject", "M", { body: { reason: "a" } });
      assert.deepEqual([body.lifecycle, headers.get("idempotent-replay")], ["rejected", n === 0 ? null : "true"]);
    }
    assert.equal((await keeper.get()).changes, before + 1);
    const reused = await tell("reject", "M", { body: { reason: "b" } });
    assert.deepEqual([reused.status, reused.body.code], [409, "COMMAND_ID_REUSED"]);
    assert.ok(reused.body.remedy);
  });

  it("that lost against others is 409 with what to do, never 503", async () => {
    const lost = await tell("activate", "N");
    assert.deepEqual([lost.status, lost.body.code], [409, "CONFLICT"]);
    assert.match(String(lost.body.remedy), /same Idempotency-Key/);
  });

  it("with another password is another command, and nothing tells the password", async () => {
    const set = (key: string, password: string) =>
      console.send("PUT", "/mailboxes/mb_sales01/credentials", {
        headers: { "idempotency-key": key },
        body: { username: "sales", password },
      });
    assert.equal((await set("pw", "first-pass-word")).status, 200);
    const { changes } = await keeper.get();
    assert.equal((await set("pw", "first-pass-word")).status, 200, "sealed anew, and still the same command");
    assert.equal((await keeper.get()).changes, changes);
    const { status, body } = await set("pw", "other-pass-word");
    assert.deepEqual([status, body.code], [409, "COMMAND_ID_REUSED"]);
    assert.equal((await set("pw2", "other-pass-word")).status, 200);
    const hashes = keeper.asked.map(({ secretsHash }) => secretsHash ?? "");
    assert.ok(hashes.every((hash) => /^[\w-]{43}$/.test(hash)));
    assert.deepEqual([hashes[0] === hashes[1], hashes[0] === hashes[2], hashes[2] === hashes[3]], [true, false, true]);
    const stranger = await console.tokenFor("administrator");
    await console.send("PUT", "/mailboxes/mb_sales01/credentials", {
      token: stranger,
      body: { username: "sales", password: "other-pass-word" },
    });
    assert.notEqual(keeper.asked.at(-1)?.secretsHash, hashes[3], "the key is the caller's own");
    assert.doesNotMatch(console.log.lines.join("\n"), /pass-word/);
  });
});

describe("a refusal of a service", () => {
  it("points at what the client sent, not at where it stands on the bus", async () => {
    const refuse = (pointer: string) => async () => {
      const errors = [{ pointer, reason: "is taken" }];
      throw new ProblemError("INVALID", `The request is not valid: ${pointer} is taken`, { errors });
    };
    const console = await startConsoleUnderTest({
      "config.profile.create": refuse("/new/name"),
      "config.settings.update": refuse("/change/retryPolicy/retryMs"),
    });
    try {
      const made = await console.send("POST", "/profiles", { body: { name: "new" } });
      assert.deepEqual(made.body.errors, [{ pointer: "/name", reason: "is taken" }]);
      assert.equal(made.body.detail, "The request is not valid: /name is taken");
      const changed = await console.send("PATCH", "/settings", { body: { retryPolicy: { retryMs: 100 } } });
      assert.deepEqual(changed.body.errors, [{ pointer: "/retryPolicy/retryMs", reason: "is taken" }]);
    } finally {
      await console.stop();
    }
  });
});
