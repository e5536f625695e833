import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { eventually } from "../engines/eventually.ts";
import { tempDir } from "../testing/start-engines.ts";
import { type LogLine, type Stack, type StackOptions, startStack } from "./index.ts";

const script = () => fileURLToPath(new URL("./pretend-service.ts", import.meta.url));
const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options: StackOptions): Promise<{ stack: Stack; lines: LogLine[] }> {
  const folder = await tempDir("stack");
  const lines: LogLine[] = [];
  cleanups.push(() => folder.remove());
  const stack = await startStack({
    ...{ script, bare: true },
    dataDir: folder.path,
    services: ["scheduler", "console"],
    consolePort: 0,
    logs: (line) => void lines.push(line),
    ...options,
  });
  cleanups.push(() => stack.stop());
  return { stack, lines };
}

test("a service that was killed is started again and the stack says so; its fail points are not", async () => {
  const { stack, lines } = await start({ failPoints: { scheduler: "x:1" } });
  const scheduler = stack.service("scheduler");
  const first = scheduler.pid;
  const again = scheduler.restarted();
  scheduler.kill();
  await again;
  assert.notEqual(scheduler.pid, first);
  assert.equal(scheduler.deaths, 1);
  assert.ok(lines.some(({ source, text }) => source === "stack" && /scheduler died \(signal SIGKILL\)/.test(text)));
  assert.ok(lines.some(({ source, level, text }) => source === "scheduler" && level === 40 && /a warning/.test(text)));
  assert.equal(stack.consoleUrl, "http://127.0.0.1:4321");
  const mongo = stack.mongo!.pid;
  await stack.stop();
  assert.throws(() => process.kill(mongo, 0), { code: "ESRCH" });
  assert.equal(await stack.ended, null);
});

test("a service is replaced: another one is ready before the old one is asked to end, and that is no death", async () => {
  const { stack } = await start({ services: ["scheduler"] });
  const scheduler = stack.service("scheduler");
  const old = scheduler.pid ?? assert.fail();
  const replaced = scheduler.replace();
  await scheduler.ready();
  assert.notEqual(scheduler.pid, old);
  const { code } = await replaced;
  assert.deepEqual([code, scheduler.deaths, scheduler.state], [0, 0, "ready"]);
  assert.throws(() => process.kill(old, 0), { code: "ESRCH" });
});

test("five deaths within a minute end the stack with the reason and the last lines", async () => {
  const { stack } = await start({ services: ["scheduler"] });
  const scheduler = stack.service("scheduler");
  for (let death = 1; death < 5; death += 1) {
    const again = scheduler.restarted();
    scheduler.kill();
    await again;
  }
  scheduler.kill();
  const reason = await stack.ended;
  assert.match(reason ?? "", /scheduler died 5 times within a minute[\s\S]*a warning/);
  await assert.rejects(fetch(stack.natsUrl.replace("nats:", "http:")));
});

test("a service that never becomes ready ends the start, with its last lines", async () => {
  await assert.rejects(
    start({ services: ["config"], env: { MAILFLEET_PRETEND: "die" } }),
    /config died 5 times[\s\S]*a warning/,
  );
});

test("an engine that dies by itself comes back; one that a test kills stays away until it is restarted", async () => {
  const { stack } = await start({ services: [] });
  const nats = stack.nats!;
  const first = nats.pid;
  process.kill(first, "SIGKILL");
  await eventually(() => nats.pid !== first, { what: "NATS again" });
  await nats.kill();
  await assert.rejects(fetch(nats.url.replace("nats:", "http:")));
  await nats.restart();
});
