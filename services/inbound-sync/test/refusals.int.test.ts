import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
  type Batch,
  type Cursor,
  type InboundSession,
  LinkBroke,
  type ListOptions,
  MessageRefused,
} from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { createFingerprintStore, fingerprintOf } from "../message/fingerprint-store.ts";
import type { SourceDocument } from "../source/document.ts";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";
import { batchOf, scriptedConnector, scriptedSession } from "./scripted-connector.ts";

const mail = (n: number, text = `${n}`) => {
  const raw = Buffer.from(`Subject: ${text}\r\n\r\nx\r\n`);
  return { nativeId: String(n).padStart(4, "0"), raw, size: raw.length, receivedAt: n };
};
const name = (n: number) => String(n).padStart(4, "0");
const withheld = failureOf("PROTOCOL_ERROR", { reply: "NO message 2 is on a bad disk" });

describe("what a server does not give", () => {
  let given: GivenInbound;
  before(async () => {
    given = await givenInbound();
  });
  after(() => given?.stop());

  /** A replica whose sessions list what the test says. */
  const replicaOf = (
    list: (cursor: Cursor | null, options: ListOptions) => AsyncIterable<Batch>,
    more: Partial<InboundSession> = {},
  ) =>
    given.startReplica({
      connectors: { imap: scriptedConnector({ open: async () => scriptedSession({ listNew: list, ...more }) }) },
    });
  const read = async (mailboxId: string) => given.untilRead(mailboxId, await given.runAnew(mailboxId));
  const subjects = async (mailboxId: string) => (await given.stored(mailboxId)).map(({ subject }) => subject);
  const resultOf = async (mailboxId: string) => {
    await eventually(() => given.results.some((result) => result.mailboxId === mailboxId));
    return given.results.find((result) => result.mailboxId === mailboxId)?.body as {
      failure: { code: string; evidence?: { reply?: string } };
    };
  };

  test("told by a process that died before it was set aside, and given to the next one, is not told for ever", async () => {
    const mailboxId = "mb_toldanddead";
    given.connect(mailboxId, {});
    const replica = await replicaOf(async function* (cursor) {
      if (cursor === null) yield batchOf([mail(1)], { at: 1 });
    });
    await read(mailboxId);
    // As it is between the two.
    await sourcesOf(given).updateOne({ _id: mailboxId }, { $set: { quarantined: true } });
    await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 1);
    await read(mailboxId);
    assert.equal(given.factsOf(mailboxId, "alert.cleared.v1").length, 1);
    await replica.stop();
  });

  test("is set aside with the server's words while the others come in, and is given when it is tried again", async () => {
    const mailboxId = "mb_aside";
    given.connect(mailboxId, {});
    const asked: (readonly string[])[] = [];
    let heals = false;
    const replica = await replicaOf(async function* (cursor, { again = [] }) {
      asked.push(again);
      if (cursor === null)
        yield batchOf([mail(1), mail(3)], { at: 3 }, { listed: 3, refused: [{ name: name(2), failure: withheld }] });
      else if (again.length > 0 && heals) yield batchOf([mail(2)], cursor);
      else if (again.length > 0)
        yield batchOf([], cursor, { listed: 1, refused: [{ name: name(2), failure: withheld }] });
    });
    await read(mailboxId);
    assert.deepEqual(await subjects(mailboxId), ["1", "3"]);
    const [aside] = (await given.sources.get(mailboxId))?.setAside ?? [];
    assert.deepEqual([aside?.name, aside?.tries, aside?.words], [name(2), 1, "NO message 2 is on a bad disk"]);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    const alert = given.factsOf(mailboxId, "alert.raised.v1")[0]?.body as { code: string };
    assert.equal(alert.code, "MESSAGE_QUARANTINED");
    assert.deepEqual(
      given.results.filter((result) => result.mailboxId === mailboxId),
      [],
    );

    await read(mailboxId);
    assert.deepEqual(asked, [[], []], "not before its time");
    const due = () =>
      given.store.db
        .collection<{ _id: string }>("sources")
        .updateOne({ _id: mailboxId }, { $set: { "setAside.0.nextAt": 1 } });
    await due();
    await read(mailboxId);
    const listed = await given.world.request("inbound-sync.message.set-aside", { mailboxId });
    assert.deepEqual(
      listed.items.map(({ name, tries, words }) => [name, tries, words]),
      [[name(2), 2, "NO message 2 is on a bad disk"]],
    );
    assert.equal(given.factsOf(mailboxId, "alert.raised.v1").length, 1, "told once");
    heals = true;
    const command = { commandId: "again", by: "test", mailboxId };
    assert.deepEqual(await given.world.request("inbound-sync.message.fetch-again", command), { tried: 1 });
    await eventually(async () => (await given.stored(mailboxId)).length === 3);
    await eventually(() => given.factsOf(mailboxId, "alert.cleared.v1").length === 1);
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "3"]);
    assert.deepEqual((await given.sources.get(mailboxId))?.setAside, []);
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length === 3);
    await replica.stop();
  });

  test("is set aside too where it breaks off in the middle of a large message, and nothing of it counts", async () => {
    const mailboxId = "mb_broken";
    given.connect(mailboxId, {});
    const replica = await replicaOf(async function* () {
      const raw = (async function* () {
        yield Buffer.alloc(300_000, "x");
        throw new MessageRefused(withheld);
      })();
      yield batchOf([mail(1), { ...mail(2), raw, size: 900_000 }, mail(3)], { at: 3 });
    });
    await read(mailboxId);
    assert.deepEqual(await subjects(mailboxId), ["1", "3"]);
    assert.equal((await given.sources.get(mailboxId))?.setAside?.[0]?.name, name(2));
    const parts = given.store.db.collection<{ _id: string }>("messageParts");
    assert.equal(await parts.countDocuments({ _id: { $gte: `${mailboxId}/`, $lt: `${mailboxId}0` } }), 0);
    await replica.stop();
  });

  test("takes nothing away of a message that was stored whole before", async () => {
    const mailboxId = "mb_whole";
    const id = `${mailboxId}/0000000001-0000000001`;
    await given.messages.insertPart(id, 0, Buffer.from("whole"), Date.now() + 60_000);
    const parts = () =>
      given.store.db.collection<{ _id: string }>("messageParts").countDocuments({ _id: `${id}#0000` });
    const messages = given.store.db.collection<{ _id: string }>("messages");
    await messages.insertOne({ _id: id });
    await given.messages.removeParts(id);
    assert.equal(await parts(), 1);
    await messages.deleteOne({ _id: id });
    await given.messages.removeParts(id);
    assert.equal(await parts(), 0);
  });

  test("and does not account for makes the run fail before the cursor passes it", async () => {
    const mailboxId = "mb_unbalanced";
    given.connect(mailboxId, {});
    const replica = await replicaOf(async function* () {
      yield batchOf([mail(1), mail(3)], { at: 3 }, { listed: 3 });
    });
    await given.run(mailboxId);
    const { failure } = await resultOf(mailboxId);
    assert.equal(failure.code, "PROTOCOL_ERROR");
    assert.match(failure.evidence?.reply ?? "", /3 messages that were listed 2/);
    assert.equal((await given.sources.get(mailboxId))?.cursor ?? null, null);
    await replica.stop();
  });

  test("and says that it has: what it gave is kept, the run is not healthy", async () => {
    const mailboxId = "mb_short";
    given.connect(mailboxId, {});
    const replica = await replicaOf(
      async function* () {
        yield batchOf([mail(1)], { at: 1 });
      },
      { there: () => ({ says: 5, lists: 1 }) },
    );
    await given.run(mailboxId);
    const { failure } = await resultOf(mailboxId);
    assert.equal(failure.code, "LISTING_INCOMPLETE");
    assert.match(failure.evidence?.reply ?? "", /5 messages, and lists 1/);
    assert.deepEqual(await subjects(mailboxId), ["1"]);
    await replica.stop();
  });

  test("one after another, without giving any, is the failure of the mailbox", async () => {
    const mailboxId = "mb_down";
    given.connect(mailboxId, {});
    const replica = await replicaOf(async function* () {
      const refused = Array.from({ length: 30 }, (_, n) => ({ name: name(n), failure: withheld }));
      yield batchOf([], { at: 30 }, { listed: 30, refused });
    });
    await given.run(mailboxId);
    assert.equal((await resultOf(mailboxId)).failure.code, "PROTOCOL_ERROR");
    assert.equal((await given.sources.get(mailboxId))?.cursor ?? null, null);
    await replica.stop();
  });

  test("from another account is read from its beginning; the same account under another name goes on", async () => {
    const mailboxId = "mb_moved";
    given.connect(mailboxId, {});
    let source = { account: "anna", host: "old:1", numbering: "7" };
    let inbox = [mail(1), mail(2)];
    let recognised: "same" | "unknown" = "same";
    const connector = scriptedConnector({
      open: async () =>
        scriptedSession({
          source,
          recognises: async () => recognised,
          async *listNew(cursor) {
            const fresh = inbox.filter(({ receivedAt }) => receivedAt > Number(cursor?.at ?? 0));
            if (fresh.length > 0) yield batchOf(fresh, { at: fresh.at(-1)?.receivedAt ?? 0 });
          },
        }),
    });
    const replica = await given.startReplica({ connectors: { imap: connector } });
    await read(mailboxId);
    source = { ...source, host: "new:1" };
    inbox = [...inbox, mail(3)];
    await read(mailboxId);
    assert.equal((await given.sources.get(mailboxId))?.identity?.host, "new:1");
    assert.equal(given.factsOf(mailboxId, "alert.raised.v1").length, 0);
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "3"]);

    source = { ...source, account: "bert" };
    recognised = "unknown";
    // The second of these has the content of a message that is stored.
    inbox = [mail(1, "of Bert"), { ...mail(2, "3"), nativeId: "0009" }];
    await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    const alert = given.factsOf(mailboxId, "alert.raised.v1")[0]?.body as { code: string };
    assert.equal(alert.code, "SOURCE_CHANGED");
    assert.deepEqual((await given.sources.get(mailboxId))?.cursor, { at: 2 });
    // Named like Anna's first message, and another one.
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "3", "of Bert"]);
    await replica.stop();
  });

  test("because its inbox was restored is told; what is new is received, what is known is not announced again", async () => {
    const mailboxId = "mb_restored";
    given.connect(mailboxId, {});
    let inbox = [mail(1), mail(2), mail(3)];
    let last: "same" | "another" = "same";
    const replica = await replicaOf(
      async function* (cursor) {
        const fresh = inbox.filter(({ receivedAt }) => receivedAt > Number(cursor?.at ?? 0));
        if (fresh.length > 0) yield batchOf(fresh, { at: fresh.at(-1)?.receivedAt ?? 0 });
      },
      { recognises: async () => last },
    );
    await read(mailboxId);
    last = "another";
    inbox = [mail(1), mail(2), mail(3, "another")];
    await read(mailboxId);
    last = "same";
    await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    const alert = given.factsOf(mailboxId, "alert.raised.v1")[0]?.body as { code: string };
    assert.equal(alert.code, "SOURCE_RESTORED");
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "3", "another"]);
    await replica.stop();
  });

  test("and was stored by a run that died, while it compared with what another source gave, is told by the next", async () => {
    const mailboxId = "mb_compared";
    given.connect(mailboxId, {});
    const nobody = { from: [], to: [], cc: [], recipients: 0 };
    const stored = { receivedAt: 1, storedAt: 1, messageId: null, ...nobody, date: null, unparsed: null };
    const storeAs = (nativeId: string, { raw }: ReturnType<typeof mail>) => {
      const sha256 = createHash("sha256").update(raw).digest("hex");
      const what = { id: `${mailboxId}/${nativeId}`, mailboxId, sha256, size: raw.length, subject: nativeId, raw };
      return given.messages.insertAll([{ ...stored, ...what, expireAt: Date.now() + 1e9 }]);
    };
    await storeAs("0001", mail(1));
    await storeAs("e001-0002", mail(2));
    const sha256 = createHash("sha256").update(mail(1).raw).digest("hex");
    await createFingerprintStore(given.store).add(
      mailboxId,
      { messages: [{ fingerprint: fingerprintOf({ sha256 }), likeness: null }] },
      1,
    );
    const identity = { account: "user", host: "scripted:1" };
    await sourcesOf(given).insertOne({ _id: mailboxId, cursor: null, comparing: true, epoch: 1, identity });
    const replica = await replicaOf(async function* () {
      yield batchOf([mail(1), mail(2)], { at: 2 });
    });
    await read(mailboxId);
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length > 0);
    const told = given.factsOf(mailboxId, "mail.received.v1").map(({ id }) => id);
    assert.deepEqual(told, [`${mailboxId}/e001-0002`]);
    await replica.stop();
  });

  test("in a poll is found by an audit, received and told; what was handed over is not", async () => {
    const mailboxId = "mb_audited";
    given.connect(mailboxId, {});
    const audited: (readonly string[])[] = [];
    const replica = await replicaOf(
      async function* (cursor, { again = [], onlyAgain }) {
        if (onlyAgain) for (const one of again) yield batchOf([mail(Number(one))], cursor as Cursor, { covers: one });
        else if (cursor === null) yield batchOf([mail(1), mail(3)], { at: 3 }, { covers: "1,3" });
      },
      {
        async audit(_cursor, { covers }) {
          audited.push(covers);
          return { says: 3, lists: 3, missing: audited.length > 1 ? [] : [name(2), name(3)] };
        },
      },
    );
    await read(mailboxId);
    const balance = () => given.world.request("inbound-sync.message.balance", { mailboxId });
    assert.equal((await balance()).at, null);
    const audit = (commandId: string) =>
      given.world.request("inbound-sync.message.audit", { commandId, by: "test", mailboxId });
    assert.deepEqual(await audit("first"), { asked: true });
    await eventually(async () => (await balance()).at !== null);
    const { at: _at, ...found } = await balance();
    assert.deepEqual(found, { says: 3, lists: 3, missing: 2, fetched: 1 });
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "3"]);
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length === 3);
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    const alert = given.factsOf(mailboxId, "alert.raised.v1")[0]?.body as { code: string };
    assert.equal(alert.code, "MESSAGES_MISSED");
    await given.untilRead(mailboxId, 1);
    await audit("second");
    await eventually(async () => (await balance()).missing === 0);
    assert.deepEqual(audited.at(-1), ["1,3", name(2), name(3)]);
    await replica.stop();
  });

  /** A server with five messages that loses its connection at some of them. */
  const losing = (lost: readonly number[], asked: string[] = []) =>
    async function* (cursor: Cursor | null, { resting = new Set() }: ListOptions): AsyncGenerator<Batch> {
      const fresh = [1, 2, 3, 4, 5].filter((n) => n > Number(cursor?.at ?? 0));
      for (const n of fresh) {
        if (resting.has(name(n))) continue;
        asked.push(name(n));
        if (lost.includes(n)) throw new LinkBroke(failureOf("CONNECTION_LOST"), name(n));
        yield batchOf([mail(n)], { at: n });
      }
    };

  test("because it breaks the connection each time is set aside; the others come in with the same poll", async () => {
    const mailboxId = "mb_breaks";
    given.connect(mailboxId, {});
    const asked: string[] = [];
    const replica = await replicaOf(losing([3], asked));
    await read(mailboxId);
    assert.deepEqual(await subjects(mailboxId), ["1", "2", "4", "5"]);
    assert.equal(asked.filter((one) => one === name(3)).length, 3);
    const aside = (await given.sources.get(mailboxId))?.setAside ?? [];
    assert.deepEqual(
      aside.map((one) => [one.name, one.tries]),
      [[name(3), 1]],
    );
    await eventually(() => given.factsOf(mailboxId, "alert.raised.v1").length === 1);
    assert.deepEqual(
      given.results.filter((result) => result.mailboxId === mailboxId),
      [],
    );
    await replica.stop();
  });

  test("because every connection breaks is the failure of the mailbox", async () => {
    const mailboxId = "mb_lost";
    given.connect(mailboxId, {});
    const replica = await replicaOf(losing([1, 2, 3, 4, 5]));
    await given.run(mailboxId);
    assert.equal((await resultOf(mailboxId)).failure.code, "CONNECTION_LOST");
    await replica.stop();
  });

  test("does not make every failed run tell once more what was told", async () => {
    const mailboxId = "mb_told";
    given.connect(mailboxId, {});
    let lists = 1;
    const replica = await replicaOf(
      async function* (cursor) {
        if (cursor === null) yield batchOf([mail(1)], { at: 1 });
        else throw new FailureError(withheld);
      },
      { there: () => ({ says: 5, lists }) },
    );
    const pending = async () => (await given.sources.get(mailboxId))?.pending;
    await read(mailboxId);
    assert.deepEqual(await pending(), { from: name(1), to: name(1) }, "the run failed: the next one makes sure");
    lists = 5;
    await read(mailboxId);
    assert.equal(await pending(), null);
    await replica.stop();
  });

  test("and gives later is told by its name: between it and what is new lies all that was told long ago", async () => {
    const mailboxId = "mb_between";
    given.connect(mailboxId, {});
    const replica = await replicaOf(async function* (cursor, { again = [] }) {
      if (cursor === null)
        yield batchOf([mail(1), mail(3)], { at: 3 }, { listed: 3, refused: [{ name: name(2), failure: withheld }] });
      if (again.length === 0) return;
      yield batchOf([mail(2)], cursor as Cursor);
      throw new FailureError(withheld);
    });
    await read(mailboxId);
    await sourcesOf(given).updateOne({ _id: mailboxId }, { $set: { "setAside.0.nextAt": 1 } });
    await read(mailboxId);
    await eventually(async () => (await given.sources.get(mailboxId))?.setAside?.length === 0);
    assert.deepEqual((await given.sources.get(mailboxId))?.pending, { ids: [name(2)] });
    await replica.stop();
  });
});

const sourcesOf = ({ store }: GivenInbound) => store.db.collection<SourceDocument>("sources");
