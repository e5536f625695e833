import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Bus, connectBus } from "@mailfleet/bus";
import { makeStreams } from "@mailfleet/bus/topology";
import { consumers, type Logger, type OutgoingMessage, streams, subjects } from "@mailfleet/contracts";
import { eventually, startNats, tempDir } from "@mailfleet/local/testing";
import { connect, errors, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { type BusAction, foreignTo, foreignToTopology } from "./foreign.ts";
import { natsAccount, natsUsers } from "./nats-users.ts";
import { nkeyFileOf, readOrMakeNkeys } from "./nkey-files.ts";
import { speakers, system } from "./system.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
describe("users of NATS", () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let folder: Awaited<ReturnType<typeof tempDir>>;
  const buses: Bus[] = [];
  const raw: NatsConnection[] = [];
  before(async () => {
    folder = await tempDir("nkeys");
    nats = await startNats({ configuration: [`accounts {\n${natsAccount(readOrMakeNkeys(folder.path))}}`] });
    await makeStreams(signInOf("topology"));
  });
  after(async () => {
    await Promise.all([...buses.map((bus) => bus.stop()), ...raw.map((one) => one.close())]);
    await Promise.all([nats?.stop(), folder.remove()]);
  });

  const signInOf = (name: string) => ({ url: nats.url, nkeyFile: join(folder.path, nkeyFileOf(name)) });
  const busOf = async (name: string) => {
    const bus = await connectBus({ ...signInOf(name), name, logger: silent, isOutage: () => false });
    buses.push(bus);
    return bus;
  };
  const rawOf = async (user: string) => {
    const one = await connect({
      ...{ servers: nats.url, inboxPrefix: `_INBOX_${user}` },
      authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(signInOf(user).nkeyFile, "utf8").trim())),
    });
    raw.push(one);
    return one;
  };
  const timerFired = (id: string, subject: string): OutgoingMessage => ({
    ...{ id, subject, type: "mailbox.timer-fired.v1", mailboxId: "mb_one1", generation: 1, at: Date.now() },
    body: { mailboxId: "mb_one1", direction: "inbound", generation: 1 },
  });

  test("without a key nobody comes in", async () => {
    await assert.rejects(connect({ servers: nats.url, maxReconnectAttempts: 0 }), /Authorization/);
  });

  for (const { name } of natsUsers)
    test(`${name} sees what it needs, and publishes what it declares`, async () => {
      const bus = await busOf(name);
      const own = system.consumers.filter(({ service }) => service === name);
      assert.deepEqual(await bus.lacks(system.streams, own), []);
      const user = natsUsers.find((one) => one.name === name);
      const published = user?.publish.filter((subject) => /^(fact|mailbox|run|send|timer|dead)\./.test(subject)) ?? [];
      for (const [n, pattern] of published.entries()) {
        const subject = pattern.replace(/^fact\.\*/, "fact.alert").replaceAll("*", `${name}${n}`);
        assert.equal(await bus.publish(timerFired(`${name}:${n}`, subject), { patienceMs: 0 }), "stored", subject);
      }
    });

  test("a consumer's messages come, are acknowledged, and what is poison goes to DEAD", async () => {
    const config = await busOf("config");
    const seen: string[] = [];
    await config.consume(consumers.configEvents, {
      types: ["mailbox.timer-fired.v1"],
      concurrency: 10,
      handle: async ({ id }) => void seen.push(id),
    });
    const scheduler = await busOf("scheduler");
    await scheduler.publish(timerFired("seen", subjects.mailboxEvent("mb_one1")));
    await scheduler.publish({
      ...timerFired("poison", subjects.mailboxEvent("mb_one1")),
      type: "nobody.knows.v1" as never,
    });
    await eventually(() => seen.includes("seen"));
    const alerting = await busOf("alerting");
    const dead: string[] = [];
    await alerting.consume(consumers.alertingDeadLetters, {
      types: ["dead.letter.v1"],
      concurrency: 10,
      handle: async ({ body }) => void dead.push(body.subject),
    });
    await eventually(() => dead.includes(subjects.mailboxEvent("mb_one1")));
    const lag = await alerting.consumerLag(Object.values(consumers));
    assert.deepEqual(
      lag.map(({ consumer }) => consumer).toSorted(),
      Object.values(consumers)
        .map(({ name }) => name)
        .toSorted(),
    );
    await eventually(
      async () => (await alerting.streamUsage()).find(({ name: one }) => one === "MAILBOX")?.bytes === 0,
    );
  });

  test("the console asks and follows; who answers is the one who is asked", async () => {
    const config = await busOf("config");
    await config.respond({ "config.profile.get": async () => assert.fail("a handler that is heard") });
    const console_ = await busOf("console");
    await assert.rejects(
      console_.request("config.profile.get", { id: "pf_one1" }),
      (error: { problem?: { code: string } }) => error.problem?.code === "INTERNAL",
    );
    const facts: string[] = [];
    const following = await console_.follow(
      { filters: ["fact.mail.>"], deliver: "new" },
      ({ id }) => void facts.push(id),
    );
    const inbound = await busOf("inbound-sync");
    await inbound.publish(timerFired("followed", subjects.mailFact("mb_one1", "received")));
    await eventually(() => facts.includes("followed"));
    await following.stop();
    // Or it would answer in the place of another one that is in its queue.
    await config.stop();
  });

  for (const [user, foreign] of [
    ...speakers.map((speaker) => [speaker.name, foreignTo(speaker)] as const),
    ["topology", foreignToTopology] as const,
  ])
    test(`${user} may do nothing that it does not declare: ${foreign.length} ways are refused`, async () => {
      const keyOf = ({ action, subject, queue }: BusAction) => `${action} ${subject}${queue ? ` in ${queue}` : ""}`;
      const left = new Set(foreign.map(keyOf));
      const one = await rawOf(user);
      void (async () => {
        for await (const status of one.status()) {
          const error = status.type === "error" ? status.error : undefined;
          if (error instanceof errors.PermissionViolationError)
            left.delete(keyOf({ ...error, action: error.operation === "publish" ? "publish" : "subscribe" }));
        }
      })();
      for (const { action, subject, queue } of foreign)
        if (action === "publish") one.publish(subject, "{}");
        else one.subscribe(subject, { ...(queue && { queue }), callback: () => {} });
      await one.flush();
      await eventually(() => left.size === 0, { what: "every refusal" }).catch(() => {});
      assert.deepEqual([...left], [], "allowed");
    });

  test("who is asked answers once, only the one who asked, and nobody without a question", async () => {
    const [asks, answers] = await Promise.all([rawOf("console"), rawOf("config")]);
    const refused: string[] = [];
    void (async () => {
      for await (const status of answers.status())
        if (status.type === "error" && status.error instanceof errors.PermissionViolationError)
          refused.push(status.error.subject);
    })();
    const heard: string[] = [];
    asks.subscribe("_INBOX_console.>", { callback: (_, message) => void heard.push(message.string()) });
    answers.subscribe("config.v1.>", {
      queue: "config",
      callback: (_, { reply = "" }) => {
        answers.publish(reply, "first");
        answers.publish(reply, "second");
        answers.publish("_INBOX_console.other", "unasked");
      },
    });
    await answers.flush();
    asks.publish("config.v1.profile.get", "{}", { reply: "_INBOX_console.one" });
    await eventually(() => refused.length === 2);
    await asks.flush();
    assert.deepEqual(heard, ["first"]);
    assert.deepEqual(refused, ["_INBOX_console.one", "_INBOX_console.other"]);
  });

  test("there is a user for each service, and no right is written that no declaration asks for", () => {
    assert.deepEqual(
      natsUsers.map(({ name }) => name).sort(),
      [...new Set(Object.values(consumers).map(({ service }) => service)), "console"].sort(),
    );
    for (const { publish, subscribe } of natsUsers) {
      assert.equal(new Set(publish).size, publish.length, "each once");
      for (const subject of [...publish, ...subscribe]) assert.doesNotMatch(subject, /^>|^\*|^\$JS\.API\.>/);
    }
    assert.equal(
      Object.keys(streams).every((stream) =>
        natsUsers.every(({ publish }) => publish.includes(`$JS.API.STREAM.INFO.${stream}`)),
      ),
      true,
    );
  });
});
