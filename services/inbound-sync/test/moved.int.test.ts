import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { type EwsDouble, type GraphDouble, startEwsDouble, startGraphDouble } from "@mailfleet/local/doubles";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { ewsServer, exchangeConnectors, graphServer, graphTokens } from "./exchange-connectors.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";
import { type MovedMail, movedMail } from "./moved.cases.ts";

const { skip } = await mailServers();

describe("a mailbox that is moved to another profile", () => {
  let given: GivenInbound;
  let exchange: EwsDouble;
  let graph: GraphDouble;
  const { connectors, close } = exchangeConnectors();
  before(async () => {
    [given, exchange, graph] = await Promise.all([
      givenInbound(),
      startEwsDouble({ accounts: [] }),
      startGraphDouble({ oauth: graphTokens }),
    ]);
    // Exchange makes MIME anew at each reading.
    exchange.mimeVaries = true;
  });
  after(async () => {
    await given?.stop();
    await Promise.all([exchange?.stop(), graph?.stop(), close()]);
  });
  afterEach(() => given.stopReplicas());

  const toGraph = (mailboxId: string, byProfile?: string) =>
    given.connect(mailboxId, { server: graphServer(graph) }, byProfile);
  /** What a check before the move finds. */
  async function compare(mailboxId: string) {
    toGraph(mailboxId, "pf_new1");
    const by = { commandId: crypto.randomUUID(), by: "test" };
    const asked = { mailboxId, profileId: "pf_new1" };
    assert.deepEqual(await given.world.request("inbound-sync.message.compare", { ...by, ...asked }), { begun: true });
    return await eventually(async () => {
      const found = await given.world.request("inbound-sync.message.comparison", { mailboxId });
      return found.endedAt === null ? null : found;
    });
  }
  const toEws = (mailboxId: string) => {
    given.connect(mailboxId, { username: `${mailboxId}@example.test`, server: ewsServer(exchange) });
  };
  const read = async (mailboxId: string) => given.untilRead(mailboxId, await given.runAnew(mailboxId));
  const told = (mailboxId: string) =>
    given.factsOf(mailboxId, "mail.received.v1").map(({ body }) => (body as { subject: string }).subject);

  const mime = (n: number, { fields, anew = [] }: MovedMail, isAnew: boolean) => {
    const named = new Set(anew.map((field) => field.split(":")[0]));
    const own = isAnew ? [...anew, ...fields.filter((field) => !named.has(field.split(":")[0]))] : fields;
    const head = ["From: Kim <kim@example.org>", "To: jane@example.test", `Subject: ${n}`, ...own];
    return Buffer.from(`${[...(isAnew ? ["X-Read: again"] : []), ...head].join("\r\n")}\r\n\r\ntext\r\n`);
  };
  const times = ({ lies }: MovedMail) => (lies === "copied" ? 2 : 1);
  const expected = movedMail.flatMap(({ received }, n) => Array<string>(received).fill(String(n))).sort();

  test("from Exchange to Exchange Online and back: nothing twice, nothing left out", async () => {
    const mailboxId = "mb_exchange";
    const address = `${mailboxId}@example.test`;
    await given.startReplica({ connectors });
    const old = exchange.addAccount({ address, password: "secret" });
    const online = graph.addMailbox(address);
    assert.ok(old);
    toEws(mailboxId);
    const now = Date.now();
    const archive = old.addFolder("Archive", old.folder("msgfolderroot")?.id ?? "").id;
    const archived: string[] = [];
    for (const [n, mail] of movedMail.entries()) {
      if (mail.lies === "new") continue;
      const receivedAt = now - mail.came * 1000;
      for (let copy = 0; copy < times(mail); copy += 1) {
        const { id } = old.add(mime(n, mail, false), { receivedAt });
        if (mail.lies === "archived") archived.push(id);
      }
    }
    await read(mailboxId);
    for (const id of archived) old.move(id, archive);
    await read(mailboxId);
    // Message bodies do not matter for what is remembered.
    await given.messages.removeAll(mailboxId);
    online.addFolder("Archive");
    for (const [n, mail] of movedMail.entries()) {
      const receivedAt = now - mail.came * 1000;
      for (let copy = 0; copy < times(mail); copy += 1)
        online.add(mime(n, mail, true), { receivedAt, ...(mail.lies === "archived" && { folder: "archive" }) });
    }
    const said = await compare(mailboxId);
    const [has, known] = [online.messages.size - archived.length, old.items.size - archived.length];
    assert.deepEqual(
      { ...said, begunAt: 0, endedAt: 0 },
      {
        ...{ profileId: "pf_new1", begunAt: 0, endedAt: 0, has, known, fresh: has - known },
        ...{ older: 0, refused: 0, handedOver: old.items.size, failure: null },
      },
    );
    toGraph(mailboxId);
    await read(mailboxId);
    await read(mailboxId);
    assert.equal(told(mailboxId).length, old.items.size + said.fresh);
    for (const { id, folder } of online.messages.values()) if (folder === "archive") online.move(id, "inbox");
    await read(mailboxId);
    await eventually(() => told(mailboxId).length >= expected.length);
    assert.deepEqual(told(mailboxId).sort(), expected);

    toEws(mailboxId);
    for (const [n, mail] of movedMail.entries())
      if (mail.lies === "new") old.add(mime(n, mail, false), { receivedAt: now - mail.came * 1000 });
    old.add(Buffer.from("From: kim@example.org\r\nMessage-ID: <back@x>\r\nSubject: back\r\n\r\n"));
    await read(mailboxId);
    await read(mailboxId);
    await eventually(() => told(mailboxId).includes("back"));
    assert.deepEqual(told(mailboxId).sort(), [...expected, "back"]);
  });

  test("mail that came after the last reading of the old server is new, however much it is like another", async () => {
    const mailboxId = "mb_unread";
    const address = `${mailboxId}@example.test`;
    await given.startReplica({ connectors });
    const old = exchange.addAccount({ address, password: "secret" });
    const online = graph.addMailbox(address);
    assert.ok(old);
    toEws(mailboxId);
    const raw = (subject: string) =>
      Buffer.from(
        `From: kim@example.org\r\nMessage-ID: <1@x>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\nSubject: ${subject}\r\n\r\nx\r\n`,
      );
    const hour = 3_600_000;
    const { id } = old.add(raw("first"), { receivedAt: Date.now() - 2 * hour });
    await read(mailboxId);
    old.move(id, old.addFolder("Archive", old.folder("msgfolderroot")?.id ?? "").id);
    await read(mailboxId);
    // Nobody could read the old server for an hour.
    const readLast = Date.now() - hour;
    await given.store.db
      .collection<{ _id: string }>("sources")
      .updateOne({ _id: mailboxId }, { $set: { listedAt: readLast, "found.at": readLast } });
    online.add(raw("by a list"), { receivedAt: Date.now() - hour / 2 });
    assert.deepEqual((await compare(mailboxId)).fresh, 1);
    toGraph(mailboxId);
    await read(mailboxId);
    await eventually(() => told(mailboxId).length >= 2);
    assert.deepEqual(told(mailboxId), ["first", "by a list"]);
  });

  test("that Exchange restores elsewhere, so that every message has another id: nothing twice", async () => {
    const mailboxId = "mb_renewed";
    const address = `${mailboxId}@example.test`;
    await given.startReplica({ connectors });
    const mailbox = exchange.addAccount({ address, password: "secret" });
    assert.ok(mailbox);
    toEws(mailboxId);
    const add = (n: number) =>
      mailbox.add(Buffer.from(`From: kim@example.org\r\nMessage-ID: <${n}@x>\r\nSubject: ${n}\r\n\r\nx\r\n`));
    for (const n of [1, 2, 3]) add(n);
    await read(mailboxId);
    for (const round of [4, 5]) {
      mailbox.renewIds();
      add(round);
      await read(mailboxId);
      await read(mailboxId);
    }
    await eventually(() => told(mailboxId).length >= 5);
    assert.deepEqual(told(mailboxId).sort(), ["1", "2", "3", "4", "5"]);
    const codes = given.factsOf(mailboxId, "alert.raised.v1").map(({ body }) => (body as { code: string }).code);
    assert.deepEqual(new Set(codes), new Set(["SOURCE_RESTORED"]));
  });

  test("a check before the move that cannot read the inbox says why, and changes nothing", async () => {
    const mailboxId = "mb_unready";
    const address = `${mailboxId}@example.test`;
    await given.startReplica({ connectors });
    const old = exchange.addAccount({ address, password: "secret" });
    old?.add(Buffer.from("From: kim@example.org\r\nMessage-ID: <1@x>\r\nSubject: 1\r\n\r\n"));
    toEws(mailboxId);
    await read(mailboxId);
    const before = await given.sources.get(mailboxId);
    const { failure, handedOver, has } = await compare(mailboxId);
    assert.match(JSON.stringify(failure), /ErrorInvalidUser|MAILBOX/);
    assert.ok(failure?.remedy);
    assert.deepEqual({ handedOver, has }, { handedOver: 0, has: 0 });
    const { compared: _, ...after } = (await given.sources.get(mailboxId)) ?? {};
    assert.deepEqual(after, before);
    const nobody = { mailboxId, profileId: "pf_none1", commandId: "none", by: "test" };
    await assert.rejects(given.world.request("inbound-sync.message.compare", nobody), /no profile pf_none1/);
  });

  describe("from IMAP", { skip }, () => {
    let dovecot: Dovecot;
    before(async () => {
      dovecot = await startDovecot({ users: { "mb_imap@example.test": "secret" } });
    });
    after(() => dovecot?.stop());

    test("to Exchange Online and back: nothing twice, nothing left out", async () => {
      const mailboxId = "mb_imap";
      const address = `${mailboxId}@example.test`;
      const toImap = () =>
        given.connect(mailboxId, {
          username: address,
          server: {
            ...{ protocol: "imap", host: "127.0.0.1", port: dovecot.ports.imaps, security: "tls" },
            trustedCertificates: dovecot.certificate,
          },
        });
      const online = graph.addMailbox(address);
      await given.startReplica({ connectors });
      toImap();
      const raw = (n: number, more = "") =>
        `From: kim@example.org\r\nMessage-ID: <${n}@x>\r\nDate: Thu, 1 Jan 2026 10:00:00 +0000\r\n${more}Subject: ${n}\r\n\r\nx\r\n`;
      await dovecot.drop(address, 30, (n) => raw(n));
      await read(mailboxId);
      for (let n = 0; n < 30; n += 1) online.add(Buffer.from(raw(n, "X-Read: again\r\n")));
      online.add(Buffer.from(raw(30)));
      toGraph(mailboxId);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length >= 31);
      toImap();
      await dovecot.drop(address, 1, () => raw(31));
      await read(mailboxId);
      await read(mailboxId);
      await eventually(() => told(mailboxId).length >= 32);
      assert.deepEqual(
        told(mailboxId)
          .map(Number)
          .sort((one, other) => one - other),
        Array.from({ length: 32 }, (_, n) => n),
      );
    });
  });
});
