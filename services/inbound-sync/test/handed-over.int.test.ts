import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import type { FetchedMessage, InboundSession } from "@mailfleet/connector-api";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

const { skip } = await mailServers();
const crlf = (text: string) => text.replace(/\n/g, "\r\n");

describe("what was handed over", () => {
  let given: GivenInbound;
  before(async () => {
    given = await givenInbound();
  });
  after(() => given?.stop());
  afterEach(() => given.stopReplicas());

  const read = async (mailboxId: string) => given.untilRead(mailboxId, await given.runAnew(mailboxId));
  const told = (mailboxId: string) =>
    given.factsOf(mailboxId, "mail.received.v1").map(({ body }) => (body as { subject: string }).subject);
  /** As if its retention time were over. */
  const expire = async (mailboxId: string) => given.messages.removeAll(mailboxId);

  describe("from a real server", { skip }, () => {
    let dovecot: Dovecot;
    before(async () => {
      dovecot = await startDovecot({ users: { "older@example.test": "secret", "moved@example.test": "secret" } });
    });
    after(() => dovecot?.stop());

    const connect = (name: string, protocol: "imap" | "pop3") => {
      const port = protocol === "imap" ? dovecot.ports.imaps : dovecot.ports.pop3s;
      const server = { protocol, host: "127.0.0.1", port, security: "tls" as const };
      given.connect(`mb_${name}`, {
        username: `${name}@example.test`,
        server: { ...server, trustedCertificates: dovecot.certificate },
      });
      return `mb_${name}`;
    };
    const drop = (name: string, from: number, count: number) =>
      dovecot.drop(`${name}@example.test`, count, (n) =>
        crlf(`Subject: ${from + n}\nMessage-ID: <${from + n}@x>\n\nx\n`),
      );
    const all = (count: number) => Array.from({ length: count }, (_, n) => `${n}`);

    test("is not announced again when the server numbers anew, long after the bodies have expired", async () => {
      await given.startReplica();
      const mailboxId = connect("older", "imap");
      await drop("older", 0, 60);
      await read(mailboxId);
      await drop("older", 60, 3);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length === 63);
      await expire(mailboxId);
      // Without its index Dovecot numbers anew.
      for (const file of ["dovecot-uidlist", "dovecot-uidvalidity", "dovecot.index", "dovecot.index.log"])
        await rm(join(dovecot.maildir("older@example.test"), file), { force: true });
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await drop("older", 63, 2);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length >= 65);
      assert.deepEqual(told(mailboxId).sort(), all(65).sort());
    });

    test("is not announced again when the mailbox goes from IMAP to POP3 and back; what is new is", async () => {
      await given.startReplica();
      const mailboxId = connect("moved", "imap");
      await drop("moved", 0, 20);
      await read(mailboxId);
      await expire(mailboxId);
      connect("moved", "pop3");
      await drop("moved", 20, 2);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length >= 22);
      connect("moved", "imap");
      await drop("moved", 22, 2);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length >= 24);
      assert.deepEqual(told(mailboxId).sort(), all(24).sort());
    });
  });

  /** A POP3 server as a list of names with messages; `listed` says what LIST says of a message. */
  function popServer(lists: () => readonly { name: string; raw: string; size?: number }[]) {
    const listNew: InboundSession["listNew"] = async function* (_cursor, { known }) {
      const fresh = lists().filter(({ name, raw, size = raw.length }) => !known(name, size));
      if (fresh.length === 0) return;
      const messages = fresh.map(({ name, raw, size = raw.length }): FetchedMessage => {
        // Fields that the server adds do not count.
        const digest = raw.replace(/^Status:.*\r\n/m, "");
        const nativeId = `${name}-${Buffer.from(digest).toString("hex").slice(0, 40)}`;
        const bytes = Buffer.from(raw);
        return { nativeId, identity: name, digest, receivedAt: 1, size: bytes.length, listedSize: size, raw: bytes };
      });
      yield batchOf(messages, { listed: lists().length });
    };
    return scriptedConnector({
      open: async () => scriptedSession({ listNew, listed: () => lists().map(({ name }) => name) }),
    });
  }
  const message = (subject: string) => `Subject: ${subject}\r\n\r\nx\r\n`;
  async function givenPop(mailboxId: string) {
    let list: { name: string; raw: string; size?: number }[] = [];
    const server = { protocol: "pop3", host: "pop.example.test", port: 995, security: "tls" as const };
    given.connect(mailboxId, { server });
    await given.startReplica({ connectors: { pop3: popServer(() => list) } });
    return {
      async reads(now: typeof list) {
        list = now;
        await read(mailboxId);
        await eventually(() => told(mailboxId).length > 0);
        return told(mailboxId);
      },
    };
  }

  test("is known by its content where the server makes all names anew", async () => {
    const pop = await givenPop("mb_anew");
    const two = [message("1"), message("2")];
    await pop.reads(two.map((raw, n) => ({ name: `a${n}`, raw })));
    await expire("mb_anew");
    const after = [...two, message("3")].map((raw, n) => ({ name: `b${n}`, raw }));
    await pop.reads(after);
    assert.deepEqual(await pop.reads(after), ["1", "2", "3"]);
  });

  test("is known again after a listing that did not name it, though the server stood by it", async () => {
    const pop = await givenPop("mb_short");
    const full = ["1", "2", "3"].map((n) => ({ name: n, raw: message(n) }));
    await pop.reads(full);
    await pop.reads(full.slice(0, 1));
    assert.deepEqual(await pop.reads(full), ["1", "2", "3"]);
  });

  test("does not hide another message that has its name later", async () => {
    const pop = await givenPop("mb_again");
    await pop.reads([{ name: "x", raw: message("1") }]);
    assert.deepEqual(await pop.reads([{ name: "x", raw: message("another") }]), ["1", "another"]);
    await pop.reads([]);
    assert.deepEqual(await pop.reads([{ name: "x", raw: message("3") }]), ["1", "another", "3"]);
  });

  test("is still known where the server has put a field of its own into it", async () => {
    const pop = await givenPop("mb_status");
    await pop.reads([{ name: "x", raw: message("1") }]);
    assert.deepEqual(await pop.reads([{ name: "x", raw: `Status: RO\r\n${message("1")}` }]), ["1"]);
  });

  test("does not hide a copy that lies beside it", async () => {
    const pop = await givenPop("mb_copy");
    const one = { name: "x", raw: message("1") };
    await pop.reads([one]);
    assert.deepEqual(await pop.reads([one, { ...one, name: "y" }]), ["1", "1"]);
  });

  test("is not what a run only stored before it died: when the server numbers anew, that is announced", async () => {
    const mailboxId = "mb_died";
    given.connect(mailboxId, {});
    let numbering = "7";
    let dies = true;
    const raw = Buffer.from(message("1"));
    const connector = scriptedConnector({
      open: async () =>
        scriptedSession({
          source: { account: "user", host: "scripted:1", numbering },
          async *listNew(cursor) {
            const mail = { raw, size: raw.length, receivedAt: 1 };
            if (cursor === null) yield batchOf([{ ...mail, nativeId: `${numbering}-0` }], { uid: 0 });
            else yield batchOf([{ ...mail, raw: Buffer.from(message("2")), nativeId: `${numbering}-1` }], { uid: 1 });
          },
        }),
    });
    const failPoint = (at: string) => {
      if (dies && at === "inbound.after-store") throw new Error("died");
    };
    dies = false;
    await given.startReplica({ connectors: { imap: connector }, failPoint });
    await read(mailboxId);
    dies = true;
    await given.runAnew(mailboxId);
    await eventually(async () => (await given.stored(mailboxId)).length === 2);
    await eventually(() => given.results.some((result) => result.mailboxId === mailboxId));
    dies = false;
    numbering = "8";
    await read(mailboxId);
    await read(mailboxId);
    await eventually(() => told(mailboxId).length >= 2);
    assert.deepEqual(told(mailboxId), ["1", "2"]);
  });
});
