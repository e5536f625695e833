import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Batch, Cursor, FetchedMessage, ListOptions } from "@mailfleet/connector-api";
import { checkBalance } from "@mailfleet/connector-api";
import { FailureError } from "@mailfleet/contracts";
import { gmailInbound } from "../src/index.ts";
import { fetch, listOptions, mail, startAccount, type TestAccount } from "./account.ts";

const stops: (() => Promise<void>)[] = [];
after(async () => {
  for (const stop of stops) await stop();
});

async function account(options?: Parameters<typeof startAccount>[0]): Promise<TestAccount> {
  const started = await startAccount(options);
  stops.push(() => started.gmail.stop());
  return started;
}

interface Read {
  readonly batches: readonly Batch[];
  readonly messages: readonly (FetchedMessage & { text: string })[];
  readonly cursor: Cursor | null;
}

/** Reads what is new, as a worker does: whole messages, one batch after the other. */
async function read({ connect }: TestAccount, cursor: Cursor | null, more: Partial<ListOptions> = {}): Promise<Read> {
  const options = listOptions(more);
  const session = await gmailInbound({ fetch }).open(connect, options.signal);
  try {
    const batches: Batch[] = [];
    const messages: (FetchedMessage & { text: string })[] = [];
    for await (const batch of session.listNew(cursor, options)) {
      checkBalance(batch);
      batches.push(batch);
      for (const message of batch.messages) messages.push({ ...message, text: await textOf(message) });
    }
    return { batches, messages, cursor: batches.at(-1)?.cursor ?? cursor };
  } finally {
    await session.close();
  }
}

async function textOf({ raw }: FetchedMessage): Promise<string> {
  if (raw instanceof Uint8Array) return Buffer.from(raw).toString("latin1");
  const pieces: Uint8Array[] = [];
  for await (const piece of raw) pieces.push(piece);
  return Buffer.concat(pieces).toString("latin1");
}

async function batchesOf(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

const subjects = ({ messages }: Read) => messages.map(({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1]);
const failsWith = (code: string, reply: RegExp) => (error: unknown) => {
  assert.ok(error instanceof FailureError, String(error));
  assert.equal(error.failure.code, code);
  assert.match(error.failure.evidence?.reply ?? "", reply);
  return true;
};

describe("receiving through Gmail's API", () => {
  test("the first run gives everything once, oldest first, byte by byte, and its position only with the last", async () => {
    const jane = await account();
    const given = Array.from({ length: 60 }, (_, at) => mail(`message ${at}`, `\xe9 ${"x".repeat(at)}\r\n`));
    for (const text of given) jane.gmail.deliver(jane.address, Buffer.from(text, "latin1"));
    const first = await read(jane, null);
    assert.deepEqual(
      first.messages.map(({ text }) => text),
      given,
    );
    const ids = first.messages.map(({ nativeId }) => nativeId);
    assert.ok(ids.every((id) => /^[0-9a-z]{9}-[0-9a-f]+$/.test(id)));
    assert.equal(new Set(ids).size, 60);
    assert.equal(new Set(first.batches.slice(0, -1).map(({ cursor }) => cursor.historyId)).size, 1);
    assert.equal(first.batches[0]?.cursor.historyId, "");
    assert.match(String(first.cursor?.historyId), /^\d+$/);
    assert.deepEqual(jane.asked(), [
      "GET /profile",
      "GET /labels/INBOX",
      "GET /messages",
      ...Array(3).fill("POST /batch/gmail/v1"),
    ]);
  });

  test("nothing new is one request; what came since is two", async () => {
    const jane = await account();
    jane.gmail.deliver(jane.address, mail("old"));
    const { cursor } = await read(jane, null);
    jane.asked();
    const nothing = await read(jane, cursor);
    assert.deepEqual(nothing.batches, []);
    assert.deepEqual(jane.asked(), ["GET /history"]);
    const { id } = jane.gmail.deliver(jane.address, mail("new"));
    const next = await read(jane, cursor);
    assert.deepEqual(subjects(next), ["new"]);
    assert.equal(next.messages[0]?.identity, id);
    assert.deepEqual(jane.asked(), ["GET /history", "GET /profile", `GET /messages/${id}`]);
  });

  test("what was sent lies elsewhere; pages and batches are read to their end", async () => {
    const jane = await account();
    const { cursor } = await read(jane, null);
    for (let at = 0; at < 1100; at += 1) jane.gmail.deliver(jane.address, mail(`${at}`));
    const next = await read(jane, cursor);
    assert.deepEqual(
      subjects(next),
      Array.from({ length: 1100 }, (_, at) => `${at}`),
    );
    assert.deepEqual((await read(jane, null)).messages.length, 1100);
    assert.deepEqual((await read(jane, next.cursor)).batches, []);
  });

  test("a lost history begins anew from the list, marked, without what is known", async () => {
    const jane = await account();
    for (const subject of ["a", "b", "c"]) jane.gmail.deliver(jane.address, mail(subject));
    const first = await read(jane, null);
    jane.gmail.deliver(jane.address, mail("d"));
    jane.gmail.expireHistory();
    jane.asked();
    const known = new Set(first.messages.map(({ identity }) => identity));
    const next = await read(jane, first.cursor, { known: (identity) => known.has(identity) });
    assert.deepEqual(subjects(next), ["d"]);
    assert.equal(next.batches[0]?.resynchronised, true);
    assert.deepEqual((await read(jane, next.cursor)).batches, []);
    jane.gmail.expireHistory();
    for (const { identity } of next.messages) known.add(identity);
    const nothing = await read(jane, next.cursor, { known: (identity) => known.has(identity) });
    assert.equal(nothing.batches.length, 1);
    assert.equal(nothing.batches[0]?.resynchronised, true);
    assert.notEqual(nothing.cursor?.historyId, next.cursor?.historyId);
  });

  test("a run that breaks off gives the rest next time, and only the rest", async () => {
    const jane = await account();
    for (let at = 0; at < 80; at += 1) jane.gmail.deliver(jane.address, mail(`${at}`));
    const stored = new Map<string, FetchedMessage>();
    const options = listOptions();
    const session = await gmailInbound({ fetch }).open(jane.connect, options.signal);
    let cursor: Cursor | null = null;
    for await (const batch of session.listNew(null, options)) {
      for (const message of batch.messages) stored.set(message.identity as string, message);
      cursor = batch.cursor;
      if (stored.size >= 25) break;
    }
    await session.close();
    const rest = await read(jane, cursor, { known: (identity) => stored.has(identity) });
    assert.equal(rest.messages.length + stored.size, 80);
    assert.ok(rest.messages.every(({ identity }) => !stored.has(identity as string)));
    assert.equal(rest.batches[0]?.resynchronised, undefined);
  });

  test("mail before the date limit is passed over by its exact time", async () => {
    const jane = await account();
    jane.gmail.deliver(jane.address, mail("before"));
    const before = await read(jane, null);
    const limit = (before.messages[0]?.receivedAt ?? 0) + 1;
    while (Date.now() <= limit) await new Promise((resolve) => setImmediate(resolve));
    jane.gmail.deliver(jane.address, mail("after"));
    const limited = await read(jane, null, { processFrom: limit });
    assert.deepEqual(subjects(limited), ["after"]);
    assert.deepEqual(
      limited.batches.flatMap(({ notWanted }) => notWanted ?? []),
      [before.messages[0]?.identity],
    );
  });

  test("large messages come as streams, in their place, and small ones around them", async () => {
    const jane = await account();
    const line = `${"0123456789abcdef".repeat(4)}\r\n`;
    const large = mail("large", line.repeat(20_000));
    const given = [mail("one"), large, mail("two"), mail("three"), mail("last", line.repeat(5000))];
    for (const text of given) jane.gmail.deliver(jane.address, text);
    const { messages, batches } = await read(jane, null);
    assert.deepEqual(
      messages.map(({ text }) => text.length),
      given.map((text) => text.length),
    );
    assert.ok(messages.every(({ text }, at) => text === given[at]));
    assert.deepEqual(
      messages.map(({ raw }) => raw instanceof Uint8Array),
      [true, false, true, true, false],
    );
    assert.deepEqual(
      batches.map(({ cursor }) => cursor.historyId !== ""),
      [false, false, false, true],
    );
  });

  test("a message larger than what is read of one batch stops nothing", async () => {
    const jane = await account();
    const huge = mail("huge", "0123456789abcde\n".repeat(1_000_000));
    for (const text of [mail("one"), huge, mail("two"), huge, mail("three")]) jane.gmail.deliver(jane.address, text);
    const { messages, batches } = await read(jane, null);
    assert.deepEqual(
      messages.map(({ text }) => text.length),
      [mail("one"), huge, mail("two"), huge, mail("three")].map((text) => text.length),
    );
    assert.equal(messages[1]?.text, huge);
    assert.deepEqual(batches.map(({ cursor }) => cursor.historyId !== "").lastIndexOf(false), batches.length - 2);
  });

  test("a token that was refused is renewed once, also for many requests", async () => {
    const jane = await account();
    jane.gmail.deliver(jane.address, mail("hello"));
    jane.token = "stale";
    const { connect } = jane;
    const options = listOptions();
    const session = await gmailInbound({ fetch }).open(connect, options.signal);
    jane.token = jane.goodToken;
    const batches = await batchesOf(session.listNew(null, options));
    assert.equal(batches.flatMap(({ messages }) => messages).length, 1);
    assert.deepEqual(jane.renewals, [false, true]);
    for (let at = 0; at < 30; at += 1) jane.gmail.deliver(jane.address, mail(`${at}`));
    jane.gmail.failNext({ path: "/users/me/messages/", status: 401, times: 25 });
    assert.equal((await read(jane, null)).messages.length, 31);
    assert.deepEqual(jane.renewals, [false, true, false, true]);
    jane.token = "dead";
    await assert.rejects(read(jane, null), failsWith("CONSENT_EXPIRED", /^401 .*invalid authentication credentials/));
  });

  test("refusals have their codes, Google's words, and what it says about waiting", async () => {
    const jane = await account();
    const { cursor } = await read(jane, null);
    const fails = async (trouble: Parameters<typeof jane.gmail.failNext>[0], code: string, reply: RegExp) => {
      jane.gmail.failNext({ path: "/history", ...trouble });
      let failure: FailureError | undefined;
      await assert.rejects(read(jane, cursor), (error) => {
        failure = error as FailureError;
        return failsWith(code, reply)(error);
      });
      return failure?.failure.retryAfterMs;
    };
    assert.equal(await fails({ status: 429, headers: { "retry-after": "7" } }, "RATE_LIMITED", /concurrent/), 7000);
    assert.equal(await fails({ status: 403 }, "RATE_LIMITED", /userRateLimitExceeded/), undefined);
    await fails({ status: 403, reason: "dailyLimitExceeded" }, "RATE_LIMITED", /Daily/);
    await fails({ status: 403, reason: "insufficientPermissions" }, "CONSENT_TOO_NARROW", /scopes/);
    await fails({ status: 403, reason: "domainPolicy" }, "ACCESS_DENIED", /administrators/);
    await fails({ status: 403, reason: "delegationDenied" }, "ACCESS_DENIED", /Delegation/);
    await fails({ status: 400, reason: "failedPrecondition" }, "ACCOUNT_DISABLED", /not enabled/);
    await fails({ status: 500 }, "SERVER_UNAVAILABLE", /^500/);
    await fails({ status: 503, headers: { "retry-after": "2" } }, "SERVER_UNAVAILABLE", /^503/);
    await fails({ status: 404, body: "<html>no such page</html>" }, "NOT_THIS_PROTOCOL", /no such page/);
    jane.gmail.switchApiOff();
    await assert.rejects(read(jane, cursor), failsWith("API_SWITCHED_OFF", /accessNotConfigured/));
    jane.gmail.switchApiOn();
    jane.gmail.failNext({ path: "/history", status: 200, body: { historyId: "1" }, cutOff: true });
    await assert.rejects(read(jane, cursor), (error) => (error as FailureError).failure.code === "CONNECTION_LOST");
    await jane.gmail.stop();
    await assert.rejects(read(jane, cursor), (error) => (error as FailureError).failure.code === "CONNECTION_REFUSED");
  });

  test("where some of a batch are refused, the others are handed over and the rest asked for in smaller batches", async () => {
    const jane = await account();
    for (let at = 0; at < 40; at += 1) jane.gmail.deliver(jane.address, mail(`${at}`));
    jane.gmail.failNext({ path: "/users/me/messages/", status: 429, times: 10 });
    const all = await read(jane, null);
    assert.equal(new Set(all.messages.map(({ identity }) => identity)).size, 40);
    assert.equal(all.messages.length, 40);
    assert.notEqual(all.cursor?.historyId, "");
    assert.ok(all.batches.slice(0, -1).every(({ cursor }) => cursor.historyId === ""));
  });

  test("where a whole batch is refused, the run ends with what Gmail said", async () => {
    const jane = await account();
    for (let at = 0; at < 30; at += 1) jane.gmail.deliver(jane.address, mail(`${at}`));
    jane.gmail.failNext({ path: "/users/me/messages/", status: 403, reason: "rateLimitExceeded", times: 25 });
    await assert.rejects(read(jane, null), failsWith("RATE_LIMITED", /Rate Limit Exceeded/));
    jane.gmail.failNext({ path: "/batch", cutOff: true });
    await assert.rejects(read(jane, null), (error) => (error as FailureError).failure.code === "CONNECTION_LOST");
  });

  test("a message that is deleted in between is left out", async () => {
    const jane = await account();
    for (const subject of ["a", "b", "c"]) jane.gmail.deliver(jane.address, mail(subject));
    jane.gmail.failNext({ path: "/users/me/messages/", status: 404 });
    const all = await read(jane, null);
    assert.equal(all.messages.length, 2);
    assert.notEqual(all.cursor?.historyId, "");
  });

  test("a test names its steps; another account's sign-in is refused with both addresses", async () => {
    const jane = await account();
    jane.gmail.deliver(jane.address, mail("hello"));
    const seen: string[] = [];
    const signal = AbortSignal.timeout(10_000);
    const report = await gmailInbound({ fetch }).test(jane.connect, ({ step }) => seen.push(step), signal);
    assert.deepEqual(seen, ["connect", "authenticate", "list"]);
    assert.equal(report.failure, null);
    assert.match(report.steps[2]?.detail ?? "", /^1 message /);
    const other = { ...jane.connect, address: "joe@example.org" };
    const refused = await gmailInbound({ fetch }).test(other, () => {}, signal);
    assert.equal(refused.failure?.code, "ACCESS_DENIED");
    assert.match(refused.steps.at(-1)?.detail ?? "", /jane@example\.org.*joe@example\.org/);
    const session = await gmailInbound({ fetch }).open(other, signal);
    await assert.rejects(batchesOf(session.listNew(null, listOptions())), failsWith("ACCESS_DENIED", /joe@/));
    const slow = { ...jane.connect, connectionTimeoutMs: 100 };
    jane.gmail.failNext({ path: "/profile", delayMs: 600 });
    const late = await gmailInbound({ fetch }).test(slow, () => {}, signal);
    assert.deepEqual(
      late.steps.map(({ step, code }) => [step, code]),
      [["connect", "CONNECTION_TIMEOUT"]],
    );
    assert.ok(!JSON.stringify([report, refused, late]).includes(jane.goodToken));
  });
});
