import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { type Batch, type ConnectOptions, type Cursor, checkBalance, type ListOptions } from "@mailfleet/connector-api";
import { type FailureError, Secret, type TestStep } from "@mailfleet/contracts";
import { liveBytes } from "@mailfleet/local/testing";
import { ewsInbound } from "../src/index.ts";
import { fault, type ScriptedExchange, startScriptedExchange } from "./scripted-exchange.ts";

const address = "jane@example.org";
const never = new AbortController().signal;
let exchange: ScriptedExchange;
before(async () => {
  exchange = await startScriptedExchange();
});
after(() => exchange.stop());
beforeEach(() => {
  exchange.inbox.splice(0);
  exchange.asked.splice(0);
  exchange.settings.page = 512;
  exchange.settings.oldVersion = false;
});

const options = (password = "right", server: Partial<ConnectOptions["server"]> = {}): ConnectOptions => ({
  mailboxId: "mb_test",
  address,
  server: { host: "127.0.0.1", port: exchange.port, security: "none", authentication: "basic", ...server },
  credentials: { type: "password", username: address, password: new Secret(password) },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});

const give = (count: number, from = 0) => {
  for (let n = from; n < from + count; n += 1) {
    const receivedAt = new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
    exchange.inbox.push({
      id: `${"A".repeat(508)}${String(n).padStart(4, "0")}`,
      receivedAt,
      mime: `Subject: n${n}\r\n\r\ntext\r\n`,
    });
  }
};

async function read(cursor: Cursor | null, more: Partial<ListOptions> = {}) {
  const session = await ewsInbound.open(options(), never);
  const batches: Batch[] = [];
  const texts: string[] = [];
  const names: string[] = [];
  try {
    for await (const batch of session.listNew(cursor, {
      processFrom: null,
      batchSize: 10,
      signal: never,
      known: () => false,
      ...more,
    })) {
      checkBalance(batch);
      batches.push(batch);
      for (const { raw, identity } of batch.messages) {
        const pieces: Uint8Array[] = [];
        if (raw instanceof Uint8Array) pieces.push(raw);
        else for await (const piece of raw) pieces.push(piece);
        texts.push(Buffer.concat(pieces).toString());
        names.push(identity ?? "");
      }
    }
  } finally {
    await session.close();
  }
  return { batches, texts, names, cursor: batches.at(-1)?.cursor ?? cursor };
}

const subjects = (texts: readonly string[]) => texts.map((text) => /^Subject: (.*)\r$/m.exec(text)?.[1]);

describe("receiving from Exchange", () => {
  test("hands over everything once, oldest first, over several pages, and keeps a state of 150 KB", async () => {
    exchange.settings.page = 7;
    give(30);
    const first = await read(null);
    assert.deepEqual(
      subjects(first.texts),
      exchange.inbox.map((_, n) => `n${n}`),
    );
    // The new state comes with the last message only.
    assert.deepEqual(
      first.batches.map(({ cursor }) => String(cursor.sync).length > 0),
      [false, false, true],
    );
    give(2, 30);
    const second = await read(first.cursor);
    assert.deepEqual(subjects(second.texts), ["n30", "n31"]);
    assert.equal((await read(second.cursor)).batches.length, 0);
  });

  test("a message above 256 KB is read on while it is taken, byte for byte", async () => {
    const mime = `Subject: large\r\n\r\n${"0123456789abcde\r\n".repeat(40_000)}`;
    exchange.inbox.push({ id: "L", receivedAt: "2026-01-01T00:00:00Z", mime });
    give(2, 1);
    const { texts, batches } = await read(null);
    assert.equal(texts[0], mime);
    assert.equal(batches[0]?.messages[0]?.raw instanceof Uint8Array, false);
    assert.equal(texts.length, 3);
  });

  test("60 MB of MIME inside XML cost at most 16 MB of memory", async () => {
    const line = Buffer.from(`${"QUJD".repeat(19)}\r\n`.repeat(800));
    const times = Math.ceil((60 * 1024 * 1024 * 4) / 3 / line.length);
    exchange.inbox.push({ id: "H", receivedAt: "2026-01-01T00:00:00Z", mime: "" });
    exchange.next({ operation: "GetItem", mime: { piece: line, times } });
    const session = await ewsInbound.open(options(), never);
    const before = liveBytes().all;
    let [size, looked, most] = [0, 0, 0];
    const list = { processFrom: null, batchSize: 10, signal: never, known: () => false };
    for await (const { messages } of session.listNew(null, list))
      for (const { raw } of messages)
        for await (const piece of raw as AsyncIterable<Uint8Array>) {
          size += piece.length;
          if (size - looked < 4 * 1024 * 1024) continue;
          looked = size;
          most = Math.max(most, liveBytes().all - before);
        }
    await session.close();
    assert.equal(size, 800 * 57 * times);
    assert.ok(most < 16 * 1024 * 1024, `${most} bytes`);
  });

  test("starts over where Exchange no longer knows the state, and says so", async () => {
    give(3);
    const seen = new Set((await read(null)).names);
    give(1, 3);
    const { batches, texts } = await read({ sync: "bogus" }, { known: (name) => seen.has(name) });
    assert.deepEqual(subjects(texts), ["n3"]);
    assert.equal(batches[0]?.resynchronised, true);
  });

  test("passes over drafts and what came earlier, counts what is gone, sets aside what cannot be read", async () => {
    give(4);
    exchange.inbox.push({ id: "D", receivedAt: "2026-02-01T00:00:00Z", mime: "Subject: d\r\n\r\n", draft: true });
    exchange.next(
      { operation: "GetItem", code: "ErrorItemNotFound" },
      { operation: "GetItem", code: "ErrorContentConversionFailed" },
    );
    const { batches, texts } = await read(null, { processFrom: Date.UTC(2026, 0, 1, 0, 0, 1) });
    const [batch] = batches;
    assert.deepEqual(batch?.passedOver, { older: 1, draft: 1 });
    assert.equal(batch?.gone, 1);
    assert.match(batch?.refused[0]?.failure.evidence?.reply ?? "", /ErrorContentConversionFailed: In its own words/);
    assert.equal(texts.length, 1);
    const [refused] = batch?.refused ?? [];
    const again = await read(batch?.cursor ?? null, { again: [refused?.name ?? ""], onlyAgain: true });
    assert.equal(again.texts.length, 1);
  });

  test("an audit lists everything by another way, and names what was never handed over", async () => {
    give(1003);
    const session = await ewsInbound.open(options(), never);
    const known = (name: string) => !name.endsWith("1002");
    const audit = await session.audit?.({ sync: "" }, { covers: [], known });
    await session.close();
    assert.deepEqual(audit, { says: 1003, lists: 1003, missing: [exchange.inbox[1002]?.id] });
  });

  test("tries a wrong password once", async () => {
    const opening = ewsInbound.open(options("wrong"), never);
    await assert.rejects(opening, (error: FailureError) => error.failure.code === "AUTHENTICATION_REJECTED");
    assert.equal(exchange.asked.length, 1);
  });

  test("names the mailbox in every request, and acts in its name only where the profile says so", async () => {
    give(1);
    await read(null);
    assert.ok(
      exchange.asked.every(
        ({ headers, body }) => headers["x-anchormailbox"] === address && !body.includes("Impersonation"),
      ),
    );
    exchange.asked.splice(0);
    for (const access of ["impersonation", "delegation"] as const)
      await (await ewsInbound.open(options("right", { access }), never)).close();
    const [impersonating, delegated] = exchange.asked.map(({ body }) => body);
    assert.match(
      impersonating ?? "",
      /<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>jane@example.org</,
    );
    assert.match(delegated ?? "", /<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>jane@example.org</);
  });
});

describe("testing a mailbox of Exchange", () => {
  const run = async (given: ConnectOptions) => {
    const seen: TestStep[] = [];
    const { failure } = await ewsInbound.test(given, (step) => seen.push(step), never);
    return { seen: seen.map(({ step, outcome }) => `${step} ${outcome}`), failure };
  };

  test("goes the whole way", async () => {
    give(2);
    const { seen, failure } = await run(options());
    assert.deepEqual(seen, ["connect ok", "tls skipped", "authenticate ok", "access ok", "list ok"]);
    assert.equal(failure, null);
  });

  test("says at which step it ends, and in whose words", async () => {
    assert.deepEqual((await run(options("wrong"))).seen, ["connect ok", "tls skipped", "authenticate failed"]);
    exchange.next({
      operation: "GetFolder",
      status: 500,
      body: fault("ErrorImpersonateUserDenied", "The account does not have permission."),
    });
    const denied = await run(options("right", { access: "impersonation" }));
    assert.deepEqual(denied.seen, ["connect ok", "tls skipped", "authenticate ok", "access failed"]);
    assert.equal(denied.failure?.code, "IMPERSONATION_DENIED");
    exchange.settings.oldVersion = true;
    assert.equal((await run(options())).failure?.code, "EXCHANGE_TOO_OLD");
  });

  test("an answer that would take memory or time without end is refused by name", async () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "${"x".repeat(1000)}">]><a>${"&b;".repeat(1000)}</a>`;
    exchange.next({ operation: "GetFolder", body: bomb });
    const { failure } = await run(options());
    assert.equal(failure?.code, "PROTOCOL_ERROR");
    assert.match(failure?.evidence?.reply ?? "", /document type/);
  });
});
