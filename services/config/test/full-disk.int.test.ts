import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { connectBus } from "@mailfleet/bus";
import type { Mailbox, RequestInput } from "@mailfleet/contracts";
import { applyTopology, eventually, mountSmallDisk, placesFor, startMongo, startNats } from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { listeningLogger, mailboxInput, profileInput } from "./given-config.ts";

const disk = await mountSmallDisk();
const main = fileURLToPath(new URL("../main.ts", import.meta.url));
const { logger } = listeningLogger();
const patient = { timeoutMs: 60_000 };

test("the disk of MongoDB is full below a running service: it says so, does nothing by halves, and goes on once there is room", {
  skip: typeof disk === "string" && disk,
}, async (t) => {
  assert.ok(typeof disk !== "string");
  const endings: (() => unknown)[] = [() => disk.remove()];
  t.after(async () => {
    for (const end of endings.reverse()) await end();
  });
  const [nats, mongo] = await Promise.all([startNats(), startMongo({ folder: disk.path })]);
  endings.push(() => Promise.all([nats.stop(), mongo.stop()]));
  await applyTopology(placesFor("topology", nats, mongo));
  const env = { ...process.env, ...placesFor("config", nats, mongo), MAILFLEET_LOG_LEVEL: "error" };
  const child = fork(main, { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  endings.push(() => child.kill("SIGKILL"));
  const [{ httpPort }] = (await once(child, "message")) as [{ httpPort: number }];
  const readyz = async () => {
    const answer = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
    const body = (await answer.json()) as { parts: Record<string, string>; runbook?: string };
    return { status: answer.status, mongodb: body.parts.mongodb ?? "", runbook: body.runbook };
  };
  const bus = await connectBus({ url: nats.url, name: "test", logger, isOutage: () => false });
  endings.push(() => bus.stop());
  const created: string[] = [];
  const following = await bus.follow({ filters: ["fact.mailbox.*.created"], deliver: "new" }, ({ mailboxId = "" }) => {
    created.push(mailboxId);
  });
  endings.push(() => following.stop());
  const { id: profileId } = await bus.request("config.profile.create", profileInput());
  assert.equal((await readyz()).status, 200);

  const store = await connectStore({ ...{ url: mongo.url, database: "filler", appName: "test" }, logger });
  endings.push(() => store.close());
  disk.leave(2 * 2 ** 20);
  const confirmed: Mailbox[] = [];
  const refused: RequestInput<"config.mailbox.create">[] = [];
  const work = async () => {
    while (refused.length === 0) {
      const input = mailboxInput(profileId);
      await bus.request("config.mailbox.create", input).then(
        (mailbox) => confirmed.push(mailbox),
        () => refused.push(input),
      );
    }
  };
  const fill = async () => {
    for (;;) await store.db.collection("filler").insertOne({ filler: "x".repeat(400_000) });
  };
  await Promise.all([work(), assert.rejects(fill())]);
  await mongo.engine?.ended;
  const away = await eventually(async () => {
    const now = await readyz();
    assert.match(now.mongodb, /^MongoDB does not answer: /);
    return now;
  }, patient);
  assert.equal(away.status, 503);
  assert.equal(away.runbook, "docs/runbooks/MailfleetServiceNotReady.md");

  disk.grow();
  await mongo.engine?.restart();
  await eventually(async () => (await readyz()).status === 200, patient);
  // As its answer says: try again. A request that the crash cut off holds up those behind it for 20 s (`groupReads`).
  for (const input of refused)
    confirmed.push(await eventually(() => bus.request("config.mailbox.create", input), patient));
  const { items } = await bus.request("config.mailbox.list", { limit: 500 });
  const ids = confirmed.map(({ id }) => id).toSorted();
  assert.deepEqual(items.map(({ id }) => id).toSorted(), ids, "what was confirmed is there, and what was refused once");
  await eventually(() => created.length >= ids.length, patient);
  assert.deepEqual(created.toSorted(), ids, "each was told once");
});
