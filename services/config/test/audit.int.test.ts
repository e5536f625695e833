import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Incoming } from "@mailfleet/bus";
import { consumers, ProblemError } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { command, givenConfig, mailboxInput, profileInput, sealedForMailbox } from "./given-config.ts";

const given = await givenConfig();
const { bus } = given;
let profileId = "";
let refuses = false;
let refused = 0;
const heard: Incoming<"audit.recorded.v1">[] = [];
before(async () => {
  await bus.consume(consumers.alertingAudit, {
    types: ["audit.recorded.v1"],
    concurrency: 50,
    handle: async (message) => void heard.push(message),
  });
  await given.replica({
    onPublish: ({ type }) => {
      if (!refuses || type !== "audit.recorded.v1") return;
      refused += 1;
      throw new Error("as if the stream were full");
    },
  });
  profileId = (await bus.request("config.profile.create", profileInput())).id;
});
after(() => given.stop());

const entriesOf = (id: string) => heard.flatMap(({ body }) => (body.object.id === id ? [body] : []));
const entry = (id: string, operation: string) =>
  eventually(() => entriesOf(id).find((one) => one.operation === operation), { what: `${operation} of ${id}` });

describe("the audit", () => {
  test("has each command with who, from where, and what is other", async () => {
    const { id, address } = await bus.request("config.mailbox.create", mailboxInput(profileId));
    const made = await entry(id, "mailbox.create");
    assert.equal(made.object.label, address);
    assert.ok(made.changes.some(({ field, before, after }) => field === "address" && !before && after === address));

    const who = { caller: "tk_ada01", from: "192.0.2.7", correlation: "k-1" };
    await bus.request("config.mailbox.approve", { ...command(), ...who, id, address });
    const { by, outcome, changes, version, correlation } = await entry(id, "mailbox.approve");
    assert.deepEqual(by, { kind: "token", id: "tk_ada01", name: "ada", from: "192.0.2.7" });
    assert.deepEqual([outcome, version, correlation], ["accepted", 2, "k-1"]);
    assert.deepEqual(
      changes.find(({ field }) => field === "approval.state"),
      { field: "approval.state", before: "pendingApproval", after: "approved" },
    );
  });

  test("says that a secret was set, not which", async () => {
    const { id } = await bus.request("config.mailbox.create", mailboxInput(profileId));
    await bus.request("config.mailbox.update", { ...command(), id, credentials: sealedForMailbox(id) });
    const { changes } = await entry(id, "mailbox.update");
    assert.ok(changes.some(({ field, after }) => field === "credentials" && after === "[secret]"));
    assert.ok(!/ciphertext|encrypted_key/.test(JSON.stringify(entriesOf(id))));
  });

  test("has what was refused, and why; not what was only tried, and a repetition once", async () => {
    const { id } = await bus.request("config.mailbox.create", mailboxInput(profileId));
    const wrong = bus.request("config.mailbox.approve", { ...command(), id, address: "other@example.org" });
    await assert.rejects(wrong, ProblemError);
    const refused = await entry(id, "mailbox.approve");
    assert.deepEqual([refused.outcome, refused.code, refused.changes], ["refused", "ADDRESS_NOT_AS_SEEN", []]);

    const once = { ...command(), id, change: { name: "Sales" } };
    await bus.request("config.mailbox.update", { ...once, ...command(), dryRun: true });
    await bus.request("config.mailbox.update", once);
    await bus.request("config.mailbox.update", once);
    await bus.request("config.mailbox.delete", { ...command(), id });
    await entry(id, "mailbox.delete");
    const operations = entriesOf(id).map(({ operation, version }) => `${operation} ${version}`);
    assert.deepEqual(operations.toSorted(), [
      "mailbox.approve undefined",
      "mailbox.create 1",
      "mailbox.delete 3",
      "mailbox.update 2",
    ]);
  });

  test("has an approval by a code as what it is, refused or not, and never the code", async () => {
    let sent = "";
    await bus.respond({
      "alerting.notification-settings.send-code": async ({ code }) => {
        sent = code;
        return {};
      },
    });
    await bus.request("config.settings.update", { ...command(), change: { selfApproval: true } });
    const { id } = await bus.request("config.mailbox.create", mailboxInput(profileId));
    await bus.request("config.mailbox.send-code", { ...command(), id });
    await assert.rejects(bus.request("config.mailbox.approve-by-code", { ...command(), id, code: "AAAAA-AAAAA" }));
    await bus.request("config.mailbox.approve-by-code", { ...command(), id, code: sent });
    const outcomes = () =>
      entriesOf(id).flatMap(({ operation, outcome, code = "" }) =>
        /code$/.test(operation) ? [`${operation} ${outcome} ${code}`.trim()] : [],
      );
    await eventually(() => outcomes().length === 3, { what: "three entries" });
    assert.deepEqual(outcomes().toSorted(), [
      "mailbox.approve-by-code accepted",
      "mailbox.approve-by-code refused CODE_NOT_GOOD",
      "mailbox.send-code accepted",
    ]);
    assert.ok(!JSON.stringify(entriesOf(id)).includes(sent));
  });

  test("waits in the document while nobody takes it: the command is answered, and the entry comes later", async () => {
    refuses = true;
    const { id, address } = await bus.request("config.mailbox.create", mailboxInput(profileId));
    await bus.request("config.mailbox.approve", { ...command(), id, address });
    await eventually(() => refused >= 2);
    assert.deepEqual(entriesOf(id), []);
    refuses = false;
    await entry(id, "mailbox.create");
    await entry(id, "mailbox.approve");
  });
});
