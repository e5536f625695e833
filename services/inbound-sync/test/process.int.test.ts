import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { applyTopology, placesFor, startMongo, startNats, tempDir } from "@mailfleet/local/testing";
import { generateKeyFiles } from "@mailfleet/secrets";

test("the process becomes ready, says where its health is, and leaves with code 0 when asked to", async (t) => {
  const [nats, mongo, folder] = await Promise.all([startNats(), startMongo(), tempDir("keys")]);
  t.after(() => Promise.all([nats.stop(), mongo.stop(), folder.remove()]));
  await applyTopology(placesFor("topology", nats, mongo));
  const keys = await generateKeyFiles(folder.path);
  const service = fork(fileURLToPath(new URL("../main.ts", import.meta.url)), {
    env: {
      ...process.env,
      ...placesFor("inbound-sync", nats, mongo),
      MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys,
      MAILFLEET_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  t.after(() => service.kill("SIGKILL"));
  const [ready] = (await once(service, "message")) as [{ type: string; service: string; httpPort: number }];
  assert.deepEqual([ready.type, ready.service], ["ready", "inbound-sync"]);
  const health = await fetch(`http://127.0.0.1:${ready.httpPort}/readyz`);
  assert.equal(health.status, 200);
  const metrics = await (await fetch(`http://127.0.0.1:${ready.httpPort}/metrics`)).text();
  assert.match(metrics, /mailfleet_message_received_total/);
  service.kill("SIGTERM");
  const [code] = await once(service, "exit");
  assert.equal(code, 0);
});
