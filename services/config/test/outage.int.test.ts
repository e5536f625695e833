import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ProblemError } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { command, givenConfig, mailboxInput, profileInput, runResult } from "./given-config.ts";

const given = await givenConfig({ ownMongo: true });
const { bus } = given;
after(() => given.stop());

const get = (mailboxId: string) => bus.request("config.mailbox.get", { id: mailboxId });
const patient = { timeoutMs: 30_000, what: "config works again" };

test("MongoDB killed and NATS killed, one after the other: results wait and are taken, nothing becomes a dead letter", async () => {
  await given.replica();
  const dead = await given.listen("dead.*.*");
  const profile = await bus.request("config.profile.create", profileInput());
  const { id: mailboxId, address } = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  await bus.request("config.mailbox.approve", { ...command(), id: mailboxId, address });
  const testing = await bus.request("config.mailbox.test-and-enable", { ...command(), id: mailboxId });

  await given.mongo.engine?.kill();
  await bus.publish(runResult(testing, "inbound", "ok"));
  const refusal = await get(mailboxId).catch((error: unknown) => error);
  assert.ok(refusal instanceof ProblemError && refusal.problem.code === "UNAVAILABLE");
  await given.mongo.engine?.restart();
  await eventually(async () => (await get(mailboxId)).directions.inbound.enabled, patient);

  await given.nats.kill();
  await given.nats.restart();
  const result = runResult(testing, "outbound", "ok");
  await eventually(async () => {
    await bus.publish(result);
    return (await get(mailboxId)).lifecycle === "enabled.running";
  }, patient);
  const replica = await given.replica();
  await eventually(async () => (await replica.ports.documents.mailbox.load(mailboxId))?.outbox.length === 0, patient);
  assert.deepEqual(dead.seen, []);
});
