import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type MessageBody, ProblemError, type RequestOutput, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { createThroughputStore } from "@mailfleet/worker";
import { createActivityStore } from "../activity/store.ts";
import { checks } from "../checks.ts";
import { collections } from "../collections.ts";
import type { OutboundPorts } from "../ports.ts";
import { unproved } from "../send/measure-proofs.ts";
import { searchSends } from "../send/search-sends.ts";
import { insertedSend, type SendDocument } from "../send/send-document.ts";
import { createSendStore } from "../send/store.ts";
import { answerCases } from "./answers.cases.ts";
import { givenOutbound } from "./given-outbound.ts";
import { loopCases } from "./loops.cases.ts";
import { type GivenSend, tiedCases, toldReport } from "./reports.cases.ts";
import { type Sink, startSink } from "./sink.ts";

const given = await givenOutbound();
const sinks: Sink[] = [];
const sink = async (...args: Parameters<typeof startSink>) => {
  const started = await startSink(...args);
  sinks.push(started);
  return started;
};
after(async () => {
  await given.stop();
  for (const each of sinks) await each.stop();
});
const throughput = async () => {
  const { items } = await given.around.request("outbound-send.throughput.count", { by: "hour", since: 0 });
  const sum = (name: "messages" | "failed" | "delayMs") => items.reduce((all, one) => all + one[name], 0);
  return { messages: sum("messages"), failed: sum("failed"), delayMs: sum("delayMs") };
};
const stateOf = async (sendId: string) => (await given.get(sendId)).state;
const factsOf = (sendId: string) => given.facts.filter(({ body }) => body.sendId === sendId).map(({ type }) => type);

it("mail that waits for a mailbox that proves nothing is told; a mailbox that has nothing to send is not", async (t) => {
  const { db } = given.store;
  const sends = db.collection<{ _id: string; mailboxId: string; idempotencyKey: string; acceptedAt: number }>("sends");
  const ports = { sends: createSendStore(given.store, "observer"), activity: createActivityStore(given.store) };
  t.after(async () => {
    await sends.deleteMany({ mailboxId: /^mb_(never|since)$/ });
    for (const mailboxId of ["mb_since", "mb_rarely"]) await ports.activity.remove(mailboxId);
  });
  const waits = { attention: "waiting", acceptedAt: 10 };
  await sends.insertMany([
    { _id: "sn_1", mailboxId: "mb_never", idempotencyKey: "1", ...waits },
    { _id: "sn_2", mailboxId: "mb_never", idempotencyKey: "2", ...waits, acceptedAt: 5 },
    { _id: "sn_3", mailboxId: "mb_since", idempotencyKey: "3", ...waits },
  ]);
  await ports.activity.sent([
    { mailboxId: "mb_since", messages: 1, at: 50 },
    { mailboxId: "mb_rarely", messages: 1, at: 1 },
  ]);
  assert.deepEqual(await unproved(ports), [
    { mailboxId: "mb_never", since: 5 },
    { mailboxId: "mb_since", since: 50 },
  ]);
  assert.deepEqual(await ports.activity.provedSince([0, 20, 60]), [2, 1, 0]);
  const look = (at: number) => checks["sends-proved"]?.look({ ...ports, now: () => at } as OutboundPorts);
  assert.equal((await look(3_600_005))?.level, "ok");
  const told = await look(3_600_006);
  assert.match(
    `${told?.level} ${told?.text}`,
    /^warn Mail waits for the mailbox mb_never, which has not sent for \d+ \w+\.$/,
  );
});

it("what is not sent yet is counted from indexes alone: the documents hold whole messages", async () => {
  const { db } = given.store;
  const sends = db.collection<{
    _id: string;
    mailboxId: string;
    idempotencyKey: string;
    due?: number;
    attention?: string;
  }>("sends");
  const store = createSendStore(given.store, "observer");
  await sends.insertMany([
    { _id: "sn_old", mailboxId: "mb_nobody", idempotencyKey: "one", due: 5, attention: "deferred" },
    { _id: "sn_new", mailboxId: "mb_nobody", idempotencyKey: "two", due: 70 },
    { _id: "sn_held", mailboxId: "mb_nobody", idempotencyKey: "three", attention: "uncertain" },
  ]);
  await db.command({ profile: 2 });
  const counted = Promise.all([store.backlog(60), store.waitingSince(10)]);
  const [{ dueAt, open }] = await counted.finally(() => db.command({ profile: 0 }));
  assert.deepEqual([dueAt, Object.fromEntries(open)], [5, { deferred: 1, waiting: 0, uncertain: 1 }]);
  assert.equal((await store.backlog(4)).dueAt, null);
  const seen = await db
    .collection("system.profile")
    .find({ ns: `${db.databaseName}.sends` })
    .toArray();
  assert.deepEqual(
    seen.map(({ docsExamined }) => docsExamined),
    [0, 0, 0, 0, 0],
  );
  await sends.deleteMany({ mailboxId: "mb_nobody" });
});

it("what was done is counted once: by each process in documents of its own, however often and late it is saved", async () => {
  const { name } = collections.throughput;
  const [one, other] = ["one", "other"].map((owner) => createThroughputStore(given.store, name, owner));
  assert.ok(one && other);
  const hour = 3_600_000;
  // Where nobody else counts.
  const at = Math.floor(Date.now() / hour + 24) * hour;
  const counted = (messages: number) => [{ by: "hour" as const, at, messages, failed: 1, delayMs: messages * 10 }];
  await one.save(counted(3));
  await one.save(counted(5));
  await other.save(counted(2));
  // A write that was thought to be lost.
  await one.save(counted(3));
  assert.deepEqual(await one.since("hour", at), [{ at, messages: 7, failed: 2, delayMs: 70 }]);
  assert.deepEqual(await one.since("minute", at), []);
  const [kept] = await given.store.db.collection(name).find({ at }).toArray();
  assert.equal(new Date(kept?.expireAt).getTime(), at + 35 * 24 * hour);
  await given.store.db.collection(name).deleteMany({ at });
});

it("sends are found by what is known of a message, newest first, along an index", async () => {
  const { db } = given.store;
  const store = createSendStore(given.store, "observer");
  const mailbox = { mailboxId: "mb_found", envelopeFrom: "found@example.org", by: "test", size: 2, contentHash: "" };
  for (const n of [1, 2, 3])
    await store.accept({
      ...{
        id: `sn_found${n}`,
        idempotencyKey: `${n}`,
        acceptedAt: n,
        messageId: `<Found.${n}@example.org>`,
        ...mailbox,
      },
      ...{ from: "Sales <Alias@example.org>", to: [`Kim${n}@example.net`, "all@example.net"], subject: `Offer ${n}` },
    });
  const found = async (wanted: object) => {
    const { items } = await searchSends({ sends: store }, { limit: 10, ...wanted });
    return items.map(({ id }) => id.slice("sn_found".length)).join();
  };
  await db.command({ profile: 2 });
  const answers = {
    "Message-ID": await found({ messageId: "found.2@EXAMPLE.org" }),
    recipient: await found({ to: "kim3@example.net" }),
    "one of several": await found({ to: "all@example.net", since: 2 }),
    "sender in the header": await found({ from: "alias@example.org" }),
    "sender in the envelope": await found({ from: "found@example.org", cursor: "2/sn_found2" }),
    subject: await found({ subject: "OFFER", mailboxId: "mb_found" }),
    "two of them": await found({ to: "all@example.net", subject: "r 2" }),
    other: await found({ to: "all@example.net", mailboxId: "mb_other" }),
  };
  await db.command({ profile: 0 });
  assert.deepEqual(answers, {
    "Message-ID": "2",
    recipient: "3",
    "one of several": "3,2",
    "sender in the header": "3,2,1",
    "sender in the envelope": "1",
    subject: "3,2,1",
    "two of them": "2",
    other: "",
  });
  const ns = `${db.databaseName}.sends`;
  const seen = await db
    .collection("system.profile")
    .find({ ns, "command.hint": { $exists: true } })
    .toArray();
  const plans = new Set(
    seen
      .filter(({ op }) => op === "query")
      .map(({ planSummary, hasSortStage }) => `${planSummary.split(" ")[0]} ${!!hasSortStage}`),
  );
  assert.deepEqual([...plans], ["IXSCAN false"]);
  await db.collection<{ mailboxId: string }>("sends").deleteMany({ mailboxId: "mb_found" });
});

describe("sending", () => {
  before(() => given.start().then(() => given.start()));

  it("sends 200 messages of 5 mailboxes once each, over two instances, within the limit of connections", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailboxes = Array.from({ length: 5 }, () => given.mailbox(target.port, { maximumConcurrentConnections: 2 }));
    const sends = await Promise.all(
      Array.from({ length: 200 }, (_, n) => given.submit(mailboxes[n % 5] as (typeof mailboxes)[0], `k${n}`)),
    );
    assert.ok(sends.every((send) => send.state === "accepted"));
    await eventually(() => target.taken.length >= 200, { timeoutMs: 60_000 });
    await eventually(async () => (await given.get(sends[199]?.id as string)).state === "sent");
    assert.deepEqual(target.taken.toSorted(), sends.map((send) => send.messageId).toSorted());
    await eventually(() => given.facts.filter(({ type }) => type === "mail.sent.v1").length === 200);
    assert.ok(target.most <= 10, `${target.most} connections for 5 mailboxes with 2 each`);
    const one = await given.get(sends[7]?.id as string);
    assert.equal(one.answer, "250 2.0.0 taken");
    assert.equal(one.attempts.length, 1);
    assert.ok(target.raw.some((raw) => raw.includes(`X-Mailfleet-Send: ${one.id}`)));
    const unpublished = () => given.store.db.collection("sends").countDocuments({ "outbox.0": { $exists: true } });
    await eventually(async () => (await unpublished()) === 0);
    await eventually(async () => {
      const activity = await given.around.request("outbound-send.activity.get", { mailboxId: mailboxes[0]?.id ?? "" });
      return activity.messages === 40 && activity.lastProvedSuccessAt !== null;
    });
    await eventually(async () => {
      const counted = await throughput();
      return counted.messages === 200 && counted.failed === 0 && counted.delayMs > 0;
    });
  });

  it("ties a report that came back to its send, keeps it once and tells it", async () => {
    const sends = given.store.db.collection<SendDocument>("sends");
    const hour = 3_600_000;
    const at = Date.now();
    const idOf = (n: number) => (name: string) => ({
      id: `sn_report${n}${name}`,
      messageId: `<report-${name}@example.org>`,
    });
    const sent = (n: number, { name, to = ["nobody@example.net"], hoursAgo = 1, ...more }: GivenSend) => {
      const mailboxId = more.elsewhere ? "mb_reports" : `mb_report${n}`;
      const named = { ...idOf(n)(name), mailboxId, idempotencyKey: `${n}${name}`, envelopeFrom: "a@example.org" };
      const send = { ...named, to, from: "a@example.org", subject: "x", by: "test", contentHash: "", size: 1 };
      const { due: _, ...document } = insertedSend({ ...send, acceptedAt: at - hoursAgo * hour });
      return { ...document, state: more.state ?? ("sent" as const) };
    };
    const told = (mailboxId: string, report: string, undeliverable: object, again = "") =>
      given.around.publish({
        id: `${report}:report${again}`,
        subject: subjects.mailFact(mailboxId, "report-received"),
        type: "mail.report-received.v1",
        mailboxId,
        at,
        body: { mailboxId, messageKey: report, at, undeliverable } as MessageBody<"mail.report-received.v1">,
      });
    const last = { name: "last", to: ["last@example.net"] };
    await sends.insertMany(tiedCases.flatMap(({ sends: all }, n) => [...all, last].map((one) => sent(n, one))));
    for (const [n, one] of tiedCases.entries()) {
      const mailboxId = `mb_report${n}`;
      for (const again of ["", "2"]) await told(mailboxId, `${mailboxId}/1-1`, toldReport(one, idOf(n)), again);
      // Reports of one mailbox are handled in order: with this one the others are.
      await told(mailboxId, `${mailboxId}/1-2`, { recipients: [], messageId: null, sendId: idOf(n)("last").id });
    }
    const factsAbout = (mailboxId: string) =>
      given.facts.filter(({ body }) => typeof body.report === "string" && body.report.startsWith(`${mailboxId}/`));
    for (const [n, { what, tied, unreached = ["nobody@example.net"], originals }] of tiedCases.entries()) {
      const mailboxId = `mb_report${n}`;
      const isLast = ({ body }: { body: Record<string, unknown> }) => body.sendId === idOf(n)("last").id;
      await eventually(() => factsAbout(mailboxId).some(isLast), { what });
      const facts = factsAbout(mailboxId).filter((fact) => !isLast(fact));
      const expected = tied === null ? [] : [idOf(n)(tied).id];
      assert.deepEqual(
        facts.map(({ body }) => body.sendId),
        expected,
        what,
      );
      const [id] = expected;
      if (id === undefined) continue;
      const { undelivered = [], state } = await given.get(id);
      assert.deepEqual(
        undelivered.map(({ address }) => address),
        unreached,
        what,
      );
      assert.deepEqual(
        undelivered.map(({ original }) => original),
        originals ?? unreached.map(() => undefined),
        what,
      );
      assert.deepEqual(new Set(undelivered.map(({ report }) => report)), new Set([`${mailboxId}/1-1`]));
      const trail = await given.around.request("outbound-send.send.trail", { id });
      assert.equal(trail.state, state === "sent" ? "undeliverable" : state);
      const [whom] = originals ?? unreached;
      assert.ok(trail.why?.startsWith(`not delivered to ${whom}`), trail.why ?? "nothing");
      assert.deepEqual(trail.events.at(-1)?.what, "undeliverable");
    }
    await sends.deleteMany({ mailboxId: /^mb_report/ });
  });

  it("ties an answer to the send that it answers, keeps it once and tells it", async () => {
    const sends = given.store.db.collection<SendDocument>("sends");
    const at = Date.now();
    const idOf = (n: number) => (name: string) => ({
      id: `sn_answer${n}${name}`,
      messageId: `<answer-${name}@example.org>`,
    });
    const sent = (n: number, name: string, mailboxId = `mb_answer${n}`) => {
      const named = { ...idOf(n)(name), mailboxId, idempotencyKey: `${n}${name}`, envelopeFrom: "a@example.org" };
      const more = {
        to: ["kim@example.net"],
        from: "a@example.org",
        subject: "x",
        by: "test",
        contentHash: "",
        size: 1,
      };
      const { due: _, ...document } = insertedSend({ ...named, ...more, acceptedAt: at });
      return { ...document, state: "sent" as const };
    };
    const tell = (n: number, message: string, answersTo: readonly string[], from: string | null, again: string) =>
      given.around.publish({
        id: `${message}:answer${again}`,
        subject: subjects.mailFact(`mb_answer${n}`, "answer-received"),
        type: "mail.answer-received.v1",
        mailboxId: `mb_answer${n}`,
        at,
        body: { mailboxId: `mb_answer${n}`, messageKey: message, at, answersTo: [...answersTo], from },
      });
    for (const [n, { sends: own, elsewhere = [] }] of answerCases.entries())
      await sends.insertMany([
        ...[...own, "last"].map((name) => sent(n, name)),
        ...elsewhere.map((name) => sent(n, name, "mb_answers")),
      ]);
    for (const [n, { names, from = "kim@example.net" }] of answerCases.entries()) {
      const ids = names.map((name) => (name.startsWith("<") ? name : idOf(n)(name).messageId));
      for (const again of ["", "2"]) await tell(n, `mb_answer${n}/1-1`, ids, from, again);
      // Answers of one mailbox are handled in order: with this one the others are.
      await tell(n, `mb_answer${n}/1-2`, [idOf(n)("last").messageId], "kim@example.net", "");
    }
    for (const [n, { what, tied, from = "kim@example.net" }] of answerCases.entries()) {
      const about = (name: string) => given.facts.filter(({ body }) => body.sendId === idOf(n)(name).id);
      await eventually(() => about("last").length > 0, { what });
      const facts = answerCases[n]?.sends.flatMap(about) ?? [];
      assert.deepEqual(
        facts.map(({ type, body }) => [type, body.sendId, body.answer, body.from]),
        tied === null ? [] : [["mail.answered.v1", idOf(n)(tied).id, `mb_answer${n}/1-1`, from]],
        what,
      );
      if (tied === null) continue;
      const { id } = idOf(n)(tied);
      assert.deepEqual((await given.get(id)).answers, [{ message: `mb_answer${n}/1-1`, from, at }], what);
      const { state, events } = await given.around.request("outbound-send.send.trail", { id });
      const words = `by ${from ?? "somebody"}; message mb_answer${n}/1-1`;
      assert.deepEqual([state, events.at(-1)], ["sent", { at, what: "answered", words }]);
    }
    await sends.deleteMany({ mailboxId: /^mb_answer/ });
  });

  it("refuses an automatic answer that would make a loop, and nothing else", async () => {
    const found = (messageId: string, automatic?: string) => ({
      ...{
        id: "mb_found1/1-1",
        state: "received" as const,
        at: 1,
        mailboxId: "mb_found1",
        messageId,
        from: null,
        to: [],
      },
      ...{ subject: null, why: null, ...(automatic && { automatic }) },
    });
    const known: Record<string, ReturnType<typeof found>> = {
      "<person@x>": found("<person@x>"),
      "<absent@x>": found("<Absent@x>", "Auto-Submitted: auto-replied"),
      "<reported@x>": found("<report@y>", "Content-Type: multipart/report"),
    };
    await given.around.respond({
      "inbound-sync.message.search": async ({ messageId = "" }) => {
        const one = known[messageId.toLowerCase()];
        return { items: one ? [one] : [], next: null };
      },
    });
    const target = await sink();
    const sends = given.store.db.collection<SendDocument>("sends");
    for (const [n, { what, inReplyTo, automatic, header, before, refused }] of loopCases.entries()) {
      const mailbox = given.mailbox(target.port);
      const to = ["Kim@example.net"];
      const earlier = Array.from({ length: before?.answers ?? 0 }, (_, k) => ({
        ...{
          id: `sn_loop${n}x${k}`,
          mailboxId: mailbox.id,
          idempotencyKey: `${k}`,
          messageId: `<${n}.${k}@x>`,
          size: 1,
        },
        ...{ envelopeFrom: "a@x", from: "a@x", subject: "x", by: "test", contentHash: "" },
        to: before?.toAnother ? ["else@example.net"] : ["kim@Example.net"],
        acceptedAt: Date.now() - (before?.hoursAgo ?? 0) * 3_600_000,
        ...(before?.byPerson ? {} : { automatic: true as const }),
      }));
      if (earlier.length > 0)
        await sends.insertMany(
          earlier.map((one) => ({ ...insertedSend(one), state: "sent" as const, due: undefined as never })),
          {
            ignoreUndefined: true,
          },
        );
      const answers = inReplyTo === undefined ? "" : `In-Reply-To: ${inReplyTo}\r\n`;
      const raw = header && Buffer.from(`From: a@example.org\r\n${header}\r\n${answers}\r\nhi\r\n`);
      const composed = {
        to,
        subject: "Re",
        text: "hi",
        ...(inReplyTo && { inReplyTo }),
        ...(automatic && { automatic }),
      };
      const id = `sn_loop${n}`;
      const submitted = given.submitContent(
        mailbox,
        id,
        raw ? { to, raw: "attached" } : composed,
        raw ? { attachment: raw } : {},
      );
      const code = await submitted.then(
        () => null,
        (error: unknown) => (error instanceof ProblemError ? error.problem.code : String(error)),
      );
      assert.equal(code, refused ? "AUTOMATIC_LOOP" : null, what);
      assert.equal(await given.count({ _id: id }), refused ? 0 : 1, what);
      if (automatic && !refused) {
        const again = await given.submitContent(mailbox, id, composed);
        assert.equal(again.id, id, "a repetition is no further answer");
      }
    }
  });

  it("answers the same idempotency key with the first send, and refuses it for different content", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port);
    const [first, second] = await Promise.all([given.submit(mailbox, "same"), given.submit(mailbox, "same")]);
    const third = await given.submit(mailbox, "same");
    assert.deepEqual([second.id, third.id], [first.id, first.id]);
    await assert.rejects(given.submit(mailbox, "same", { subject: "another" }), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.problem.code, "ALREADY_EXISTS");
      assert.ok(error.problem.remedy);
      return true;
    });
    await eventually(async () => (await stateOf(first.id)) === "sent");
    assert.equal(target.taken.length, 1);
  });

  it("refuses a mailbox that does not exist and takes uploads in pieces", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailbox = given.mailbox(target.port);
    await assert.rejects(given.submit({ ...mailbox, id: "mb_nobody" }, "x"), /no mailbox mb_nobody/);
    const content = Buffer.from(JSON.stringify({ to: ["b@example.org"], subject: "big", text: "y".repeat(800_000) }));
    const upload = await given.upload("upload01", content);
    const send = await given.submitContent(mailbox, "sn_upload01", { json: upload });
    await eventually(async () => (await stateOf(send.id)) === "sent");
    assert.ok((target.raw[0]?.length ?? 0) > 800_000);
    await eventually(async () => (await given.uploads()) === 0);
  });

  it("sends a message of many megabytes as it was uploaded, with its own headers before it", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailbox = given.mailbox(target.port);
    const head = "Subject: large\r\nFrom: a@example.org\r\nMessage-ID: <large@example.org>\r\n\r\n";
    const lines = Array.from({ length: 60_000 }, (_, n) => `${n % 7 === 0 ? "." : ""}line ${n} ${"x".repeat(n % 60)}`);
    const raw = Buffer.from(`${head}${lines.join("\r\n")}\r\n`);
    const upload = await given.upload("upload02", raw);
    assert.ok(upload.pieces > 3);
    const content = { to: ["b@example.org"], raw: upload };
    const send = await given.submitContent(mailbox, "sn_upload02", content, { key: "large" });
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 15_000 });
    const taken = (target.raw[0] ?? "").replaceAll("\r\n.", "\r\n");
    const own = taken.length - raw.length + 2;
    assert.match(taken.slice(0, own), /^X-Mailfleet-Send: sn_upload02\r\nDate: [^\r]+\r\n$/);
    assert.equal(taken.slice(own), raw.toString().slice(0, -2));
    assert.deepEqual([send.size, send.messageId, send.subject], [own + raw.length, "<large@example.org>", "large"]);
    // The same again, uploaded once more, is the same send; another message under its key is refused.
    const again = { to: ["b@example.org"], raw: await given.upload("upload03", raw) };
    assert.equal((await given.submitContent(mailbox, "sn_upload02", again, { key: "large" })).id, send.id);
    const other = { to: ["b@example.org"], raw: await given.upload("upload04", raw.subarray(1)) };
    await assert.rejects(given.submitContent(mailbox, "sn_upload02", other, { key: "large" }), /different content/);
    await eventually(async () => (await given.uploads()) === 0);
    const missing = { to: ["b@example.org"], raw: { uploadId: "upload05", pieces: 2 } };
    await assert.rejects(given.submitContent(mailbox, "sn_upload05", missing), /has not all of its 2 pieces/);
  });

  it("composes large attachments while they are read", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailbox = given.mailbox(target.port);
    const file = Buffer.alloc(2_000_000, "0123456789");
    const upload = await given.upload("upload06", file);
    const attachments = [{ filename: "a.bin", contentType: "application/octet-stream", upload }];
    const content = { to: ["b@example.org"], subject: "attached", text: "see there", attachments };
    const send = await given.submitContent(mailbox, "sn_upload06", content);
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 15_000 });
    const sent = target.raw[0] ?? "";
    assert.match(sent, /X-Mailfleet-Send: sn_upload06/);
    const encoded = /filename=a\.bin[\s\S]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(sent)?.[1] ?? "";
    assert.ok(Buffer.from(encoded, "base64").equals(file));
    await eventually(async () => (await given.uploads()) === 0);
  });

  it("sends no Bcc of a ready-made message to anybody, and mends long lines, small or large", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailbox = given.mailbox(target.port);
    const to = ["visible@example.org", "hidden1@example.org", "hidden2@example.org"];
    const raw = (body: string) =>
      Buffer.from(
        `To: visible@example.org\r\nbcc : hidden1@example.org,\r\n hidden2@example.org\r\nSubject: x\r\n\r\n${body}\r\n`,
      );
    const bodies = ["hello", `${"word ".repeat(400)}end`, "hello\r\n".repeat(80_000), `${"word ".repeat(80_000)}end`];
    for (const [n, body] of bodies.entries()) {
      const content = { to, raw: await given.upload(`blind${n}xx`, raw(body)) };
      const { id } = await given.submitContent(mailbox, `sn_blind00${n}`, content);
      await eventually(async () => (await stateOf(id)) === "sent", { timeoutMs: 15_000 });
      assert.deepEqual((await given.get(id)).to, to);
      const sent = target.raw.at(-1) ?? "";
      assert.doesNotMatch(sent, /hidden|bcc/i);
      assert.match(sent, /To: visible@example\.org[\s\S]*(?:hello|end)/);
      assert.ok(sent.split("\r\n").every(({ length }) => length <= 998));
    }
    const signed = Buffer.from(`DKIM-Signature: v=1; b=x\r\nSubject: x\r\n\r\n${"word ".repeat(400)}\r\n`);
    const content = { to, raw: await given.upload("blind9xxx", signed) };
    await assert.rejects(given.submitContent(mailbox, "sn_blind009", content), (error) => {
      assert.ok(error instanceof ProblemError);
      assert.match(error.problem.detail ?? error.message, /signed/);
      return error.problem.code === "INVALID";
    });
  });

  it("defers a greylisted message and sends it later", async () => {
    let asked = 0;
    const target = await sink({ rcpt: () => (++asked < 3 ? "450 4.2.0 Greylisted" : "250 ok") });
    const mailbox = given.mailbox(target.port);
    const send = await given.submit(mailbox, "grey");
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 10_000 });
    const done = await given.get(send.id);
    assert.deepEqual(
      done.attempts.map(({ n, failure }) => [n, failure?.code]),
      [
        [1, "MESSAGE_DEFERRED"],
        [2, "MESSAGE_DEFERRED"],
        [3, undefined],
      ],
    );
    assert.deepEqual(
      given.reports.filter(({ body }) => body.mailboxId === mailbox.id),
      [],
    );
    assert.deepEqual(factsOf(send.id), ["mail.deferred.v1", "mail.deferred.v1", "mail.sent.v1"]);
  });

  it("tries the recipients again that were put off, and only those", async () => {
    let busy = 0;
    const target = await sink({
      rcpt: (to) =>
        to.startsWith("late") && ++busy < 2 ? "450 4.2.1 busy" : to.startsWith("gone") ? "550 5.1.1 unknown" : "250 ok",
    });
    const mailbox = given.mailbox(target.port);
    const send = await given.submit(mailbox, "some", {
      to: ["now@example.org", "late@example.org", "gone@example.org"],
    });
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 10_000 });
    const done = await given.get(send.id);
    assert.equal(target.taken.length, 2);
    assert.deepEqual(done.rejectedRecipients, [{ address: "gone@example.org", reply: "550 5.1.1 unknown" }]);
  });

  it("fails a message whose recipient is refused, and the mailbox is fine", async () => {
    const target = await sink({ rcpt: () => "550 5.1.1 unknown" });
    const mailbox = given.mailbox(target.port);
    const send = await given.submit(mailbox, "nobody");
    await eventually(async () => (await stateOf(send.id)) === "failed");
    assert.equal((await given.get(send.id)).lastError?.code, "RECIPIENT_REFUSED");
    await eventually(async () => (await throughput()).failed > 0);
    assert.deepEqual(
      given.reports.filter(({ body }) => body.mailboxId === mailbox.id),
      [],
    );
  });

  it("lets all wait while the server is away, tells the machine once, and sends them after recovery", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port);
    await target.stop();
    const sends = await Promise.all(Array.from({ length: 30 }, (_, n) => given.submit(mailbox, `away${n}`)));
    await eventually(async () => {
      const page = await given.around.request("outbound-send.send.list", { mailboxId: mailbox.id, state: "waiting" });
      return page.items.length === 30;
    });
    const inOrder: number[] = [];
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
      const asked = { mailboxId: mailbox.id, limit: 12, sort: "acceptedAt", ...(cursor ? { cursor } : {}) };
      const page: RequestOutput<"outbound-send.send.list"> = await given.around.request(
        "outbound-send.send.list",
        asked,
      );
      inOrder.push(...page.items.map(({ acceptedAt }) => acceptedAt));
      cursor = page.next ?? undefined;
    }
    assert.equal(inOrder.length, 30);
    assert.deepEqual(
      inOrder,
      inOrder.toSorted((a, b) => a - b),
    );
    const told = () => given.reports.filter(({ body }) => body.mailboxId === mailbox.id);
    await eventually(() => told().length >= 1);
    assert.deepEqual(
      told().map(({ type }) => type),
      ["mailbox.run-failed.v1"],
    );
    assert.match(JSON.stringify(told()[0]?.body.failure), /"CONNECTION_REFUSED"/);

    await target.start();
    await given.syncRun(mailbox);
    await eventually(() => target.taken.length === 30, { timeoutMs: 10_000 });
    assert.deepEqual(
      told().map(({ type }) => type),
      ["mailbox.run-failed.v1", "mailbox.run-succeeded.v1"],
    );
    await eventually(async () => (await stateOf(sends[29]?.id as string)) === "sent");
    assert.equal(target.taken.length, 30);
  });

  it("holds a send whose answer was lost, until a person decides", async () => {
    const target = await sink({ final: (_id, nth) => (nth === 1 ? "drop" : "250 ok") });
    const mailbox = given.mailbox(target.port, { uncertainPolicy: "hold" });
    const send = await given.submit(mailbox, "lost");
    await eventually(async () => (await stateOf(send.id)) === "uncertain");
    await eventually(() =>
      given.facts.some(
        ({ type, body }) =>
          type === "alert.raised.v1" &&
          body.code === "SEND_UNCERTAIN" &&
          (body.object as { id: string }).id === send.id,
      ),
    );
    const { open } = await createSendStore(given.store, "observer").backlog(Date.now());
    assert.ok((new Map(open).get("uncertain") ?? 0) > 0);
    assert.equal(target.taken.length, 0);
    target.script = {};
    const command = { commandId: "c1", by: "test", id: send.id };
    await given.around.request("outbound-send.send.release", command);
    await given.around.request("outbound-send.send.release", command);
    await eventually(async () => (await stateOf(send.id)) === "sent");
    assert.deepEqual(target.taken, [send.messageId]);
    await eventually(() =>
      given.facts.some(
        ({ type, body }) => type === "alert.cleared.v1" && (body.object as { id: string }).id === send.id,
      ),
    );
    await assert.rejects(
      given.around.request("outbound-send.send.discard", { ...command, commandId: "c2" }),
      /is sent/,
    );
  });

  it("sends again with the same Message-ID where the profile says so", async () => {
    let finals = 0;
    const target = await sink({ final: () => (++finals === 1 ? "drop" : "250 ok") });
    const mailbox = given.mailbox(target.port, { uncertainPolicy: "resend" });
    const send = await given.submit(mailbox, "lost");
    await eventually(async () => (await stateOf(send.id)) === "sent");
    assert.deepEqual(target.taken, [send.messageId]);
  });

  it("keeps what is submitted to a mailbox that may not send, and sends it when it may", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port, { state: "idle" });
    const send = await given.submit(mailbox, "early");
    await eventually(async () => (await stateOf(send.id)) === "waiting");
    mailbox.state = "enabled.running";
    await given.announce(mailbox);
    await eventually(async () => (await stateOf(send.id)) === "sent");
  });

  it("expires what waited too long, with an alert", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port, { state: "idle", sendExpiryMs: 300 });
    const send = await given.submit(mailbox, "old");
    await eventually(async () => (await stateOf(send.id)) === "expired", { timeoutMs: 10_000 });
    await eventually(() =>
      given.facts.some(({ type, body }) => type === "alert.raised.v1" && body.code === "SEND_EXPIRED"),
    );
  });

  it("fails what waits for a mailbox that is deleted", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port, { state: "idle" });
    const send = await given.submit(mailbox, "orphan");
    await eventually(async () => (await stateOf(send.id)) === "waiting");
    given.mailboxes.delete(mailbox.id);
    await given.around.publish({
      id: `${mailbox.id}:deleted`,
      subject: subjects.mailboxFact(mailbox.id, "deleted"),
      type: "mailbox.deleted.v1",
      mailboxId: mailbox.id,
      at: Date.now(),
      body: { mailboxId: mailbox.id, v: 9, at: Date.now() },
    });
    await eventually(async () => (await stateOf(send.id)) === "failed");
    assert.equal((await given.get(send.id)).lastError?.code, "MAILBOX_DELETED");
  });

  it("tests by really sending a probe, once, however often the run is delivered", async () => {
    const target = await sink({}, { keepRaw: true });
    const mailbox = given.mailbox(target.port, { state: "testing", generation: 4 });
    const body = { mailboxId: mailbox.id, direction: "outbound" as const, purpose: "test" as const, generation: 4 };
    const request = (id: string) =>
      given.around.publish({
        id,
        subject: subjects.run("outbound", "test", mailbox.id, 4),
        type: "run.requested.v1",
        at: Date.now(),
        body,
      });
    const told = () => given.reports.filter((report) => report.body.mailboxId === mailbox.id);
    await request("t1");
    await eventually(() => told().length === 1);
    assert.equal(told()[0]?.type, "mailbox.run-succeeded.v1");
    assert.deepEqual(target.taken, [`<test.${mailbox.id}.4@example.org>`]);
    assert.match(target.raw[0] ?? "", /X-Mailfleet-Probe: mb_[\s\S]*; code=/);
    await eventually(async () => (await request("t2")) === "stored");
    await eventually(() =>
      given.facts.some(({ type, body: fact }) => type === "run.finished.v1" && fact.mailboxId === mailbox.id),
    );
    const steps = given.facts.filter(({ type, body: fact }) => type === "run.step.v1" && fact.mailboxId === mailbox.id);
    assert.deepEqual(
      steps.map(({ body: fact }) => (fact.step as { step: string }).step),
      ["resolve", "connect", "tls", "authenticate", "send"],
    );
    assert.equal(target.taken.length, 1);
  });

  it("is not put off while the mailbox comes back: what waits goes out at once", async () => {
    const target = await sink();
    const mailbox = given.mailbox(target.port, { state: "enabled.retrying" });
    const send = await given.submit(mailbox, "comes-back");
    await eventually(async () => (await stateOf(send.id)) === "waiting");
    // It is released, and the mailbox is away again when it is looked at; it comes back when the send was just put off.
    await given.store.db.collection("sends").updateOne({ _id: send.id as never }, { $set: { due: send.acceptedAt } });
    given.asked.beforeAnswer = async (mailboxId) => {
      if (mailboxId !== mailbox.id) return;
      const { due = 0 } = (await given.stored(send.id)) ?? {};
      if (due > Date.now() + 10_000) mailbox.state = "enabled.running";
    };
    await eventually(async () => (await stateOf(send.id)) === "sent", { timeoutMs: 20_000 });
    given.asked.beforeAnswer = async () => {};
  });
});
