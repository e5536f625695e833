import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connectBus } from "@mailfleet/bus";
import {
  type Checkup,
  type Erasure,
  kebab,
  type Logger,
  type Mailbox,
  nouns,
  type Repaired,
  type Send,
  type ServiceName,
} from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { connectStore, type Store } from "@mailfleet/store";
import { confirm, showDeployment, topology } from "@mailfleet/topology";
import { type FleetWorld, shortWaits, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const mail = (to: string, subject: string) =>
  Buffer.from([`From: a@elsewhere.test`, `To: ${to}`, `Subject: ${subject}`, "", "text", ""].join("\r\n"));
const [sales, lost, tested, outside] = ["sales", "lost", "tested", "outside"].map((name) => `${name}@sandbox.test`) as [
  string,
  string,
  string,
  string,
];

describe("what operators do", () => {
  let world: FleetWorld;
  let store: Store;
  let waits: Send;
  const restored = "mailfleet-restored";
  let places: (user: string) => Record<string, string>;
  const begin = (name: ServiceName) => world.stack.service(name).start(places(name));
  const subjects = async (address: string) => (await world.messages(address)).map(({ subject }) => subject);

  const wentOut = () => world.sandbox.submissions.filter(({ messageId }) => messageId === waits.messageId);

  before(async () => {
    world = await startWorld({ env: { MAILFLEET_ERASE_SETTLE_MS: "500" } });
    await world.sandboxProfile();
    store = await connectStore({ url: world.stack.mongoUrl, database: "mailfleet", appName: "test", logger: quiet });
  });
  after(async () => {
    await store?.close();
    await world?.stop();
  });

  it("the doctor asks every service, and finds nothing wrong with an installation that works", async () => {
    await world.enabledMailbox(sales);
    const checkup = await eventually(async () => {
      const found = await world.api.get<Checkup>("/checkup");
      assert.deepEqual(
        found.findings.filter(({ level }) => level !== "ok"),
        [],
      );
      return found;
    });
    assert.equal(checkup.level, "ok");
    assert.deepEqual(checkup.services.map(({ service }) => service).toSorted(), [
      "alerting",
      "config",
      "console",
      "inbound-sync",
      "outbound-send",
      "scheduler",
    ]);
    assert.equal(new Set(checkup.services.map(({ deployment }) => deployment)).size, 1);
    for (const { engines } of checkup.services) assert.ok(engines.mongodb && engines.nats);
    assert.ok(checkup.findings.length > 30, String(checkup.findings.length));
  });

  it("of two who change the same version of anything, one is refused; who reads it again loses nothing of the other's", async () => {
    const { api } = world;
    const made = async (path: string, body: object) => `${path}/${(await api.post<{ id: string }>(path, body)).id}`;
    const server = { host: "127.0.0.1", port: 1, security: "none" };
    const things: Record<string, { path: string; changes: [object, object] }> = {
      mailbox: {
        path: await made("/mailboxes", { address: "shared@sandbox.test" }),
        changes: [{ name: "one" }, { allowToUseCredentials: false }],
      },
      profile: {
        path: await made("/profiles", { name: "Shared", inbound: server, outbound: server }),
        changes: [{ contact: "one" }, { description: "two" }],
      },
      subscription: {
        path: await made("/subscriptions", { name: "shared", kind: "pull" }),
        changes: [{ name: "one" }, { types: ["mail.received.v1"] }],
      },
      settings: { path: "/settings", changes: [{ messageRetentionDays: 31 }, { maximumMessageKilobytes: 26_000 }] },
      notificationSettings: {
        path: "/settings/notifications",
        changes: [{ noticesPerHour: 59 }, { escalateAfterMinutes: 59 }],
      },
    };
    const changeable = nouns.filter(({ standard, path }) => path && standard.some((verb) => verb === "update"));
    assert.deepEqual(Object.keys(things).map(kebab).toSorted(), changeable.map(({ name }) => name).toSorted());

    for (const { path, changes } of Object.values(things)) {
      const read = async () => (await api.get<{ v: number }>(path)).v;
      const write = (change: object, version: number) => api.patch(path, change, { ifVersion: version });
      // Mailfleet itself may be a third who was faster: then both are refused, and nothing is changed.
      const ends = await eventually(async () => {
        const version = await read();
        const both = await Promise.allSettled(changes.map((change) => write(change, version)));
        assert.ok(both.some(({ status }) => status === "fulfilled"));
        return both;
      });
      const lost = ends.findIndex(({ status }) => status === "rejected");
      const { reason } = ends[lost] as PromiseRejectedResult;
      assert.deepEqual([reason.status, reason.problem?.code], [412, "STALE_VERSION"], path);
      assert.partialDeepStrictEqual(await api.get(path), changes[1 - lost]);
      await eventually(async () => write(changes[lost] as object, await read()));
      assert.partialDeepStrictEqual(await api.get(path), { ...changes[0], ...changes[1] });
    }
    for (const name of ["mailbox", "profile", "subscription"]) await api.delete(things[name]?.path ?? "");
  });

  it("a backup is saved while a test, timers and a send are under way; then database and NATS are lost", async () => {
    world.sandbox.addAccount(outside, "secret");
    world.sandbox.deliver(sales, mail(sales, "before"));
    await holds(async () => assert.ok((await subjects(sales)).includes("before")));
    await world.api.patch("/settings", { retryPolicy: { ...shortWaits, testDeadlineMs: 600_000 } });
    // Its timers never reach the scheduler, and its first poll never comes.
    await world.stack.service("scheduler").stop();
    await world.enabledMailbox(lost);
    // Its test never reaches the worker.
    await world.stack.service("inbound-sync").stop();
    world.sandbox.addAccount(tested, "secret");
    const credentials = { username: tested, password: "secret" };
    const { id } = await world.api.post<Mailbox>("/mailboxes", { address: tested, kind: "queue", credentials });
    await world.api.post(`/mailboxes/${id}/approve`, { address: tested });
    await world.api.post(`/mailboxes/${id}/test-and-enable`, {});
    await world.reads(id, "testing");
    // It is put off, and the timer for its next attempt is lost.
    await world.sandbox.pause();
    waits = await world.api.post<Send>(`/mailboxes/${encodeURIComponent(sales)}/sends`, {
      to: [outside],
      subject: "waits",
      text: "text",
    });
    await eventually(async () =>
      ["deferred", "waiting"].includes((await world.api.get<Send>(`/sends/${waits.id}`)).state),
    );
    await Promise.all(world.stack.services.map((service) => service.stop()));
    await world.sandbox.resume();

    // By the administrator, as a backup is restored.
    places = await world.stack.placesIn(restored);
    for (const { name } of await store.db.listCollections().toArray())
      await store.db
        .collection(name)
        .aggregate([{ $match: {} }, { $out: { db: restored, coll: name } }])
        .toArray();
    await store.db.dropDatabase();
    await world.stack.nats?.kill();
    await rm(join(dirname(world.stack.adminTokenFile), "nats/store"), { recursive: true });
    await world.stack.nats?.restart();
  });

  it("restored, it is held; confirmed and repaired, everything goes on, and nothing is done twice", async () => {
    const lines: string[] = [];
    const task = { env: places("topology"), json: true, out: (line: string) => void lines.push(line) };
    assert.equal(await topology({ ...task, action: "apply" }), true, lines.join("\n"));
    assert.equal(await showDeployment(task), false);
    assert.match(lines.at(-1) ?? "", /Held: NATS does not know deployment/);
    await confirm({ ...task, env: places("restore"), as: "same", sends: "again", watch: 300 });
    assert.equal(await showDeployment(task), true);

    await Promise.all(world.stack.services.map(({ name }) => begin(name as ServiceName)));
    assert.notEqual((await world.mailbox(tested)).lifecycle, "enabled.running", "its test is lost");
    const { items } = await world.api.post<{ items: (Repaired & { service: string })[] }>("/checkup/repair");
    const count = (service: string) => items.filter((item) => item.service === service).map((item) => item.count);
    assert.ok(count("config").includes(3), JSON.stringify(items));

    await world.reads(tested, "enabled.running");
    for (const address of [sales, lost, tested]) world.sandbox.deliver(address, mail(address, "after"));
    for (const address of [sales, lost, tested])
      await holds(async () => assert.ok((await subjects(address)).includes("after"), address));
    await holds(async () => assert.ok(wentOut().length > 0));
    await world.api.post("/checkup/repair");
    world.sandbox.deliver(sales, mail(sales, "last"));
    await holds(async () => assert.ok((await subjects(sales)).includes("last")));
    assert.deepEqual((await subjects(sales)).filter((one) => one && /before|after|last/.test(one)).toSorted(), [
      "after",
      "before",
      "last",
    ]);
    assert.equal(wentOut().length, 1, "the send goes out once");
    await holds(async () => {
      const { findings } = await world.api.get<Checkup>("/checkup");
      assert.deepEqual(
        findings.filter(({ level }) => level === "fail"),
        [],
      );
    });
  });

  it("an erased mailbox leaves its id, who asked, when and how much; nothing else, in no collection and no stream", async () => {
    const { id } = await world.mailbox(sales);
    const password = "hunter2-of-sales";
    await world.api.post(`/mailboxes/${id}/disable`);
    await world.api.put(`/mailboxes/${id}/credentials`, { username: sales, password });
    const confirmed = (address: string) => world.api.post<Erasure>("/erasures", { mailboxId: id, address });
    await assert.rejects(confirmed("other@sandbox.test"), /is not the address of this mailbox/);
    await assert.rejects(
      world.api.post("/erasures", { mailboxId: (await world.mailbox(lost)).id, address: lost }),
      /The mailbox works: it is enabled/,
    );
    const others = await world.messages(lost);
    const erasure = await confirmed(sales);
    // It goes on where it was.
    await world.stack.service("config").stop();
    await begin("config");
    const done = await eventually(
      async () => {
        const now = await world.api.get<Erasure>(`/erasures/${erasure.id}`);
        return now.state === "done" ? now : null;
      },
      { timeoutMs: 60_000 },
    );
    assert.ok((done?.removed["received messages"] ?? 0) >= 3, JSON.stringify(done));
    assert.ok(done?.removed.sends && done.removed["messages in streams"] && done.removed.alerts);
    assert.deepEqual(await world.messages(lost), others);

    const db = store.db.client.db(restored);
    const found: string[] = [];
    const marks = [sales, "Subject: before", "Subject: waits", password];
    const look = (where: string, text: string) => {
      for (const mark of marks) if (text.toLowerCase().includes(mark.toLowerCase())) found.push(`${where}: ${mark}`);
    };
    for (const { name } of await db.listCollections().toArray())
      for (const document of await db.collection(name).find().toArray())
        look(
          name,
          JSON.stringify(document, (_, value) => (value instanceof Uint8Array ? "" : value)) + bytesIn(document),
        );
    const bus = await connectBus({ url: world.stack.natsUrl, name: "observer", logger: quiet, isOutage: () => false });
    const seen: string[] = [];
    const following = await bus.follow({ filters: ["fact.>"], startTime: 1 }, ({ subject, body }) => {
      seen.push(subject);
      look(subject, `${subject} ${JSON.stringify(body)}`);
    });
    await eventually(() => seen.some((subject) => subject.startsWith("fact.mail.")));
    await following.stop();
    assert.deepEqual(
      seen.filter((subject) => subject.includes(id)),
      [],
    );
    await bus.stop();
    assert.deepEqual(found, []);
    const left = (await world.api.get<{ items: Erasure[] }>("/erasures")).items;
    assert.deepEqual(
      left.map(({ mailboxId, by, state }) => [mailboxId, by, state]),
      [[id, "first administrator", "done"]],
    );
  });
});

/** The text in all binary values of a document. */
function bytesIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("latin1");
  if (value && typeof value === "object") {
    const binary = (value as { buffer?: unknown }).buffer;
    return binary instanceof Uint8Array ? bytesIn(binary) : Object.values(value).map(bytesIn).join(" ");
  }
  return "";
}
