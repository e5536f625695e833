import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually, placesFor } from "@mailfleet/local/testing";
import { givenEngines, setMessage, timer } from "./given-scheduler.ts";

test("the service as a process: ready, fires, shows its metrics, leaves on SIGTERM", async (t) => {
  const given = await givenEngines();
  t.after(() => given.stop());
  const child = fork(fileURLToPath(new URL("../main.ts", import.meta.url)), {
    env: {
      ...process.env,
      ...placesFor("scheduler", given.nats, given.mongo),
      MAILFLEET_HTTP_PORT: "0",
    },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  t.after(() => child.kill("SIGKILL"));
  const [ready] = (await once(child, "message")) as [{ type: string; service: string; httpPort: number }];
  assert.equal(ready.type, "ready");
  assert.equal(ready.service, "scheduler");
  const events = await given.watchMailboxEvents();
  await given.bus.publish(setMessage(timer("mb_process")));
  await eventually(() => events.seen.length === 1);
  const get = async (path: string) => await (await fetch(`http://127.0.0.1:${ready.httpPort}${path}`)).text();
  await eventually(async () => /^mailfleet_timer_fired_total(\{[^}]*\})? 1$/m.test(await get("/metrics")));
  assert.equal((await fetch(`http://127.0.0.1:${ready.httpPort}/readyz`)).status, 200);
  await given.nats.kill();
  await eventually(async () => (await fetch(`http://127.0.0.1:${ready.httpPort}/readyz`)).status === 503);
  await given.nats.restart();
  await eventually(async () => (await fetch(`http://127.0.0.1:${ready.httpPort}/readyz`)).status === 200);
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});
