import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AuditEntry, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting } from "./given-alerting.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let replica: Awaited<ReturnType<typeof given.startReplica>>;
before(async () => {
  given = await givenAlerting();
  replica = await given.startReplica();
});
after(() => given?.stop());

const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ id: `au_entry${n}`, at: n, by: { kind: "token", id: "tk_ada01", name: "ada" }, operation: "mailbox.approve" },
  ...{ object: { type: "mailbox", id: "mb_sales01", label: "sales@example.org" }, mailboxId: "mb_sales01" },
  ...{ outcome: "accepted", changes: [{ field: "name", before: "a", after: "sales@example.org" }], ...more },
});
const tell = (body: AuditEntry) => given.say(subjects.audit("config"), "audit.recorded.v1", body, body.id);
const found = async (filter: object = {}) => {
  const { items } = await given.bus.request("alerting.audit.list", { limit: 100, ...filter });
  return items.map(({ id }) => id.replace("au_entry", ""));
};

describe("the audit", () => {
  test("is kept, found by who, what, object and time, and read in pages", async () => {
    await tell(entry(1));
    await tell(
      entry(2, { operation: "profile.update", object: { type: "profile", id: "pf_one001" }, mailboxId: undefined }),
    );
    await tell(entry(3, { by: { kind: "service", name: "job of bob" } }));
    await tell(entry(4, { outcome: "refused", code: "FORBIDDEN", detail: "no right", changes: [] }));
    await tell(entry(1));
    await eventually(async () => (await found()).length === 4);
    assert.deepEqual(await found(), ["4", "3", "2", "1"]);
    for (const [filter, ids] of [
      [{ by: "tk_ada01" }, ["4", "2", "1"]],
      [{ by: "job of bob" }, ["3"]],
      [{ operation: "profile.update" }, ["2"]],
      [{ objectId: "pf_one001" }, ["2"]],
      [{ mailboxId: "mb_sales01", outcome: "accepted" }, ["3", "1"]],
      [{ since: 2, until: 4 }, ["3", "2"]],
      [{ outcome: "refused" }, ["4"]],
    ] as const)
      assert.deepEqual(await found(filter), ids, JSON.stringify(filter));
    const first = await given.bus.request("alerting.audit.list", { limit: 3 });
    assert.deepEqual(await found({ limit: 3, cursor: first.next }), ["1"]);
    const earliest = await given.bus.request("alerting.audit.list", { limit: 3, sort: "at" });
    assert.deepEqual(await found({ limit: 3, sort: "at", cursor: earliest.next }), ["4"]);
    assert.equal((await given.bus.request("alerting.audit.get", { id: "au_entry4" })).detail, "no right");
  });

  test("cannot be changed by a later message, and ends by itself", async () => {
    await tell(entry(1, { operation: "token.delete" }));
    await tell(entry(5));
    await eventually(async () => (await found()).includes("5"));
    assert.equal((await given.bus.request("alerting.audit.get", { id: "au_entry1" })).operation, "mailbox.approve");
    const kept = await replica.db.collection<{ _id: string; expireAt: Date }>("audit").findOne({ _id: "au_entry5" });
    const days = ((kept?.expireAt.getTime() ?? 0) - Date.now()) / 86_400_000;
    assert.ok(days > 390 && days < 410, String(days));
  });

  test("keeps of an erased mailbox that something was done and by whom, and nothing personal", async () => {
    await tell(entry(6, { by: { kind: "token", id: "tk_own01", name: "owner of sales@example.org" } }));
    await eventually(async () => (await found()).includes("6"));
    const { removed } = await given.bus.request("alerting.traces.erase", {
      ...{ mailboxId: "mb_sales01", address: "sales@example.org" },
    });
    assert.equal(removed["entries of the audit, made nameless"], 6);
    const { items } = await given.bus.request("alerting.audit.list", { limit: 100, mailboxId: "mb_sales01" });
    assert.equal(items.length, 5);
    assert.ok(!JSON.stringify(items).includes("example.org"));
    assert.ok(items.every(({ by, operation, changes }) => by.name && operation && changes.length === 0));
  });

  test("is read whole where its entries are large: a page ends before the answer is too large", async () => {
    const change = { before: "é".repeat(150), after: "b".repeat(300) };
    const changes = Array.from({ length: 100 }, (_, n) => ({ field: `f${n}`, ...change }));
    const large = Array.from({ length: 20 }, (_, n) => entry(100 + n, { operation: "mailbox.test", changes }));
    await Promise.all(large.map(tell));
    const pages = async () => {
      const read: string[][] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const input = { operation: "mailbox.test", limit: 500, ...(cursor ? { cursor } : {}) };
        const { items, next } = await given.bus.request("alerting.audit.list", input);
        read.push(items.map(({ id }) => id));
        cursor = next;
      }
      return read;
    };
    const read = await eventually(async () => {
      const now = await pages();
      return now.flat().length === large.length && now;
    });
    assert.ok(read.length > 1, "they do not fit into one");
    assert.deepEqual(read.flat(), large.map(({ id }) => id).toReversed());
  });
});
