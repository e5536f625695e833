import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pop3Connector } from "@mailfleet/connector-pop3";
import type { FailPointName } from "@mailfleet/contracts";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const { skip } = await mailServers();
const addresses = ["plain", "cleared", "kept", "stored", "advanced", "told", "moved", "anna", "bert", "since"];
const mail = (subject: string, at = Date.now()) =>
  [
    `Received: from a.test by b.test; ${new Date(at).toUTCString()}`,
    `Message-ID: <${subject.replaceAll(" ", "-")}@x>`,
    `Subject: ${subject}`,
    "From: a@x",
    "",
    "text",
    "",
  ].join("\r\n");

describe("a mailbox that is read over POP3", { skip }, () => {
  let given: GivenInbound;
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startDovecot({
      users: Object.fromEntries(addresses.map((name) => [`${name}@example.test`, "secret"])),
      masterUsers: { master: "master-secret" },
    });
    given = await givenInbound();
  });
  after(async () => {
    await given?.stop();
    await dovecot?.stop();
  });

  const server = () => ({
    ...{ protocol: "pop3", host: "localhost", port: dovecot.ports.pop3s, security: "tls" as const },
    trustedCertificates: dovecot.certificate,
  });
  const mailbox = (name: string, more: object = {}) => {
    const mailboxId = `mb_${name}`;
    given.connect(mailboxId, { username: `${name}@example.test`, server: server(), ...more });
    return mailboxId;
  };
  const subjects = (mailboxId: string) =>
    given.factsOf(mailboxId, "mail.received.v1").map(({ body }) => (body as { subject: string }).subject);
  const read = async (mailboxId: string) => given.untilRead(mailboxId, await given.runAnew(mailboxId));
  const drop = (name: string, from: number, count: number) =>
    dovecot.drop(`${name}@example.test`, count, (n) => mail(`${name} ${from + n}`));

  test("is received once, however often it is read, and stays on the server", async () => {
    const replica = await given.startReplica();
    const mailboxId = mailbox("plain");
    await drop("plain", 0, 300);
    await read(mailboxId);
    await drop("plain", 300, 10);
    await read(mailboxId);
    await read(mailboxId);
    await eventually(() => subjects(mailboxId).length >= 310);
    assert.equal(new Set(subjects(mailboxId)).size, 310);
    assert.equal(subjects(mailboxId).length, 310);
    assert.equal((await dovecot.messages("plain@example.test")).length, 310);
    await replica.stop();
  });

  test("is deleted at the server once it is stored and told, where the mailbox is emptied", async () => {
    const replica = await given.startReplica();
    const mailboxId = mailbox("cleared", { deleteAfterProcessing: true });
    await drop("cleared", 0, 250);
    await read(mailboxId);
    await eventually(async () => (await dovecot.messages("cleared@example.test")).length === 0);
    assert.equal(subjects(mailboxId).length, 250);
    await drop("cleared", 250, 1);
    await read(mailboxId);
    await eventually(() => subjects(mailboxId).length === 251);
    await replica.stop();
  });

  test("that was received before the mailbox was emptied stays", async () => {
    const replica = await given.startReplica();
    const mailboxId = mailbox("kept");
    await drop("kept", 0, 5);
    await read(mailboxId);
    mailbox("kept", { deleteAfterProcessing: true });
    await drop("kept", 5, 5);
    await read(mailboxId);
    await eventually(async () => (await dovecot.messages("kept@example.test")).length === 5);
    const left = (await dovecot.messages("kept@example.test")).map((raw) => /Subject: kept (\d)/.exec(`${raw}`)?.[1]);
    assert.deepEqual(left.sort(), ["0", "1", "2", "3", "4"]);
    await replica.stop();
  });

  for (const [name, point] of [
    ["stored", "inbound.after-store"],
    ["advanced", "inbound.after-cursor"],
    ["told", "inbound.between-publishes"],
  ] as const)
    test(`loses and doubles nothing when a process dies at ${point}`, async () => {
      const mailboxId = mailbox(name, { deleteAfterProcessing: true });
      const failPoint = (at: FailPointName) => {
        if (at === point) throw new Error(`crashed at ${at}`);
      };
      const first = await given.startReplica({ failPoint });
      await drop(name, 0, 20);
      await given.runAnew(mailboxId);
      await eventually(() => given.results.some((result) => result.mailboxId === mailboxId));
      await first.stop();
      assert.equal((await dovecot.messages(`${name}@example.test`)).length, 20, "nothing is deleted that is not told");
      const second = await given.startReplica();
      await read(mailboxId);
      await eventually(async () => (await dovecot.messages(`${name}@example.test`)).length === 0);
      await eventually(() => new Set(subjects(mailboxId)).size === 20);
      assert.equal(subjects(mailboxId).length, 20);
      await second.stop();
    });

  test("is deleted by a later run when the first one dies before it could", async () => {
    const mailboxId = mailbox("moved", { deleteAfterProcessing: true });
    let broken = true;
    const connector = {
      ...pop3Connector,
      open: async (...given: Parameters<typeof pop3Connector.open>) => {
        const session = await pop3Connector.open(...given);
        if (!broken) return session;
        broken = false;
        return { ...session, listed: session.listed, remove: async () => {} };
      },
    };
    const replica = await given.startReplica({ connectors: { pop3: connector } });
    await drop("moved", 0, 3);
    await read(mailboxId);
    assert.equal((await dovecot.messages("moved@example.test")).length, 3);
    await read(mailboxId);
    await eventually(async () => (await dovecot.messages("moved@example.test")).length === 0);
    assert.equal(subjects(mailboxId).length, 3);
    await replica.stop();
  });

  test("older than its start date is passed over, for good", async () => {
    const replica = await given.startReplica();
    const start = Date.now() - 3_600_000;
    const mailboxId = mailbox("since", { processFrom: start });
    await dovecot.drop("since@example.test", 4, (n) => mail(`since ${n}`, start + (n - 2) * 60_000 + 1000));
    await read(mailboxId);
    mailbox("since", { processFrom: null });
    await read(mailboxId);
    await eventually(() => subjects(mailboxId).length === 2);
    assert.deepEqual(subjects(mailboxId).sort(), ["since 2", "since 3"]);
    const { skipped } = await given.world.request("inbound-sync.activity.get", { mailboxId });
    assert.equal(skipped, 2, "counted once, however often it is read");
    await replica.stop();
  });

  test("by the profile's credentials is its own: A never receives B's mail", async () => {
    const replica = await given.startReplica();
    const held = { type: "password", holder: "pf_shared", purpose: "inbound-password" } as const;
    const sealed = { protected: "", encrypted_key: "", iv: "", tag: "", aad: "", ciphertext: "master-secret" };
    mailbox("anna", {
      credentials: { ...held, username: "master", password: sealed, authorizationIdentity: "anna@example.test" },
    });
    mailbox("bert", { credentials: { ...held, username: "bert@example.test*master", password: sealed } });
    await drop("anna", 0, 20);
    await drop("bert", 0, 20);
    await Promise.all([read("mb_anna"), read("mb_bert")]);
    for (const name of ["anna", "bert"]) {
      await eventually(() => subjects(`mb_${name}`).length === 20);
      assert.ok(subjects(`mb_${name}`).every((subject) => subject.startsWith(`${name} `)));
    }
    await replica.stop();
  });
});
