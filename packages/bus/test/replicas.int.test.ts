import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { streams } from "@mailfleet/contracts";
import { startNatsCluster } from "@mailfleet/local/testing";
import { type Bus, connectBus } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";
import { recordingLogger, timerFired } from "./given-bus.ts";

let cluster: Awaited<ReturnType<typeof startNatsCluster>>;
const buses: Bus[] = [];
const logs: string[] = [];
before(async () => {
  cluster = await startNatsCluster();
  for (const name of ["one", "two", "three"])
    buses.push(
      await connectBus({
        url: cluster.url,
        name,
        logger: recordingLogger(logs),
        isOutage: () => false,
      }),
    );
});
after(async () => {
  await Promise.all(buses.map((bus) => bus.stop()));
  await cluster.stop();
});

test("replicas that publish the same ids at the same moment store each once, and warn about nothing", async () => {
  await makeStreams(cluster, [streams.MAILBOX], [], 3);
  for (let n = 0; n < 50; n++) {
    const messages = Array.from({ length: 4 }, (_, m) => timerFired(4 * n + m));
    const outcomes = await Promise.all(buses.map((bus) => bus.publishEach(messages)));
    for (const m of messages.keys())
      assert.deepEqual(outcomes.map((each) => each[m]).sort(), ["duplicate", "duplicate", "stored"]);
  }
  const told = logs.filter((line) => line.includes("duplicate message id is in process"));
  assert.ok(told.length > 0, "it happened");
  assert.deepEqual(
    told.filter((line) => !line.startsWith("debug")),
    [],
  );
});
