import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { RequestOutput } from "@mailfleet/contracts";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { composeProbe } from "@mailfleet/mime";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";
import { exchangeConnectors, exchanges } from "./odd-exchange.ts";
import { signProbe } from "./replica.ts";

const { skip } = await mailServers();
const crlf = (text: string) => text.replace(/\n/g, "\r\n");

describe("receiving from Dovecot into MongoDB and NATS", { skip }, () => {
  let given: GivenInbound;
  let dovecot: Dovecot;
  const names = ["plain", "broken", "large", "probe", "twice", "crash", "renumbered", "wrong", "tested", "forward"];
  before(async () => {
    const users = Object.fromEntries(names.map((name) => [`${name}@example.test`, "secret"]));
    [given, dovecot] = await Promise.all([givenInbound(), startDovecot({ users })]);
  });
  after(async () => {
    await given?.stop();
    await dovecot?.stop();
  });

  const mailbox = (name: string, more: object = {}) => {
    const mailboxId = `mb_${name}`;
    given.connect(mailboxId, {
      username: `${name}@example.test`,
      server: {
        protocol: "imap",
        host: "127.0.0.1",
        port: dovecot.ports.imaps,
        security: "tls",
        trustedCertificates: dovecot.certificate,
      },
      ...more,
    });
    return mailboxId;
  };
  const receivedKeys = (mailboxId: string) =>
    given.factsOf(mailboxId, "mail.received.v1").map((fact) => (fact.body as { messageKey: string }).messageKey);
  async function read(mailboxId: string) {
    await given.untilRead(mailboxId, await given.runAnew(mailboxId));
  }

  test("300 messages are stored and told once, and a healthy run says nothing to the machine", async () => {
    const mailboxId = mailbox("plain");
    const replica = await given.startReplica();
    await dovecot.drop("plain@example.test", 300, (n) =>
      crlf(`Message-ID: <${n}@x>\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_${n}?=\nFrom: a@x\nTo: b@x\n\nbody ${n}\n`),
    );
    await read(mailboxId);
    await eventually(() => receivedKeys(mailboxId).length >= 300);
    assert.equal(new Set(receivedKeys(mailboxId)).size, 300);
    const stored = await given.stored(mailboxId);
    assert.deepEqual(
      stored.map((message) => message.subject),
      Array.from({ length: 300 }, (_, n) => `Grüße ${n}`),
    );
    const raw = await given.messages.read(stored[7]?.id ?? "", 0, 1000);
    assert.match(Buffer.from(raw?.data ?? []).toString(), /body 7\r\n$/);
    assert.equal(
      stored[7]?.sha256,
      createHash("sha256")
        .update(raw?.data ?? "")
        .digest("hex"),
    );

    await read(mailboxId);
    assert.equal(receivedKeys(mailboxId).length, 300);
    assert.deepEqual(
      given.results.filter((result) => result.mailboxId === mailboxId),
      [],
    );
    const activity = await given.world.request("inbound-sync.activity.get", { mailboxId });
    assert.equal(activity.messages, 300);
    assert.equal(activity.lastRunOutcome, "ok");
    assert.equal((await given.sources.get(mailboxId))?.pending, null);
    await eventually(async () => {
      const { items } = await given.world.request("inbound-sync.throughput.count", { by: "hour", since: 0 });
      return items.reduce((all, { messages }) => all + messages, 0) === 300;
    });

    const page = await given.world.request("inbound-sync.message.list", { mailboxId, limit: 2 });
    assert.deepEqual(
      page.items.map((item) => item.subject),
      ["Grüße 299", "Grüße 298"],
    );
    const next = await given.world.request("inbound-sync.message.list", {
      mailboxId,
      limit: 2,
      cursor: page.next ?? "",
    });
    assert.equal(next.items[0]?.subject, "Grüße 297");
    const sorted: number[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
      const asked = { mailboxId, limit: 120, sort: "storedAt", ...(cursor ? { cursor } : {}) };
      const some: RequestOutput<"inbound-sync.message.list"> = await given.world.request(
        "inbound-sync.message.list",
        asked,
      );
      sorted.push(...some.items.map(({ storedAt }) => storedAt));
      cursor = some.next ?? undefined;
    }
    assert.equal(sorted.length, 300);
    assert.deepEqual(
      sorted,
      sorted.toSorted((a, b) => a - b),
    );
    const parsed = await given.world.request("inbound-sync.message.body", { id: page.items[0]?.id ?? "" });
    assert.equal(parsed.text?.trim(), "body 299");
    const again = await given.world.request("inbound-sync.message.republish", {
      commandId: "again",
      by: "test",
      mailboxId,
      since: 0,
    });
    assert.equal(again.published, 300);
    await eventually(() => receivedKeys(mailboxId).length === 600);
    await replica.stop();
  });

  test("a broken message is kept, told, and flagged with the reason", async () => {
    const mailboxId = mailbox("broken");
    const replica = await given.startReplica();
    const shapes = [
      crlf("Subject: fine\n\nx\n"),
      crlf('Content-Type: multipart/mixed; boundary="never"\nSubject: broken\n\nno part\n'),
      "no header at all",
      crlf("Subject: fine too\n\nx\n"),
    ];
    await dovecot.drop("broken@example.test", shapes.length, (n) => shapes[n] ?? "");
    await read(mailboxId);
    const stored = await given.stored(mailboxId);
    assert.deepEqual(
      stored.map((message) => message.unparsed !== null),
      [false, false, true, false],
    );
    await eventually(() => receivedKeys(mailboxId).length === 4);
    await replica.stop();
  });

  test("names and addresses are told apart, and in a forward mailbox also those of the attached original", async () => {
    const mailboxId = mailbox("forward", { kind: "forward" });
    const replica = await given.startReplica();
    const original =
      "From: =?utf-8?Q?M=C3=BCller=2C_Hans?= <hans@example.org>\nSubject: order\nDate: 1 Jan 1969 00:00 +0000\n\nx\n";
    const head =
      "From: Ann <ann@example.test>\nTo: Team: b@x.test;\nSubject: Fwd\nContent-Type: multipart/mixed; boundary=b\n\n";
    const whole = crlf(`${head}--b\n\nsee below\n--b\nContent-Type: message/rfc822\n\n${original}\n--b--\n`);
    await dovecot.drop("forward@example.test", 1, () => whole);
    await read(mailboxId);
    const [stored] = await given.stored(mailboxId);
    assert.deepEqual(stored?.from, [{ name: "Ann", address: "ann@example.test" }]);
    assert.deepEqual(stored?.to, [{ name: null, address: "b@x.test", group: "Team" }]);
    assert.deepEqual(stored?.original?.from, [{ name: "Müller, Hans", address: "hans@example.org" }]);
    assert.equal(stored?.original?.date, Date.UTC(1969, 0, 1));
    await eventually(() => receivedKeys(mailboxId).length === 1);
    const [told] = given.factsOf(mailboxId, "mail.received.v1").map(({ body }) => body as { from: unknown });
    assert.deepEqual(told?.from, stored?.from);
    await replica.stop();
  });

  test("a message of 2 MB is stored in parts and can be read in pieces", async () => {
    const mailboxId = mailbox("large");
    const replica = await given.startReplica();
    const large = Buffer.from(crlf(`Subject: large\n\n${"0123456789abcdef\n".repeat(123_456)}`));
    await dovecot.drop("large@example.test", 2, (n) => (n === 0 ? large : crlf("Subject: small\n\nx\n")));
    await read(mailboxId);
    const [first, second] = await given.stored(mailboxId);
    assert.equal(first?.size, large.length);
    assert.equal(first?.sha256, createHash("sha256").update(large).digest("hex"));
    assert.equal(second?.subject, "small");
    const pieces: Buffer[] = [];
    for (let offset = 0; offset < large.length; offset += 500_000) {
      const id: string = first?.id ?? "";
      const piece: { dataBase64: string; total: number } = await given.world.request("inbound-sync.message.raw", {
        id,
        offset,
        length: 500_000,
      });
      assert.equal(piece.total, large.length);
      pieces.push(Buffer.from(piece.dataBase64, "base64"));
    }
    assert.ok(Buffer.concat(pieces).equals(large));
    await replica.stop();
  });

  test("an own probe is evidence; another's, and one that somebody made up, is mail", async () => {
    const mailboxId = mailbox("probe");
    const replica = await given.startReplica();
    const probe = { mailboxId, address: "probe@example.test", generation: 4, at: Date.now() - 1500, sign: signProbe };
    const own = await composeProbe(probe);
    const foreign = await composeProbe({ ...probe, mailboxId: "mb_other" });
    const forged = await composeProbe({ ...probe, generation: 5, sign: () => signProbe("made up") });
    const raws = [own.raw, foreign.raw, forged.raw];
    await dovecot.drop("probe@example.test", raws.length, (n) => raws[n] ?? "");
    await read(mailboxId);
    assert.equal((await given.stored(mailboxId)).length, 2);
    await eventually(() => receivedKeys(mailboxId).length === 2);
    await eventually(() => given.factsOf(mailboxId, "mail.probe-received.v1").length === 1);
    const [fact] = given.factsOf(mailboxId, "mail.probe-received.v1");
    assert.equal((fact?.body as { generation?: number } | undefined)?.generation, 4);
    const activity = await given.world.request("inbound-sync.activity.get", { mailboxId });
    assert.ok(activity.lastProbeReceivedAt);
    await replica.stop();
  });

  test("two replicas and many runs: every message once", async () => {
    const mailboxId = mailbox("twice");
    const replicas = await Promise.all([given.startReplica(), given.startReplica()]);
    for (let round = 0; round < 4; round += 1) {
      await dovecot.drop("twice@example.test", 50, (n) => crlf(`Subject: ${round} ${n}\n\nx\n`));
      for (let again = 0; again < 5; again += 1) await given.run(mailboxId);
      await read(mailboxId);
    }
    await eventually(async () => (await given.stored(mailboxId)).length === 200);
    await eventually(() => new Set(receivedKeys(mailboxId)).size === 200);
    assert.equal(receivedKeys(mailboxId).length, 200);
    assert.equal((await given.sources.get(mailboxId))?.received, 200);
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  for (const point of [
    "inbound.after-store",
    "inbound.before-cursor",
    "inbound.after-cursor",
    "inbound.between-publishes",
  ] as const)
    test(`broken off at ${point}: nothing is lost and nothing has a second key`, async () => {
      const name = "crash";
      const mailboxId = mailbox(name);
      const count = (await given.stored(mailboxId)).length;
      let hits = 0;
      const replica = await given.startReplica({
        failPoint: (reached) => {
          hits += reached === point ? 1 : 0;
          if (reached === point && hits === 2) throw new Error(`broken off at ${point}`);
        },
      });
      await dovecot.drop(`${name}@example.test`, 500, (n) => crlf(`Subject: ${point} ${n}\n\nx\n`));
      await given.run(mailboxId);
      await eventually(() => hits >= 2);
      await given.untilRead(mailboxId, 0);
      await read(mailboxId);
      const stored = await given.stored(mailboxId);
      assert.equal(stored.length, count + 500);
      await eventually(() => new Set(receivedKeys(mailboxId)).size === count + 500);
      await replica.stop();
    });

  for (const [name, start] of Object.entries(exchanges))
    test(`broken off from Exchange by ${name}, after storing and before the cursor: nothing is lost or told twice`, async (t) => {
      const mailboxId = `mb_crash${name.toLowerCase()}`;
      const { odd, connection, stop } = await start(`${mailboxId}@example.test`);
      t.after(stop);
      given.connect(mailboxId, connection);
      odd.varyMime();
      for (const point of ["inbound.after-store", "inbound.before-cursor"]) {
        let dies = true;
        const replica = await given.startReplica({
          connectors: exchangeConnectors,
          failPoint: (reached) => {
            if (reached !== point || !dies) return;
            dies = false;
            throw new Error(`broken off at ${point}`);
          },
        });
        odd.add(...Array.from({ length: 120 }, (_, n) => `${point} ${n}`));
        await given.run(mailboxId);
        await eventually(() => !dies);
        await given.untilRead(mailboxId, 0);
        await read(mailboxId);
        await replica.stop();
      }
      const subjects = (await given.stored(mailboxId)).map(({ subject }) => subject);
      assert.deepEqual([subjects.length, new Set(subjects).size], [240, 240]);
      await eventually(() => new Set(receivedKeys(mailboxId)).size === 240);
    });

  test("a server that numbers its messages anew: known ones are not handed over again", async () => {
    const mailboxId = mailbox("renumbered");
    const replica = await given.startReplica();
    await dovecot.drop("renumbered@example.test", 20, (n) => crlf(`Subject: ${n}\n\nx\n`));
    await read(mailboxId);
    assert.equal((await given.stored(mailboxId)).length, 20);
    // Without its index Dovecot numbers anew.
    for (const file of [
      "dovecot-uidlist",
      "dovecot.index",
      "dovecot.index.log",
      "dovecot.index.cache",
      "dovecot-uidvalidity",
    ])
      await rm(join(dovecot.maildir("renumbered@example.test"), file), { force: true });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await dovecot.drop("renumbered@example.test", 3, (n) => crlf(`Subject: new ${n}\n\nx\n`));
    await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    const stored = await given.stored(mailboxId);
    assert.equal(stored.length, 23);
    assert.equal((await given.sources.get(mailboxId))?.comparing, false);
    assert.equal(receivedKeys(mailboxId).length, 23);
    await replica.stop();
  });

  test("a refused password is told to the machine with its generation", async () => {
    const mailboxId = mailbox("wrong", { password: "no", generation: 7 });
    const replica = await given.startReplica();
    await given.run(mailboxId, "sync", 7);
    await eventually(() => given.results.some((result) => result.mailboxId === mailboxId));
    const result = given.results.find((one) => one.mailboxId === mailboxId);
    assert.equal(result?.type, "mailbox.run-failed.v1");
    const body = result?.body as { generation: number; failure: { code: string } };
    assert.deepEqual([body.generation, body.failure.code], [7, "AUTHENTICATION_REJECTED"]);
    await replica.stop();
  });

  test("a test tells its steps while it goes and its result at the end; a retrying mailbox tells its success", async () => {
    const mailboxId = mailbox("tested", { state: "testing", generation: 2 });
    const replica = await given.startReplica();
    await given.run(mailboxId, "test", 2);
    await eventually(() => given.results.some((result) => result.mailboxId === mailboxId));
    const result = given.results.find((one) => one.mailboxId === mailboxId);
    assert.equal(result?.type, "mailbox.run-succeeded.v1");
    await eventually(() => given.factsOf(mailboxId, "run.finished.v1").length === 1);
    const steps = given
      .factsOf(mailboxId, "run.step.v1")
      .map((fact) => (fact.body as { step: { step: string } }).step.step);
    assert.deepEqual(steps.sort(), ["authenticate", "connect", "list", "resolve", "tls"]);

    mailbox("tested", { state: "enabled.retrying", generation: 3 });
    await given.run(mailboxId, "sync", 3);
    await eventually(() => given.results.filter((one) => one.mailboxId === mailboxId).length === 2);
    await given.run(mailboxId, "sync", 2);
    await given.run(mailboxId, "test", 1);
    await replica.stop();
    assert.equal(given.results.filter((one) => one.mailboxId === mailboxId).length, 2);
  });
});
