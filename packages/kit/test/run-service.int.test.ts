import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { spawnTiny } from "./spawn-tiny.ts";

const deadline = { timeout: 15_000 };

async function get(port: unknown, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, body: await response.text() };
}

test("a service that is up says so, is ready, shows its metrics and stops cleanly on SIGTERM", deadline, async () => {
  const tiny = spawnTiny("plain");
  const [ready] = await once(tiny.child, "message");
  assert.deepEqual({ ...ready, httpPort: 0 }, { type: "ready", service: "scheduler", httpPort: 0, port: 4711 });

  assert.equal((await get(ready.httpPort, "/livez")).status, 200);
  const readyz = await get(ready.httpPort, "/readyz");
  assert.deepEqual(JSON.parse(readyz.body), { ready: true, parts: { service: "ok", nats: "ok" } });
  const metrics = (await get(ready.httpPort, "/metrics")).body;
  assert.match(metrics, /mailfleet_tiny\{service="scheduler"\} 7/);
  assert.match(metrics, /mailfleet_service_ready\{service="scheduler"\} 1/);
  assert.match(metrics, /process_resident_memory_bytes/);
  assert.equal((await get(ready.httpPort, "/other")).status, 404);

  tiny.child.kill("SIGTERM");
  assert.deepEqual(await tiny.exit(), { code: 0, signal: null });
  assert.equal((await tiny.logged(/tiny stops/)).aborted, true, "the signal is aborted before stop()");
});

test("a service leaves when its supervisor is gone, and on SIGINT", deadline, async () => {
  const left = spawnTiny("plain");
  await once(left.child, "message");
  left.child.disconnect();
  assert.equal((await left.exit()).code, 0);

  const interrupted = spawnTiny("plain");
  await once(interrupted.child, "message");
  interrupted.child.kill("SIGINT");
  assert.equal((await interrupted.exit()).code, 0);
});

test(
  "while it waits for an engine it is live but not ready, names the part, and can be stopped",
  deadline,
  async () => {
    const tiny = spawnTiny("start-hangs");
    const { httpPort } = await tiny.logged(/starting/);
    assert.equal((await get(httpPort, "/livez")).status, 200);
    const readyz = await get(httpPort, "/readyz");
    assert.equal(readyz.status, 503);
    assert.deepEqual(JSON.parse(readyz.body).parts, { service: "starting", nats: "NATS is not connected" });
    tiny.child.kill("SIGTERM");
    assert.equal((await tiny.exit()).code, 0);
  },
);

test("variables that are missing or wrong are named with the reason, never with their value", deadline, async () => {
  const tiny = spawnTiny("nonsense", {
    MAILFLEET_NATS_URL: "",
    MAILFLEET_MONGO_URL: "http://user:hunter2@host",
    MAILFLEET_HTTP_PORT: "70000",
    MAILFLEET_FAIL_POINTS: "no.such-point:1",
  });
  assert.equal((await tiny.exit()).code, 1);
  for (const words of [
    "MAILFLEET_NATS_URL must be set",
    "MAILFLEET_MONGO_URL must be mongodb://host:port",
    "MAILFLEET_HTTP_PORT must be 0 to 65535",
    "MAILFLEET_TINY_BEHAVIOUR",
    "MAILFLEET_FAIL_POINTS must be a list of",
  ])
    assert.ok(tiny.text().includes(words), `${words} not in ${tiny.text()}`);
  assert.ok(!tiny.text().includes("hunter2"));
});

test("a failed start and an exception nobody caught are logged and end with code 1", deadline, async () => {
  const failed = spawnTiny("start-fails");
  assert.equal((await failed.exit()).code, 1);
  assert.match(failed.text(), /the server is too old/);

  const thrown = spawnTiny("throws");
  assert.equal((await thrown.exit()).code, 1);
  assert.match(thrown.text(), /an exception that nobody caught/);
});

test("the same signal twice leaves at once, another one does not", deadline, async () => {
  const tiny = spawnTiny("stop-hangs");
  await once(tiny.child, "message");
  tiny.child.kill("SIGINT");
  await tiny.logged(/tiny stops/);
  tiny.child.kill("SIGTERM");
  const draining = await get((await tiny.logged(/starting/)).httpPort, "/readyz");
  assert.equal(JSON.parse(draining.body).parts.service, "draining");
  tiny.child.kill("SIGTERM");
  assert.equal((await tiny.exit()).code, 1);
});

test("a stop that does not end is left after the grace time with code 1", deadline, async () => {
  const tiny = spawnTiny("stop-hangs");
  await once(tiny.child, "message");
  tiny.child.kill("SIGTERM");
  assert.equal((await tiny.exit()).code, 1);
  assert.match(tiny.text(), /grace time is over/);
});

test("a fail point kills the process at its nth hit", deadline, async () => {
  const tiny = spawnTiny("plain", { MAILFLEET_FAIL_POINTS: "document.after-commit:1,inbound.after-store:2" });
  await once(tiny.child, "message");
  tiny.child.send("hit");
  const [answer] = await once(tiny.child, "message");
  assert.deepEqual(answer, { type: "survived" });
  tiny.child.send("hit");
  assert.deepEqual(await tiny.exit(), { code: null, signal: "SIGKILL" });
});

test("a fail point is armed while the process runs, and counts from then on", deadline, async () => {
  const tiny = spawnTiny("plain");
  await once(tiny.child, "message");
  const survives = async () => {
    tiny.child.send("hit");
    assert.deepEqual((await once(tiny.child, "message"))[0], { type: "survived" });
  };
  await survives();
  await survives();
  tiny.child.send({ type: "fail-points", wanted: ["inbound.after-store:3"] });
  // The message itself is a hit of this service.
  await once(tiny.child, "message");
  await survives();
  tiny.child.send("hit");
  assert.deepEqual(await tiny.exit(), { code: null, signal: "SIGKILL" });
});
