import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { FailureError, failureOf, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import type { SourceDocument } from "../source/document.ts";
import { findSilent } from "../source/find-silent.ts";
import { type GivenInbound, givenInbound, transitioned } from "./given-inbound.ts";
import { hangingServers } from "./hanging.cases.ts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

let given: GivenInbound;
before(async () => {
  given = await givenInbound();
});
after(() => given?.stop());

const mail = (nativeId: string) => ({ nativeId, raw: Buffer.from(`Subject: ${nativeId}\r\n\r\nx\r\n`) });

/** A connector whose sessions are held open until a test lets go, and how many there are at a time. */
function heldConnector() {
  const open = new Map<string, number>();
  let most = 0;
  let letGo: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const connector = scriptedConnector({
    open: async ({ mailboxId }) => {
      open.set(mailboxId, (open.get(mailboxId) ?? 0) + 1);
      most = Math.max(most, [...open.values()].filter((count) => count > 0).length);
      return scriptedSession({
        async *listNew() {
          await gate;
          yield batchOf([], { at: 1 });
        },
        close: async () => void open.set(mailboxId, (open.get(mailboxId) ?? 1) - 1),
      });
    },
  });
  return { connector, letGo: () => letGo(), most: () => most };
}

describe("permits", () => {
  test("hold over two replicas, nobody is forgotten, and a busy holder does not delay another", async () => {
    const busy = heldConnector();
    const free = scriptedConnector({});
    const replicas = [1, 2].map(() => given.startReplica({ connectors: { imap: busy.connector, free } }));
    const started = await Promise.all(replicas);
    const shared = Array.from({ length: 8 }, (_, n) => `mb_shared${n}`);
    for (const mailboxId of shared) {
      const { credentials } = given.connect(mailboxId, {});
      given.connect(mailboxId, {
        maximumConcurrentConnections: 2,
        credentials: credentials && { ...credentials, holder: "pf_shared" },
      });
    }
    given.connect("mb_alone", { server: { protocol: "free", host: "x", port: 1, security: "none" } });
    for (const mailboxId of shared) await given.run(mailboxId);
    await eventually(() => given.timers.length >= 6, { what: "six runs put off" });

    const since = Date.now();
    await given.run("mb_alone");
    await given.untilRead("mb_alone", since);
    assert.ok(Date.now() - since < 1000, "the other holder did not wait");

    busy.letGo();
    for (const mailboxId of shared) await given.untilRead(mailboxId, since);
    assert.ok(busy.most() <= 2, `${busy.most()} at a time`);
    await Promise.all(started.map((replica) => replica.stop()));
  });
});

describe("servers that hang", () => {
  test("cost a healthy mailbox nothing, however many they are", async () => {
    const hung = new Set<string>();
    const hanging = hangingServers.map(({ connector }, n) => [
      `hanging${n}`,
      connector((mailboxId) => hung.add(mailboxId)),
    ]);
    const replica = await given.startReplica({
      connectors: { ...Object.fromEntries(hanging), free: scriptedConnector({}) },
    });
    const readHealthy = async () => {
      const since = Date.now();
      await given.run("mb_healthy");
      await given.untilRead("mb_healthy", since);
      return Date.now() - since;
    };
    given.connect("mb_healthy", { server: { protocol: "free", host: "h", port: 1, security: "none" } });
    await readHealthy();
    // Of each more than there are slots.
    const all = hangingServers.flatMap(({ source }, kind) =>
      Array.from({ length: 30 }, (_, n) => ({ mailboxId: `mb_hang${kind}x${n}`, kind, source })),
    );
    const sources = given.store.db.collection<SourceDocument>("sources");
    for (const { mailboxId, kind, source } of all) {
      given.connect(mailboxId, { server: { protocol: `hanging${kind}`, host: "h", port: 2, security: "none" } });
      if (source) await sources.updateOne({ _id: mailboxId }, { $set: source }, { upsert: true });
    }
    await Promise.all(all.map(({ mailboxId }) => given.run(mailboxId)));
    await eventually(() => hung.size === all.length, { what: "all hang at the same time", timeoutMs: 30_000 });
    const took = await readHealthy();
    // The others hang until they are ended.
    assert.ok(took < 10_000, `${took} ms`);
    await replica.stop();
  });
});

describe("what goes wrong around a run", () => {
  test("config is away: the run waits for it and is not counted as failed", async () => {
    given.connect("mb_patient", {});
    const replica = await given.startReplica({ connectors: { imap: scriptedConnector({}) } });
    given.setConfigAway(true);
    await given.run("mb_patient");
    await delay(300);
    given.setConfigAway(false);
    await given.untilRead("mb_patient", 1);
    assert.equal(given.results.filter((result) => result.mailboxId === "mb_patient").length, 0);
    await replica.stop();
  });

  test("a replica that stops hands its run to another at a message boundary", async () => {
    given.connect("mb_handed", {});
    let opened = 0;
    const connector = scriptedConnector({
      open: async (_options, signal) => {
        opened += 1;
        const slow = opened === 1;
        return scriptedSession({
          async *listNew(cursor) {
            const from = Number(cursor?.at ?? 0);
            for (let n = from + 1; n <= 20; n += 1) {
              if (slow && n > 5)
                await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
              const { nativeId, raw } = mail(String(n).padStart(4, "0"));
              yield batchOf([{ nativeId, raw, size: raw.length, receivedAt: n }], { at: n });
            }
          },
        });
      },
    });
    const first = await given.startReplica({ connectors: { imap: connector } });
    await given.run("mb_handed");
    await eventually(async () => ((await given.sources.get("mb_handed"))?.received ?? 0) === 5);
    const second = await given.startReplica({ connectors: { imap: connector } });
    await first.stop();
    await given.untilRead("mb_handed", 1);
    assert.equal((await given.stored("mb_handed")).length, 20);
    await eventually(() => given.factsOf("mb_handed", "mail.received.v1").length === 20);
    await second.stop();
  });

  test("a message that cannot be stored is set aside with its reason, the others go on", async () => {
    given.connect("mb_poison", {});
    const replica = await given.startReplica({
      connectors: {
        imap: scriptedConnector({
          async *batches() {
            // A document in MongoDB has at most 16 MB: this connector breaks its promise to stream such a message.
            yield [mail("0001"), { nativeId: "0002", raw: Buffer.alloc(17 * 1024 * 1024, "x") }, mail("0003")];
          },
        }),
      },
    });
    await given.run("mb_poison");
    await given.untilRead("mb_poison", 1);
    assert.deepEqual(
      (await given.stored("mb_poison")).map((message) => message.id),
      ["mb_poison/0001", "mb_poison/0003"],
    );
    await eventually(() => given.factsOf("mb_poison", "alert.raised.v1").length === 1);
    const body = given.factsOf("mb_poison", "alert.raised.v1")[0]?.body as {
      code: string;
      evidence: { reply: string };
    };
    assert.equal(body.code, "MESSAGE_QUARANTINED");
    assert.ok(body.evidence.reply.length > 0);
    await replica.stop();
  });

  test("an unexpected error is a failure of ours, with the message as evidence", async () => {
    given.connect("mb_faulty", {});
    const replica = await given.startReplica({
      connectors: {
        imap: scriptedConnector({
          open: async () => {
            throw new TypeError("x is not a function");
          },
        }),
      },
    });
    await given.run("mb_faulty");
    await eventually(() => given.results.some((result) => result.mailboxId === "mb_faulty"));
    const body = given.results.find((result) => result.mailboxId === "mb_faulty")?.body as {
      failure: { code: string };
    };
    assert.equal(body.failure.code, "INTERNAL_ERROR");
    await replica.stop();
  });

  test("a failure of a test comes with its steps; credentials that cannot be opened fail in the settings", async () => {
    given.connect("mb_sealed", { state: "testing" });
    const replica = await given.startReplica({
      connectors: { imap: scriptedConnector({}) },
      opener: {
        open: async () => {
          throw new FailureError(failureOf("CREDENTIALS_UNREADABLE"));
        },
      },
    });
    await given.run("mb_sealed", "test");
    await eventually(() => given.results.some((result) => result.mailboxId === "mb_sealed"));
    const body = given.results.find((result) => result.mailboxId === "mb_sealed")?.body as {
      failure: { code: string };
      steps: { step: string; code: string }[];
    };
    assert.equal(body.failure.code, "CREDENTIALS_UNREADABLE");
    assert.deepEqual(
      body.steps.map((step) => [step.step, step.code]),
      [["settings", "CREDENTIALS_UNREADABLE"]],
    );
    await replica.stop();
  });
});

describe("proof of life", () => {
  test("who dies after telling that a mailbox is silent leaves nothing raised for ever", async () => {
    const mailboxId = "mb_forgotten";
    given.connect(mailboxId, {});
    const replica = await given.startReplica({ connectors: { imap: scriptedConnector({}) } });
    const at = Date.now();
    await given.world.publish(transitioned(mailboxId, { v: 2, state: "enabled.running", at }));
    await eventually(async () => (await given.sources.get(mailboxId))?.expected?.since === at);
    const publish = async (message: Parameters<typeof given.world.publish>[0]) => {
      await given.world.publish(message);
      throw new Error("dead");
    };
    const bus = Object.assign(Object.create(given.world), { publish });
    await findSilent({ sources: given.sources, bus, logger: quiet, now: () => at + 31_000 });
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    await given.run(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 1);
    await replica.stop();
  });

  test("an enabled mailbox that is silent for three intervals is told once, and cleared by the next success", async () => {
    const mailboxId = "mb_silent";
    given.connect(mailboxId, {});
    const replica = await given.startReplica({ connectors: { imap: scriptedConnector({}) } });
    const at = Date.now();
    await given.world.publish(transitioned(mailboxId, { v: 2, state: "enabled.running", at }));
    await given.world.publish(transitioned(mailboxId, { v: 1, state: "off", at }));
    await eventually(async () => (await given.sources.get(mailboxId))?.expected?.since === at);

    const sweepAt = (now: number) =>
      findSilent({ sources: given.sources, bus: given.world, logger: quiet, now: () => now });
    await sweepAt(at + 29_000);
    await delay(50);
    assert.equal(given.factsOf(mailboxId, "alert.raised.v1").length, 0);
    await Promise.all([sweepAt(at + 31_000), sweepAt(at + 31_000)]);
    await sweepAt(at + 60_000);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    await given.run(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 1);
    await given.untilRead(mailboxId, at);
    assert.equal((await given.sources.get(mailboxId))?.stalled, null);
    assert.equal(given.factsOf(mailboxId, "alert.raised.v1").length, 1);

    await given.world.publish({
      id: "deleted",
      subject: subjects.mailboxFact(mailboxId, "deleted"),
      type: "mailbox.deleted.v1",
      mailboxId,
      at,
      body: { mailboxId, v: 3, at },
    });
    await eventually(async () => (await given.sources.get(mailboxId)) === null);
    await replica.stop();
  });
});

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
