import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { type EwsDouble, type GraphDouble, startEwsDouble, startGraphDouble } from "@mailfleet/local/doubles";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { ewsServer, exchangeConnectors, graphServer, graphTokens } from "./exchange-connectors.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const { skip } = await mailServers();
const folder = "Undeliverable";
const report = (n: number) =>
  `From: MAILER-DAEMON@mx.test\r\nTo: a@example.test\r\nSubject: report ${n}\r\nMIME-Version: 1.0\r\n` +
  "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
  "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n" +
  `Final-Recipient: rfc822; nobody${n}@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n` +
  `--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <sent${n}@example.test>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n`;
const ordinary = "From: kim@example.net\r\nTo: a@example.test\r\nSubject: ordinary\r\n\r\nx\r\n";

describe("reports of undeliverable mail", () => {
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
  });
  after(async () => {
    await given?.stop();
    await Promise.all([exchange?.stop(), graph?.stop(), close()]);
  });
  afterEach(() => given.stopReplicas());

  const read = async (mailboxId: string) => given.untilRead(mailboxId, await given.runAnew(mailboxId));
  const told = (mailboxId: string) =>
    given.factsOf(mailboxId, "mail.received.v1").map(({ body }) => {
      const { subject, undeliverable } = body as { subject: string; undeliverable?: object };
      return [subject, undeliverable ?? null];
    });
  const expected = (n: number) => [
    `report ${n}`,
    { recipients: [{ address: `nobody${n}@example.net`, status: "5.1.1" }], messageId: `<sent${n}@example.test>` },
  ];
  /** Hands over a report and an ordinary message, then another report; the inbox keeps the ordinary one. */
  async function moves(mailboxId: string, add: (raw: string) => unknown, inFolder: () => Promise<number> | number) {
    await given.startReplica({ connectors });
    await add(report(1));
    await add(ordinary);
    await read(mailboxId);
    assert.equal(await inFolder(), 1);
    await add(report(2));
    await read(mailboxId);
    assert.equal(await inFolder(), 2);
    await read(mailboxId);
    await eventually(() => told(mailboxId).length >= 3);
    const bySubject = told(mailboxId).sort(([one], [other]) => String(one).localeCompare(String(other)));
    assert.deepEqual(bySubject, [["ordinary", null], expected(1), expected(2)]);
    await eventually(() => given.factsOf(mailboxId, "mail.report-received.v1").length === 2);
    const reported = given
      .factsOf(mailboxId, "mail.report-received.v1")
      .map(({ body }) => body as { messageKey: string });
    const keys = given
      .factsOf(mailboxId, "mail.received.v1")
      .map(({ body }) => (body as { messageKey: string }).messageKey);
    assert.ok(reported.every(({ messageKey }) => keys.includes(messageKey)));
    assert.deepEqual((await given.sources.get(mailboxId))?.toMove, []);
    assert.deepEqual(given.factsOf(mailboxId, "alert.raised.v1"), []);
  }

  test("are tagged and moved at Exchange", async () => {
    const mailboxId = "mb_reportews";
    const address = `${mailboxId}@example.test`;
    const mailbox = exchange.addAccount({ address, password: "secret" });
    assert.ok(mailbox);
    given.connect(mailboxId, { username: address, server: ewsServer(exchange), undeliverableFolder: folder });
    const inFolder = () => {
      const made = [...mailbox.folders.values()].filter(({ displayName }) => displayName === folder);
      assert.equal(made.length, 1);
      return [...mailbox.items.values()].filter((item) => item.folder === made[0]?.id).length;
    };
    await moves(mailboxId, (raw) => exchange.deliver(address, raw), inFolder);
    assert.equal(mailbox.in("inbox").length, 1);
    exchange.failNext({ path: "MoveItem", code: "ErrorInternalServerError" });
    for (const n of [3, 4]) exchange.deliver(address, report(n));
    await read(mailboxId);
    assert.equal(inFolder(), 3);
    await read(mailboxId);
    assert.equal(inFolder(), 4);
  });

  test("are tagged and moved at Exchange Online; without the right to move them that is told, and they stay", async () => {
    const mailboxId = "mb_reportgraph";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph), undeliverableFolder: folder });
    const inFolder = () => {
      const [made] = [...mailbox.folders.values()].filter(({ displayName }) => displayName === folder);
      return [...mailbox.messages.values()].filter((one) => one.folder === made?.id).length;
    };
    await moves(mailboxId, (raw) => mailbox.add(Buffer.from(raw)), inFolder);

    const error = { code: "ErrorMoveCopyFailed", message: "" };
    graph.failNext({ path: "/move", status: 409, body: { error } });
    for (const n of [5, 6]) mailbox.add(Buffer.from(report(n)));
    await read(mailboxId);
    assert.equal(inFolder(), 3);
    await read(mailboxId);
    assert.equal(inFolder(), 4);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 1);
    assert.equal(given.factsOf(mailboxId, "alert.raised.v1").length, 1);

    graph.limitPermissions(["Mail.Read"]);
    mailbox.add(Buffer.from(report(3)));
    for (const _ of [1, 2]) await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length > 1);
    const [, alert, ...more] = given.factsOf(mailboxId, "alert.raised.v1");
    assert.deepEqual(more, []);
    assert.match(JSON.stringify(alert?.body), /"REPORTS_NOT_MOVED"/);
    assert.match(JSON.stringify(alert?.body), /ErrorAccessDenied/);
    assert.equal(inFolder(), 4);
    assert.deepEqual(told(mailboxId).at(-1), expected(3));
    assert.deepEqual(given.results, []);
    graph.limitPermissions(null);
    await read(mailboxId);
    assert.equal(inFolder(), 5);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 2);
  });

  test("are tagged and stay where they are if the profile names no folder", async () => {
    const mailboxId = "mb_reportstays";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph) });
    await given.startReplica({ connectors });
    mailbox.add(Buffer.from(report(1)));
    await read(mailboxId);
    await eventually(() => told(mailboxId).length > 0);
    assert.deepEqual(told(mailboxId), [expected(1)]);
    assert.deepEqual(
      [...mailbox.messages.values()].map((one) => one.folder),
      ["inbox"],
    );
    assert.ok(!graph.requests.some(({ method, path }) => method === "POST" && path.includes(mailboxId)));
  });

  const category = "Undeliverable";
  async function tags(
    mailboxId: string,
    add: (raw: string) => unknown,
    at: { categories(): (readonly string[])[]; reads(): number; writes(): number; own(): unknown; refuse(): unknown },
  ) {
    await given.startReplica({ connectors });
    await add(report(1));
    await read(mailboxId);
    await add(ordinary);
    await read(mailboxId);
    await eventually(() => told(mailboxId).length === 2);
    assert.deepEqual(at.categories(), [[category], []]);
    assert.deepEqual((await given.sources.get(mailboxId))?.toTag, []);
    const before = at.reads();
    // The server lists it as changed: for the tag, and because somebody else changed it.
    await at.own();
    for (const _ of [1, 2]) await read(mailboxId);
    assert.deepEqual([at.reads() - before, at.writes(), told(mailboxId).length], [0, 1, 2]);
    assert.deepEqual(at.categories()[0], ["Mine", category]);
    await at.refuse();
    await add(report(2));
    await read(mailboxId);
    await eventually(() => told(mailboxId).length === 3);
    assert.deepEqual([at.categories()[2], given.results], [[], []], "the poll goes on without the tag");
    assert.equal((await given.sources.get(mailboxId))?.notTagged, true);
  }

  test("get a category at Exchange, once, beside those that they have", async () => {
    const mailboxId = "mb_tagews";
    const address = `${mailboxId}@example.test`;
    const mailbox = exchange.addAccount({ address, password: "secret" });
    assert.ok(mailbox);
    given.connect(mailboxId, { username: address, server: ewsServer(exchange) });
    const count = (operation: string) => exchange.requests.filter((one) => one.operation === operation).length;
    const written = count("UpdateItem");
    await tags(mailboxId, (raw) => exchange.deliver(address, raw), {
      categories: () => mailbox.in("inbox").map(({ categories }) => categories),
      reads: () => count("GetItem"),
      writes: () => count("UpdateItem") - written,
      own: () => mailbox.edit(mailbox.in("inbox")[0]?.id ?? "", { categories: ["Mine", category] }),
      refuse: () => exchange.failNext({ path: "UpdateItem", code: "ErrorAccessDenied" }),
    });
  });

  test("get a category at Exchange Online, once, beside those that they have", async () => {
    const mailboxId = "mb_taggraph";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph) });
    const inbox = () => [...mailbox.messages.values()];
    const ours = () => graph.requests.filter(({ path }) => path.includes(mailboxId));
    await tags(mailboxId, (raw) => mailbox.add(Buffer.from(raw)), {
      categories: () => inbox().map(({ categories }) => categories),
      reads: () => ours().filter(({ path }) => path.includes("$value")).length,
      writes: () => ours().filter(({ method }) => method === "PATCH").length,
      own: () => mailbox.change(inbox()[0]?.id ?? "", { categories: ["Mine", category] }),
      refuse: () => graph.limitPermissions(["Mail.Read"]),
    });
    graph.limitPermissions(null);
  });

  test("a message that the server does not give gets the category too, at the third try", async () => {
    const mailboxId = "mb_tagaside";
    const address = `${mailboxId}@example.test`;
    const mailbox = exchange.addAccount({ address, password: "secret" });
    assert.ok(mailbox);
    given.connect(mailboxId, { username: address, server: ewsServer(exchange) });
    const { id } = mailbox.add(Buffer.from(ordinary));
    mailbox.unreadable.add(id);
    await given.startReplica({ connectors });
    const after: (readonly string[] | undefined)[] = [];
    for (const _ of [1, 2, 3]) {
      await read(mailboxId);
      after.push(mailbox.items.get(id)?.categories);
      assert.equal(await given.sources.tryAgain(mailboxId, 1), 1);
    }
    assert.deepEqual(after, [[], [], [category]]);
    const source = await given.sources.get(mailboxId);
    assert.deepEqual([source?.setAside?.map(({ tries }) => tries), source?.toTag], [[3], []]);
  });

  const gone = (count: number) => Array.from({ length: count }, (_, n) => `gone${n}`);
  const sourceIs = (mailboxId: string, set: object) =>
    given.store.db.collection<{ _id: string }>("sources").updateOne({ _id: mailboxId }, { $set: set });
  test("are tagged in portions: of a list that has grown too long the oldest stay without", async () => {
    const mailboxId = "mb_tagmany";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph) });
    await given.startReplica({ connectors });
    await read(mailboxId);
    const { id } = mailbox.add(Buffer.from(ordinary));
    await read(mailboxId);
    const many = [...gone(1199), id];
    await sourceIs(mailboxId, { toTag: many });
    await read(mailboxId);
    assert.deepEqual((await given.sources.get(mailboxId))?.toTag, many.slice(-1000));
  });

  test("of another source are not tagged once the mailbox reads this one", async () => {
    const mailboxId = "mb_tagmoved";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph) });
    await given.startReplica({ connectors });
    mailbox.add(Buffer.from(ordinary));
    await read(mailboxId);
    await sourceIs(mailboxId, { toTag: gone(60), "identity.account": "somebody else" });
    mailbox.add(Buffer.from(report(1)));
    await read(mailboxId);
    const asked = graph.requests.filter(({ path }) => path.includes(mailboxId));
    assert.deepEqual((await given.sources.get(mailboxId))?.toTag, []);
    assert.deepEqual(
      asked.filter(({ path }) => path.includes("gone")),
      [],
    );
    assert.deepEqual(
      [...mailbox.messages.values()].map(({ categories }) => categories),
      [[], [category]],
    );
  });

  test("that were handed over before the process died are tagged and moved by the next one", async () => {
    const mailboxId = "mb_reportdied";
    const mailbox = graph.addMailbox(`${mailboxId}@example.test`);
    given.connect(mailboxId, { server: graphServer(graph), undeliverableFolder: folder });
    const failPoint = (at: string) => {
      if (at === "inbound.between-publishes") throw new Error("died");
    };
    await given.startReplica({ connectors, failPoint });
    mailbox.add(Buffer.from(report(1)));
    await given.runAnew(mailboxId);
    await eventually(async () => ((await given.sources.get(mailboxId))?.toMove ?? []).length === 1);
    assert.equal((await given.sources.get(mailboxId))?.toTag?.length, 1);
    await given.stopReplicas();
    await given.startReplica({ connectors });
    await read(mailboxId);
    const moved = [...mailbox.messages.values()].filter((one) => one.folder !== "inbox");
    assert.deepEqual(
      moved.map(({ categories }) => categories),
      [[category]],
    );
    assert.deepEqual((await given.sources.get(mailboxId))?.toTag, []);
    assert.equal(new Set(told(mailboxId).map(([subject]) => subject)).size, 1);
  });

  describe("over IMAP", { skip }, () => {
    let dovecot: Dovecot;
    const address = "report@example.test";
    before(async () => {
      dovecot = await startDovecot({ users: { [address]: "secret" } });
    });
    after(() => dovecot?.stop());

    test("are tagged and moved, and nothing else is touched", async () => {
      const mailboxId = "mb_reportimap";
      const port = dovecot.ports.imaps;
      const server = { protocol: "imap", host: "127.0.0.1", port, security: "tls" as const };
      given.connect(mailboxId, {
        ...{ username: address, undeliverableFolder: folder },
        server: { ...server, trustedCertificates: dovecot.certificate },
      });
      const inFolder = async () => {
        const at = `${dovecot.maildir(address)}/.${folder}`;
        return (await Promise.all(["cur", "new"].map((part) => readdir(`${at}/${part}`)))).flat().length;
      };
      await moves(mailboxId, (raw) => dovecot.drop(address, 1, () => raw), inFolder);
    });
  });
});
