import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound, transitioned } from "./given-inbound.ts";

const { skip } = await mailServers();
const names = ["told", "moved", "ended", "shared"];

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
    await eventually(async () => (await state(mailboxId)) === "idle");
    for (let n = 1; n <= 3; n++) {
      await deliver("told", n);
      await eventually(() => received(mailboxId) === n, { what: `message ${n}`, timeoutMs: 10_000 });
    }
    await replica.stop();
    assert.equal((await given.sources.get(mailboxId))?.watching?.holder, null);
  });
});
