import assert from "node:assert/strict";
import { test } from "node:test";
import { nouns } from "@mailfleet/contracts";
import { auditMessage } from "./audit-message.ts";
import { audited, commandOf } from "./audited.ts";
import { changesBetween } from "./changes.ts";

const mailbox = nouns.find(({ name }) => name === "mailbox");
assert.ok(mailbox);
const input = { commandId: "c1", by: "ada", caller: "tk_ada01", from: "192.0.2.7", id: "mb_sales01", correlation: "k" };

test("changes are the fields that people see otherwise, by path, with what is new and what is gone", () => {
  const before = {
    id: "x",
    v: 3,
    name: "Sales",
    tags: ["a"],
    in: { state: "off", deep: { n: 1 } },
    gone: true,
    same: 1,
  };
  const after = {
    id: "x",
    v: 4,
    name: "Sales",
    tags: ["a", "b"],
    in: { state: "on", deep: { n: 2 } },
    made: "é",
    same: 1,
  };
  assert.deepEqual(changesBetween(before, after), [
    { field: "tags", before: "a", after: "a, b" },
    { field: "in.state", before: "off", after: "on" },
    { field: "in.deep.n", before: "1", after: "2" },
    { field: "gone", before: "true" },
    { field: "made", after: "é" },
  ]);
  assert.deepEqual(changesBetween(null, { id: "x", items: [{ secret: "s" }] }), [{ field: "items", after: "1 items" }]);
});

test("long values and many changes are cut", () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`f${n}`, "x".repeat(1000)]));
  const changes = changesBetween({}, many);
  assert.equal(changes.length, 100);
  assert.equal(changes[0]?.after?.length, 300);
});

test("a secret is named and never shown, whatever form it has", () => {
  const sealed = { ciphertext: "cipher", encrypted_key: "key" };
  const { body } = auditMessage({
    ...{ service: "config", noun: mailbox, verb: "update", at: 7, version: 4 },
    input: { ...input, credentials: { username: "ann", passwords: { inbound: sealed } } } as never,
    ...{ before: { address: "a@example.org" }, after: { address: "a@example.org" } },
  });
  assert.deepEqual(body.changes, [{ field: "credentials", after: "[secret]" }]);
  assert.ok(!JSON.stringify(body).includes("cipher"));
  assert.deepEqual(
    [body.by, body.operation, body.object, body.outcome, body.mailboxId],
    [
      { kind: "token", id: "tk_ada01", name: "ada", from: "192.0.2.7" },
      "mailbox.update",
      { type: "mailbox", id: "mb_sales01", label: "a@example.org" },
      "accepted",
      "mb_sales01",
    ],
  );
});

test("commands that people give are audited; reads, and what services ask each other, are not", () => {
  const names = [
    "config.mailbox.approve",
    "config.profile.create",
    "outbound-send.send.discard",
    "alerting.alert.delete",
  ];
  assert.ok(names.every((name) => commandOf(name)));
  const others = [
    "config.mailbox.get",
    "config.mailbox.find",
    "outbound-send.send.submit",
    "config.health.look",
    "x.y.z",
  ];
  assert.deepEqual(
    others.filter((name) => commandOf(name)),
    [],
  );
});

test("the same entry has the same id; another outcome is another entry", () => {
  const given = { service: "config", noun: mailbox, verb: "test", input, at: 1 } as const;
  const [one, again, refused] = [
    auditMessage(given),
    auditMessage({ ...given, at: 2 }),
    auditMessage({ ...given, problem: { code: "NOT_FOUND", detail: "There is none." } }),
  ];
  assert.equal(one.id, again.id);
  assert.notEqual(one.id, refused.id);
});

test("an answer does not wait for its entry", async () => {
  const published: unknown[] = [];
  const publish = (message: unknown) => {
    published.push(message);
    return new Promise<never>(() => {});
  };
  const ports = { bus: { publish }, logger: { warn() {} } as never, now: () => 0 };
  const discard = audited(ports, "outbound-send", "outbound-send.send.discard", {
    writesItself: false,
    handle: async () => "done",
  });
  assert.equal(await discard(input), "done");
  assert.equal(await discard({ ...input, dryRun: true }), "done");
  assert.equal(published.length, 1);
});
