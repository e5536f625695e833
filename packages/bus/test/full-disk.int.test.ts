import assert from "node:assert/strict";
import { test } from "node:test";
import { streams } from "@mailfleet/contracts";
import { eventually, mountSmallDisk, startNats } from "@mailfleet/local/testing";
import { connectBus } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";
import { recordingLogger, timerFired } from "./given-bus.ts";

const disk = await mountSmallDisk();

test("a NATS whose disk is full is said, and what it confirmed is there when it was started again with room", {
  skip: typeof disk === "string" && disk,
}, async (t) => {
  assert.ok(typeof disk !== "string");
  t.after(() => disk.remove());
  const nats = await startNats({ folder: disk.path });
  t.after(() => nats.stop());
  await makeStreams(nats, [streams.MAILBOX], []);
  const logger = recordingLogger();
  const bus = await connectBus({ url: nats.url, name: "test", logger, isOutage: () => false, publishPatienceMs: 0 });
  t.after(() => bus.stop());
  disk.leave(2 * 2 ** 20);

  let confirmed = 0;
  const fill = async () => {
    const id = `full:${confirmed}`;
    if ((await bus.publish(timerFired(confirmed, { id, body: { large: "x".repeat(100_000) } }))) === "stored")
      confirmed++;
  };
  await assert.rejects(async () => {
    for (;;) await fill();
  });
  assert.ok(confirmed > 0);
  const said = await eventually(
    async () => {
      await fill().catch(() => {});
      return bus.health();
    },
    { timeoutMs: 30_000 },
  );
  assert.match(
    said,
    /^NATS stores no message \(.*\): look at its log and its disk; when there is room again, restart it$/,
  );

  disk.grow();
  await nats.restart();
  await eventually(async () => (await bus.publish(timerFired(0, { id: "after" })).catch(() => null)) === "stored", {
    timeoutMs: 20_000,
  });
  assert.equal(bus.health(), null);
  const bytes = (await bus.streamUsage()).find(({ name }) => name === "MAILBOX")?.bytes ?? 0;
  assert.ok(bytes > confirmed * 100_000, "nothing that was confirmed is lost");
});
