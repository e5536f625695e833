import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { givenInbound } from "./given-inbound.ts";
import { messagesOnServer, shortLengths, slowConnector } from "./slow-connector.ts";

test("a process that was frozen for longer than its lease changes nothing when it wakes up", async (t) => {
  const given = await givenInbound();
  t.after(() => given.stop());
  const mailboxId = "mb_frozen";
  given.connect(mailboxId, {});
  const script = new URL("./frozen-replica.ts", import.meta.url);
  const frozen = fork(script, [JSON.stringify(given.engines)], { stdio: "inherit" });
  t.after(() => frozen.kill("SIGKILL"));
  await once(frozen, "message");
  const received = async () => (await given.sources.get(mailboxId))?.received ?? 0;

  await given.run(mailboxId);
  await eventually(async () => (await received()) >= 5);
  frozen.kill("SIGSTOP");
  const before = await given.sources.get(mailboxId);

  await given.startReplica({ connectors: { imap: slowConnector }, lengths: shortLengths });
  await eventually(
    async () => {
      // The bus may hand runs to the frozen one as well, and waits for each until it gives it to another.
      await given.run(mailboxId, "probe");
      return (await received()) === messagesOnServer;
    },
    { what: "another replica that reads to the end", timeoutMs: 40_000 },
  );
  await given.untilRead(mailboxId, 1);
  const after = await given.sources.get(mailboxId);
  assert.ok((after?.lease?.fence ?? 0) > (before?.lease?.fence ?? 0));

  const again = given.timers.length;
  frozen.kill("SIGCONT");
  // It finds out, and its run comes again: the only thing that it says.
  await eventually(() => given.timers.slice(again).some((timer) => timer.mailboxId === mailboxId));
  const { cursor, received: count, pending } = (await given.sources.get(mailboxId)) ?? {};
  assert.deepEqual([cursor, count, pending], [{ at: messagesOnServer }, messagesOnServer, null]);
  const told = given.factsOf(mailboxId, "mail.received.v1").map((fact) => fact.id);
  assert.equal(told.length, messagesOnServer);
  assert.equal(new Set(told).size, messagesOnServer);
  assert.deepEqual(
    given.results.filter((result) => result.mailboxId === mailboxId),
    [],
  );
});
