import assert from "node:assert/strict";
import { once } from "node:events";
import { after, test } from "node:test";
import { eventually, startOtlpReceiver } from "@mailfleet/local/testing";
import { spawnTiny } from "./spawn-tiny.ts";

const receiver = await startOtlpReceiver();
after(() => receiver.stop());
const deadline = { timeout: 20_000 };
/** More than may wait. */
const many = 20_000;

async function makeSpans(tiny: ReturnType<typeof spawnTiny>, spans: number): Promise<number> {
  tiny.child.send({ spans });
  const [{ ms }] = await once(tiny.child, "message");
  return ms;
}

test("spans and log lines name each other, and what waits is sent at a shutdown", deadline, async () => {
  const tiny = spawnTiny("plain", { MAILFLEET_OTLP_URL: receiver.url, MAILFLEET_REPLICA: "tiny-0" });
  await once(tiny.child, "message");
  await makeSpans(tiny, 2);
  const line = await tiny.logged(/inside/);
  tiny.child.kill("SIGTERM");
  assert.deepEqual(await tiny.exit(), { code: 0, signal: null });
  const first = receiver.spans.find(({ name }) => name === "tiny 0");
  assert.equal(first?.service, "mailfleet-scheduler");
  assert.deepEqual([line.trace_id, line.span_id], [first?.traceId, first?.spanId]);
  assert.deepEqual(first?.attributes, { "mailfleet.count": 0 });
  assert.equal(receiver.spans.length, 2);
  const outside = tiny.log().find(({ msg }) => msg === "ready");
  assert.equal(outside && "trace_id" in outside, false);
});

test("a collector that does not answer stops nothing: what it cannot take is dropped", deadline, async (t) => {
  t.after(() => receiver.release());
  const before = receiver.spans.length;
  receiver.hold();
  const tiny = spawnTiny("plain", { MAILFLEET_OTLP_URL: receiver.url });
  await once(tiny.child, "message");
  // Far more than the collector had time for: 100 µs each would be two seconds.
  const ms = await makeSpans(tiny, many);
  assert.ok(ms < 10_000, `${many} spans took ${ms} ms`);
  const asked = performance.now();
  tiny.child.kill("SIGTERM");
  assert.deepEqual(await tiny.exit(), { code: 0, signal: null });
  assert.ok(performance.now() - asked < 6000, "it did not wait for the collector");
  receiver.release();
  await eventually(async () => receiver.spans.length > before);
  assert.ok(receiver.spans.length - before < many / 2, `${receiver.spans.length - before} spans had waited`);
});

test("nobody at the collector's address, and a share of none: the service works", deadline, async () => {
  const tiny = spawnTiny("plain", { MAILFLEET_OTLP_URL: "http://127.0.0.1:1", MAILFLEET_TRACE_RATIO: "0" });
  await once(tiny.child, "message");
  await makeSpans(tiny, 10);
  const line = await tiny.logged(/inside/);
  assert.match(String(line.trace_id), /^[0-9a-f]{32}$/);
  tiny.child.kill("SIGTERM");
  assert.deepEqual(await tiny.exit(), { code: 0, signal: null });
});

for (const [value, why] of [
  ["collector:4318", /MAILFLEET_OTLP_URL must be http:\/\/host:port/],
  ["http://me:hunter2@collector:4318", /MAILFLEET_OTLP_URL must be http:\/\/host:port, without user name, password/],
] as const)
  test(`refuses ${value.replace("hunter2", "…")} without showing it`, deadline, async () => {
    const tiny = spawnTiny("plain", { MAILFLEET_OTLP_URL: value });
    assert.deepEqual(await tiny.exit(), { code: 1, signal: null });
    assert.match(tiny.text(), why);
    assert.ok(!tiny.text().includes("hunter2"));
  });
