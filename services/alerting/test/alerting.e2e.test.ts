import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { alertFacts } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting, startRelay } from "./given-alerting.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let relay: Awaited<ReturnType<typeof startRelay>>;
const children: ChildProcess[] = [];

before(async () => {
  given = await givenAlerting();
  relay = await startRelay(await given.freePort());
});
after(async () => {
  for (const child of children) child.kill("SIGKILL");
  await relay.stop();
  await given.stop();
});

async function startProcess(more: Record<string, string> = {}) {
  const child = fork(new URL("../main.ts", import.meta.url), {
    env: { ...process.env, ...given.environment, ...more },
  });
  children.push(child);
  const [ready] = await once(child, "message");
  assert.equal(ready.type, "ready");
  return { child, gone: once(child, "exit"), httpPort: ready.httpPort as number };
}

test("killed between storing an alert and saying so, it goes on: counted once, said once, mailed once", async () => {
  const first = await startProcess({ MAILFLEET_FAIL_POINTS: "document.after-commit:2" });
  const readyz = await fetch(`http://127.0.0.1:${first.httpPort}/readyz`);
  assert.deepEqual(await readyz.json(), {
    ready: true,
    parts: { service: "ok", nats: "ok", mongodb: "ok", topology: "ok", deployment: "ok", clock: "ok" },
  });
  // The first commit; the second one is the alert.
  await given.useRelay(relay.port);
  const facts: string[] = [];
  const filters = alertFacts.map((fact) => `fact.alert.*.${fact}`);
  const view = await given.bus.follow({ filters }, (message) => facts.push(message.subject));

  const object = { type: "mailbox" as const, id: "mb_sales1", direction: "inbound" as const };
  await given.raise({ at: Date.now(), object, code: "AUTHENTICATION_REJECTED" });
  assert.equal((await first.gone)[1], "SIGKILL");
  assert.equal(relay.mails.length, 0);

  const second = await startProcess();
  // 30 s if the one that died had already taken the mail.
  await eventually(() => relay.mails.length === 1 && facts.length === 1, { timeoutMs: 45_000 });
  const [alert] = await given.list({ objectId: "mb_sales1" });
  assert.equal(alert?.count, 1);
  await given.clear({ at: Date.now(), object });
  await eventually(() => relay.mails.length === 2);
  await delay(300);
  assert.equal(relay.mails.length, 2);
  assert.deepEqual(facts, ["fact.alert.error.raised", "fact.alert.error.cleared"]);
  await view.stop();

  second.child.kill("SIGTERM");
  assert.deepEqual(await second.gone, [0, null]);
});
