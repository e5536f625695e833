import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { connectBus } from "../src/index.ts";
import { makeStreams, newNkeySeed, publicNkeyOf } from "../src/topology/index.ts";
import { givenNats, ownStream, recordingLogger, timerFired } from "./given-bus.ts";

const folder = mkdtempSync(join(tmpdir(), "mailfleet-nkeys-"));
after(() => rmSync(folder, { recursive: true }));
const seeds = { right: newNkeySeed(), another: newNkeySeed() };
const nkeyFile = join(folder, "nkey");
writeFileSync(nkeyFile, `${seeds.right}\n`);

type Word = keyof typeof seeds;
/** What a server takes from us, and what we give. */
const signIns: Record<string, { lines(word: Word): string[]; who?: string; nkeyFile?: string }> = {
  "a password": { lines: (word) => [`authorization { user: mailfleet, password: ${word} }`], who: "mailfleet:right@" },
  "a token": { lines: (word) => [`authorization { token: ${word} }`], who: "right@" },
  "an nkey": { lines: (word) => [`authorization { users: [{ nkey: ${publicNkeyOf(seeds[word])} }] }`], nkeyFile },
};

for (const [what, { lines, who = "", nkeyFile }] of Object.entries(signIns))
  test(`NATS refuses ${what} for seconds and then takes it again: the same connection goes on`, async (t) => {
    const given = await givenNats({ configuration: lines("right") });
    t.after(() => given.stop());
    const url = given.engine.url.replace("//", `//${who}`);
    const bus = await given.connect({ url, nkeyFile });
    const { stream, consumer } = ownStream("REFUSED");
    await makeStreams({ url, nkeyFile }, [stream], [consumer]);
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
    assert.match(why, /^NATS refuses our sign-in: .*authorization violation/i);
    // The client library gives up at the second refusal unless told otherwise: outlive a dozen.
    for (const until = Date.now() + 4000; Date.now() < until; await new Promise((wake) => setTimeout(wake, 50)))
      assert.notEqual(bus.health(), null);
    assert.match(bus.health() ?? "", /refuses our sign-in/);
    assert.equal(given.logs.filter((line) => line.includes("error NATS refuses")).length, 1, "said once, as an error");

    await given.engine.restart(lines("right"));
    await eventually(() => bus.health() === null, { timeoutMs: 15_000, what: "connected again" });
    await bus.publish(timerFired(2, { subject: "refused.x" }));
    await eventually(() => seen.length === 2, { timeoutMs: 15_000, what: "consuming goes on" });
  });

test("a service that starts with a key that is not taken yet waits, says why, and reads the new one", async (t) => {
  const given = await givenNats({ configuration: signIns["an nkey"]!.lines("right") });
  t.after(() => given.stop());
  const early = join(folder, "early");
  writeFileSync(early, seeds.another);
  const logged: string[] = [];
  const logger = recordingLogger(logged);
  const { url } = given.engine;
  const connecting = connectBus({ url, nkeyFile: early, name: "early", logger, isOutage: () => false });
  await eventually(() => logged.filter((line) => line.startsWith("error NATS refuses our sign-in")).length >= 3);
  writeFileSync(early, seeds.right);
  const bus = await connecting;
  t.after(() => bus.stop());
  assert.equal(bus.health(), null);

  // Both sides change while it runs; for a moment there is no file.
  rmSync(early);
  await given.engine.reload(signIns["an nkey"]!.lines("another"));
  await eventually(() => /refuses our sign-in/.test(bus.health() ?? ""));
  writeFileSync(early, seeds.another);
  await eventually(() => bus.health() === null, { timeoutMs: 15_000, what: "signed in with the new key" });
});

test("a file without the seed of a user is refused by name, and what is in it is not said", async () => {
  const account = "SAANWFZ3JINNPERWT3ALE45U7GYT2ZDW6GJUIVPDKUF6GKAX6AISZJMAS4";
  for (const [text, why] of [
    [account, /holds no seed of a NATS user: it must be one line that begins with SU/],
    ["not-a-seed", /holds no seed of a NATS user/],
    [null, /which holds our NATS nkey, cannot be read: ENOENT/],
  ] as const) {
    const file = join(folder, "wrong");
    if (text === null) rmSync(file);
    else writeFileSync(file, text);
    const options = { url: "nats://127.0.0.1:1", nkeyFile: file, name: "wrong", isOutage: () => false };
    await assert.rejects(connectBus({ ...options, logger: recordingLogger([]) }), (error: Error) => {
      assert.match(error.message, why);
      assert.ok(!error.message.includes(text ?? "never"));
      return true;
    });
  }
});
