import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Logger, ProblemError } from "@mailfleet/contracts";
import { singleId } from "@mailfleet/kit";
import {
  applyTopology,
  eventually,
  freePort,
  placesFor,
  startMongo,
  startNats,
  type TestMongo,
} from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { confirm, showDeployment } from "./deployment.ts";

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const [nats, otherNats, emptyNats, lastNats] = await Promise.all([startNats(), startNats(), startNats(), startNats()]);
/** Three databases, each with users of its own. */
const [mongo, mongoOfCopy, mongoOfPart] = await Promise.all([startMongo(), startMongo(), startMongo()]);
const started: ChildProcess[] = [];
const stores: Awaited<ReturnType<typeof connectStore>>[] = [];
after(async () => {
  for (const child of started) child.kill("SIGKILL");
  for (const store of stores) await store.close();
  await Promise.all(
    [nats, otherNats, emptyNats, lastNats, mongo, mongoOfCopy, mongoOfPart].map((engine) => engine.stop()),
  );
});

/** A database and a NATS: as whom a process signs in there. */
type Places = (user: string) => Record<string, string>;
const places =
  (at: typeof nats, database = mongo): Places =>
  (user) =>
    placesFor(user, at, database);

/** For what only an administrator does: a clone, a restored backup, documents of any service. */
async function databaseOf({ url, dbName: database }: TestMongo) {
  const store = await connectStore({ url, database, appName: "test", logger });
  stores.push(store);
  return store.db;
}

async function shown(env: Places) {
  const lines: string[] = [];
  await showDeployment({ json: true, env: env("topology"), out: (line) => void lines.push(line) });
  return JSON.parse(lines.at(-1) ?? "null");
}

async function confirmed(env: Places, as: "same" | "copy", sends: "hold" | "again" = "hold") {
  const lines: string[] = [];
  await confirm({ json: true, env: env("restore"), as, sends, watch: 300, out: (line) => void lines.push(line) });
  return JSON.parse(lines.at(-1) ?? "null");
}

const refused = (why: RegExp) => (error: unknown) => {
  assert.match((error as ProblemError).message, why);
  return true;
};

/** The scheduler as a process; `ready` settles when it says so, `reason` asks its health why not. */
async function startScheduler(env: Places) {
  const port = await freePort();
  const child = fork(fileURLToPath(new URL("../../../services/scheduler/main.ts", import.meta.url)), {
    env: { ...process.env, ...env("scheduler"), MAILFLEET_LOG_LEVEL: "error", MAILFLEET_HTTP_PORT: String(port) },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  started.push(child);
  const ready = once(child, "message");
  const parts = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    return ((await answer?.json()) as { parts: Record<string, string> } | undefined)?.parts ?? {};
  };
  const held = async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return /^mailfleet_deployment_held\{.*\} (\d)$/m.exec(text)?.[1];
  };
  const stop = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { ready, held, deployment: async () => (await parts()).deployment ?? "", stop };
}

const original = places(nats);
const copy = places(otherNats, mongoOfCopy);

test("a new database and a new NATS get one id; a service works, and its beats go to both", async () => {
  await applyTopology(original("topology"));
  const first = await shown(original);
  assert.match(first.database.id, /^dp_[a-z0-9]{20}$/);
  assert.deepEqual([first.database, first.held], [first.nats, null]);
  await applyTopology(original("topology"));
  assert.deepEqual(await shown(original), first, "a second apply changes nothing");
  await assert.rejects(confirmed(original, "same"), refused(/^Nothing is held/));

  const service = await startScheduler(original);
  await service.ready;
  await eventually(async () => (await shown(original)).nats.beat > 0, { timeoutMs: 60_000 });
  // Its beats would go on beside what the next tests do to this database and this NATS.
  await service.stop();
});

test("a copy of the database with another NATS is held, until an administrator says that it is one", async () => {
  const [from, to] = [await databaseOf(mongo), await databaseOf(mongoOfCopy)];
  const mark = await from.collection("deployment").findOne();
  assert.ok(mark);
  await to.collection("deployment").insertOne(mark);
  await to.collection("settings").insertOne({ _id: singleId as never, organisationId: "og_original", v: 3 });
  await to
    .collection("sends")
    .insertMany([
      send("sn_sent1", "sent"),
      { ...send("sn_due01", "accepted"), due: 1 },
      { ...send("sn_wire1", "sending"), claim: { owner: "gone", startedAt: 2, batch: "b" } },
      { ...send("sn_wait1", "waiting"), attention: "waiting", due: 1 },
    ] as never);
  await applyTopology(copy("topology"));

  const service = await startScheduler(copy);
  await eventually(async () => (await service.deployment()).startsWith("Held: NATS does not know deployment"), {
    timeoutMs: 60_000,
  });
  assert.match(await service.deployment(), /Nothing is polled or sent until an administrator says what it is/);
  assert.equal(await service.held(), "1");
  const answer = await confirmed(copy, "copy");
  assert.notEqual(answer.deployment.id, mark.id);
  assert.equal(answer.heldSends, 3);
  await service.ready;
  assert.equal(await service.held(), "0");
  assert.equal((await shown(copy)).held, null);
  assert.equal((await shown(original)).held, null, "the original does not notice");
  const states = await to.collection("sends").find().sort({ _id: 1 }).toArray();
  assert.deepEqual(
    states.map(({ _id, state, due, claim, failure }) => [String(_id), state, due, claim, failure?.code]),
    [
      ["sn_due01", "uncertain", undefined, undefined, "RESTORED_FROM_BACKUP"],
      ["sn_sent1", "sent", undefined, undefined, undefined],
      ["sn_wait1", "uncertain", undefined, undefined, "RESTORED_FROM_BACKUP"],
      ["sn_wire1", "uncertain", undefined, undefined, "RESTORED_FROM_BACKUP"],
    ],
  );
  assert.equal(
    (await to.collection("settings").findOne())?.organisationId,
    undefined,
    "its mark in mailboxes is its own",
  );
});

test("a database that is older than what NATS has seen is held; confirmed as the same, it goes on with a new epoch", async () => {
  const db = await databaseOf(mongo);
  const before = await shown(original);
  await db.collection("deployment").updateOne({}, { $set: { beat: 0 } });
  assert.match((await shown(original)).held, /it was restored from a backup/);
  await assert.rejects(confirmed(original, "copy"), refused(/^This NATS belongs to deployment .* the original\./));
  const { deployment } = await confirmed(original, "same", "again");
  assert.deepEqual([deployment.id, deployment.epoch], [before.database.id, before.database.epoch + 1]);
  assert.ok(deployment.beat > before.nats.beat);
  assert.equal((await shown(original)).held, null);
});

test("a deployment that works is not taken over, and nothing of it is changed", async () => {
  const db = await databaseOf(mongo);
  await db.collection("sends").insertOne({ ...send("sn_live01", "accepted"), due: 1 } as never);
  const third = places(emptyNats);
  await applyTopology(third("topology"));
  assert.match((await shown(third)).held, /^Held: NATS does not know deployment/, "apply marks nothing that is held");
  for (const as of ["same", "copy"] as const) {
    const refusal = assert.rejects(confirmed(third, as), refused(/^Something works on this database: its beat moves/));
    await eventually(
      async () => (await db.collection("deployment").updateOne({}, { $inc: { beat: 1 } })) && (await hasEnded(refusal)),
    );
  }
  assert.equal((await db.collection("sends").findOne({ _id: "sn_live01" as never }))?.state, "accepted");
  const second = places(otherNats);
  assert.match((await shown(second)).held, /^Held: this database belongs to deployment dp_\w+, and NATS to dp_\w+/);
  await assert.rejects(confirmed(second, "same"), refused(/this database belongs to/));
});

test("a database with data and without a mark is a backup: it is held, and confirmed as the deployment that NATS knows", async () => {
  const part = places(nats, mongoOfPart);
  const db = await databaseOf(mongoOfPart);
  await db.collection("sends").insertOne({ ...send("sn_part01", "accepted"), due: 1 } as never);
  await applyTopology(part("topology"));
  const before = await shown(part);
  assert.match(before.held, /^Held: NATS belongs to deployment .* and this database to none/);
  const alone = places(lastNats, mongoOfPart);
  await applyTopology(alone("topology"));
  const unmarked = await shown(alone);
  assert.deepEqual([unmarked.database, unmarked.nats], [null, null], "no mark is made by itself");
  assert.ok(unmarked.held);
  const { deployment, heldSends } = await confirmed(part, "same");
  assert.deepEqual([deployment.id, deployment.epoch, heldSends], [before.nats.id, before.nats.epoch + 1, 1]);
  assert.equal((await shown(part)).held, null);
});

const hasEnded = (promise: Promise<unknown>) =>
  Promise.race([promise.then(() => true), new Promise<false>((resolve) => setTimeout(() => resolve(false), 20))]);

/** A send as it stands in the collection. */
function send(id: string, state: string) {
  const common = {
    mailboxId: "mb_sales1",
    messageId: `<${id}@example.org>`,
    idempotencyKey: id,
    to: ["a@example.org"],
  };
  return { _id: id, state, acceptedAt: 1, changedAt: 1, waitsSince: 1, attempt: 1, ...common };
}
