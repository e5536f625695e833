import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { after, before, describe, test } from "node:test";
import { leaseMs } from "@mailfleet/contracts";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound, transitioned } from "./given-inbound.ts";

const { skip } = await mailServers();
const names = ["told", "moved", "ended"];

describe("watches at Dovecot", { skip }, () => {
  let given: GivenInbound;
  let dovecot: Dovecot;
  before(async () => {
    const users = Object.fromEntries(names.map((name) => [`${name}@example.test`, "secret"]));
    [given, dovecot] = await Promise.all([givenInbound(), startDovecot({ users })]);
  });
  after(async () => {
    await given?.stop();
    await dovecot?.stop();
  });

  async function running(name: string) {
    const mailboxId = `mb_${name}`;
    const server = { protocol: "imap", host: "127.0.0.1", port: dovecot.ports.imap, security: "none" } as const;
    given.connect(mailboxId, { username: `${name}@example.test`, server });
    await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
    return mailboxId;
  }
  const state = async (mailboxId: string) => (await given.sources.get(mailboxId))?.watching?.state;
  const received = (mailboxId: string) => given.factsOf(mailboxId, "mail.received.v1").length;
  const deliver = (name: string, n = 0) =>
    dovecot.drop(`${name}@example.test`, 1, () => `Message-ID: <${name}-${n}@x>\r\nSubject: ${n}\r\n\r\nbody\r\n`);

  test("mail is received as soon as the server says that it has come, without a poll", async () => {
    const replica = await given.startReplica();
    const mailboxId = await running("told");
    await eventually(async () => (await state(mailboxId)) === "idle", { timeoutMs: 40_000 });
    for (let n = 1; n <= 3; n++) {
      await deliver("told", n);
      await eventually(() => received(mailboxId) === n, { what: `message ${n}`, timeoutMs: 40_000 });
    }
    await replica.stop();
    assert.equal((await given.sources.get(mailboxId))?.watching?.holder, null);
  });

  test("when the process that watches is killed another one watches within the lease, and nothing is doubled", async (t) => {
    const script = new URL("./watch-replica.ts", import.meta.url);
    const killed = fork(script, [JSON.stringify(given.engines)], { stdio: "inherit" });
    t.after(() => killed.kill("SIGKILL"));
    await once(killed, "message");
    const mailboxId = await running("moved");
    const holder = async () => (await given.sources.get(mailboxId))?.watching?.holder;
    await eventually(async () => (await state(mailboxId)) === "idle", { timeoutMs: 40_000 });
    const before = await holder();
    await deliver("moved", 1);
    await eventually(() => received(mailboxId) === 1, { timeoutMs: 40_000 });
    const other = await given.startReplica();
    killed.kill("SIGKILL");
    const at = Date.now();
    await eventually(async () => ![before, null].includes(await holder()), { timeoutMs: 40_000 });
    assert.ok(Date.now() - at < leaseMs + 6000, `${Date.now() - at} ms`);
    await deliver("moved", 2);
    await eventually(() => received(mailboxId) === 2, { timeoutMs: 40_000 });
    const told = given.factsOf(mailboxId, "mail.received.v1").map((fact) => fact.id);
    assert.equal(new Set(told).size, told.length);
    await other.stop();
  });

  test("a server that was away is watched again when it is back, and what came meanwhile is received", async () => {
    const replica = await given.startReplica();
    const mailboxId = await running("ended");
    await eventually(async () => (await state(mailboxId)) === "idle", { timeoutMs: 40_000 });
    await dovecot.stopListening();
    await eventually(async () => (await state(mailboxId)) === "polling", { timeoutMs: 40_000 });
    await deliver("ended", 1);
    await dovecot.listenAgain();
    await eventually(async () => (await state(mailboxId)) === "idle", { timeoutMs: 60_000 });
    await eventually(() => received(mailboxId) === 1, { timeoutMs: 40_000 });
    await replica.stop();
  });
});
