import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { connectBus } from "../src/index.ts";
import { makeStreams } from "../src/topology/index.ts";
import { givenNats, ownStream, recordingLogger, timerFired } from "./given-bus.ts";

const password = (word: string) => [`authorization { user: mailfleet, password: ${word} }`];
const token = (word: string) => [`authorization { token: ${word} }`];
const signIns = {
  "a password": { lines: password, who: (word: string) => `mailfleet:${word}@` },
  "a token": { lines: token, who: (word: string) => `${word}@` },
};

for (const [what, { lines, who }] of Object.entries(signIns))
  test(`NATS refuses ${what} for seconds and then takes it again: the same connection goes on`, async (t) => {
    const given = await givenNats({ configuration: lines("right") });
    t.after(() => given.stop());
    const url = given.engine.url.replace("//", `//${who("right")}`);
    const bus = await given.connect({ url });
    const { stream, consumer } = ownStream("REFUSED");
    await makeStreams(url, [stream], [consumer]);
    const seen: string[] = [];
    await bus.consume(consumer, {
      types: ["mailbox.timer-fired.v1"],
      concurrency: 1,
      handle: async (message) => void seen.push(message.id),
    });
    await bus.publish(timerFired(1, { subject: "refused.x" }));
    await eventually(() => seen.length === 1);

    await given.engine.restart(lines("another"));
    const why = await eventually(() => (bus.health() === "NATS is not connected" ? null : bus.health()));
    assert.match(why, /^NATS refuses our password: .*authorization violation/i);
    // The client library gives up at the second refusal unless told otherwise: outlive a dozen.
    for (const until = Date.now() + 4000; Date.now() < until; await new Promise((wake) => setTimeout(wake, 50)))
      assert.notEqual(bus.health(), null);
    assert.match(bus.health() ?? "", /refuses our password/);
    assert.equal(given.logs.filter((line) => line.includes("error NATS refuses")).length, 1, "said once, as an error");

    await given.engine.restart(lines("right"));
    await eventually(() => bus.health() === null, { timeoutMs: 15_000, what: "connected again" });
    await bus.publish(timerFired(2, { subject: "refused.x" }));
    await eventually(() => seen.length === 2, { timeoutMs: 15_000, what: "consuming goes on" });
  });

test("a service that starts with a password that is not taken yet waits, says why, and connects", async (t) => {
  const given = await givenNats({ configuration: password("old") });
  t.after(() => given.stop());
  const lines: string[] = [];
  const url = given.engine.url.replace("//", "//mailfleet:new@");
  const connecting = connectBus({ url, name: "early", logger: recordingLogger(lines), isOutage: () => false });
  const refusals = () => lines.filter((line) => line.startsWith("error NATS refuses our password")).length;
  await eventually(() => refusals() >= 3);
  await given.engine.restart(password("new"));
  const bus = await connecting;
  assert.equal(bus.health(), null);
  await bus.stop();
});
