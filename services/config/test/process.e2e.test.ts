import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectBus } from "@mailfleet/bus";
import { applyTopology, placesFor, startMongo, startNats } from "@mailfleet/local/testing";
import { command, listeningLogger, mailboxInput, profileInput } from "./given-config.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const [nats, mongo] = await Promise.all([startNats(), startMongo()]);
after(() => Promise.all([nats.stop(), mongo.stop()]));
await applyTopology(placesFor("topology", nats, mongo));

/** The service as its supervisor starts it; resolves when it says that it is ready. */
async function start(more: Record<string, string> = {}) {
  const env = {
    ...process.env,
    ...placesFor("config", nats, mongo),
    MAILFLEET_LOG_LEVEL: "warn",
    ...more,
  };
  const child = fork(main, { env, stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const [ready] = (await once(child, "message")) as [{ type: string; service: string; httpPort: number }];
  return { child, ended, ready };
}

test("the process is ready, answers, shows metrics, and leaves with 0", async () => {
  const { child, ended, ready } = await start();
  assert.deepEqual([ready.type, ready.service], ["ready", "config"]);
  const bus = await connectBus({
    url: nats.url,
    name: "test",
    logger: listeningLogger().logger,
    isOutage: () => false,
  });
  const profile = await bus.request("config.profile.create", profileInput());
  const mailbox = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  assert.equal(mailbox.lifecycle, "pendingApproval");
  assert.equal((await fetch(`http://127.0.0.1:${ready.httpPort}/readyz`)).status, 200);
  const metrics = await (await fetch(`http://127.0.0.1:${ready.httpPort}/metrics`)).text();
  assert.match(metrics, /mailfleet_outbox_published_total\{outcome="stored"/);
  await bus.stop();
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});

test("killed between commit and publish: another process takes it from there", async () => {
  const victim = await start({ MAILFLEET_FAIL_POINTS: "document.after-commit:3" });
  const bus = await connectBus({
    url: nats.url,
    name: "test",
    logger: listeningLogger().logger,
    isOutage: () => false,
  });
  const profile = await bus.request("config.profile.create", profileInput());
  const mailbox = await bus.request("config.mailbox.create", mailboxInput(profile.id));
  const approve = { ...command(), id: mailbox.id, address: mailbox.address };
  await assert.rejects(bus.request("config.mailbox.approve", approve, { timeoutMs: 1000 }));
  assert.deepEqual(await victim.ended, [null, "SIGKILL"]);
  const next = await start();
  assert.equal((await bus.request("config.mailbox.approve", approve)).v, mailbox.v + 1);
  await bus.stop();
  next.child.disconnect();
  assert.deepEqual(await next.ended, [0, null], "it leaves with its supervisor");
});
