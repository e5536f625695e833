import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { ConnectOptions, ListOptions } from "@mailfleet/connector-api";
import { pop3Connector } from "@mailfleet/connector-pop3";
import { FailureError, Secret } from "@mailfleet/contracts";
import { type Dovecot, liveBytes, mailServers, startDovecot } from "@mailfleet/local/testing";
import { never, optionsFor, readAll } from "./read-all.ts";

const { skip } = await mailServers();
const connector = pop3Connector;
const crlf = (text: string) => text.replace(/\n/g, "\r\n");

describe("a POP3 connector and Dovecot", { skip }, () => {
  let dovecot: Dovecot;
  before(async () => {
    const names = ["many", "mixed", "large", "dates", "empty", "deleted", "expunged"];
    dovecot = await startDovecot({
      users: Object.fromEntries(names.map((name) => [`${name}@example.test`, "secret"])),
      configuration: "pop3_no_flag_updates = yes",
    });
  });
  after(() => dovecot?.stop());

  const optionsOf = (name: string, server: Partial<ConnectOptions["server"]> = {}, password = "secret") =>
    optionsFor(0, {
      address: `${name}@example.test`,
      server: {
        host: "127.0.0.1",
        port: dovecot.ports.pop3s,
        security: "tls",
        trustedCertificates: dovecot.certificate,
        ...server,
      },
      credentials: { type: "password", username: `${name}@example.test`, password: new Secret(password) },
    });
  async function read(name: string, more: Partial<ListOptions> = {}) {
    const session = await connector.open(optionsOf(name), never);
    try {
      return { ...(await readAll(session, more)), listed: session.listed?.() ?? [] };
    } finally {
      await session.close();
    }
  }

  for (const [security, port] of [
    ["tls", "pop3s"],
    ["starttls", "pop3"],
    ["none", "pop3"],
  ] as const)
    test(`every step passes with ${security}`, async () => {
      const { steps, failure } = await connector.test(
        optionsOf("empty", { security, port: dovecot.ports[port] }),
        () => {},
        never,
      );
      assert.equal(failure, null, JSON.stringify(failure));
      const tls = security === "none" ? "skipped" : "ok";
      assert.deepEqual(
        steps.map((step) => `${step.step} ${step.outcome}`),
        ["resolve ok", "connect ok", `tls ${tls}`, "authenticate ok", "list ok"],
      );
      if (security !== "none") assert.match(steps[2]?.detail ?? "", /^TLSv1\.[23] /);
      assert.equal(steps[4]?.detail, "0 messages in the inbox");
    });

  for (const security of ["tls", "starttls"] as const)
    test(`a certificate of an unknown authority is refused with ${security}`, async () => {
      const port = security === "tls" ? dovecot.ports.pop3s : dovecot.ports.pop3;
      const server = { security, port, trustedCertificates: undefined } as Partial<ConnectOptions["server"]>;
      const { failure, steps } = await connector.test(optionsOf("empty", server), () => {}, never);
      assert.deepEqual([failure?.code, steps.at(-1)?.step], ["TLS_CERTIFICATE_UNTRUSTED", "tls"]);
    });

  test("a wrong password is a refusal of the credentials, in the server's words", async () => {
    const { failure, steps } = await connector.test(optionsOf("empty", {}, "wrong-pa55"), () => {}, never);
    assert.deepEqual([failure?.code, steps.at(-1)?.step], ["AUTHENTICATION_REJECTED", "authenticate"]);
    assert.match(failure?.evidence?.reply ?? "", /\[AUTH\] Authentication failed/);
    await assert.rejects(
      connector.open(optionsOf("empty", {}, "wrong-pa55"), never),
      (error) => error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED",
    );
  });

  test("500 messages come once, in order, byte for byte", async () => {
    const make = (n: number) =>
      crlf(`Received: by x; Thu, 13 Nov 2025 10:00:00 +0000\nSubject: ${n}\n\n.\n..two\nbody ${n}\n`);
    await dovecot.drop("many@example.test", 500, make);
    const { found, listed, batches } = await read("many", { batchSize: 100 });
    assert.deepEqual(
      found.map((one) => one.raw.toString()),
      Array.from({ length: 500 }, (_, n) => make(n)),
    );
    assert.deepEqual(
      found.map((one) => one.identity),
      listed,
    );
    assert.equal(new Set(listed).size, 500);
    assert.equal(new Set(found.map((one) => one.nativeId)).size, 500);
    assert.ok(batches.every((batch) => batch.messages.length <= 100));
    assert.ok(found.every((one) => one.receivedAt === Date.parse("2025-11-13T10:00:00Z")));

    const known = new Set(listed);
    assert.deepEqual((await read("many", { known: (identity) => known.has(identity) })).batches, []);
    await dovecot.drop("many@example.test", 1, () => crlf("Subject: later\n\nx\n"));
    const later = await read("many", { known: (identity) => known.has(identity) });
    assert.deepEqual(
      later.found.map((one) => one.raw.toString()),
      [crlf("Subject: later\n\nx\n")],
    );
  });

  test("large and small, odd and empty ones come whole", async () => {
    const bodies = [
      "Subject: a\r\n\r\nx\r\n",
      `Subject: large\r\n\r\n${`.${"x".repeat(75)}\r\n`.repeat(20_000)}`,
      `Subject: a line of 5 MB\r\n\r\n${"y".repeat(5_000_000)}\r\n`,
      "\r\nno header\r\n",
      "Subject: 8 bit \xe9\r\n\r\n\0\xff\r\n",
      "Subject: z\r\n\r\n",
    ].map((text) => Buffer.from(text, "latin1"));
    await dovecot.drop("mixed@example.test", bodies.length, (n) => bodies[n] as Buffer);
    const { found } = await read("mixed");
    const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(
      found.map(({ raw }) => digest(raw)),
      bodies.map(digest),
    );
    assert.deepEqual(
      found.map(({ streamed }) => streamed),
      [false, true, true, false, false, false],
    );
  });

  test("a message of 50 MB is streamed: the server waits while nobody reads", async () => {
    const large = Buffer.from(`Subject: large\r\n\r\n${`${"x".repeat(998)}\r\n`.repeat(50_000)}`);
    await dovecot.drop("large@example.test", 1, () => large);
    const session = await connector.open(optionsOf("large"), never);
    const before = liveBytes().buffers;
    let peak = 0;
    let bytes = 0;
    let measured = 0;
    let measurements = 0;
    const options = { processFrom: null, batchSize: 50, signal: never, known: () => false };
    for await (const batch of session.listNew(null, options))
      for (const { raw } of batch.messages)
        for await (const piece of raw as AsyncIterable<Uint8Array>) {
          bytes += piece.length;
          if (bytes - measured < 4 * 1024 * 1024) continue;
          measured = bytes;
          measurements += 1;
          await setTimeout(20);
          peak = Math.max(peak, liveBytes().buffers - before);
        }
    await session.close();
    assert.equal(bytes, large.length);
    assert.ok(measurements >= 10, `measured ${measurements} times`);
    assert.ok(peak < 8 * 1024 * 1024, `${peak} bytes`);
  });

  test("older messages are passed over", async () => {
    const at = ["10 Nov", "12 Nov", "11 Nov", "13 Nov"];
    const make = (n: number) => crlf(`Received: by x; ${at[n]} 2025 10:00:00 +0000\nSubject: ${at[n]}\n\nx\n`);
    await dovecot.drop("dates@example.test", 4, make);
    const { found, passedOver, listed } = await read("dates", { processFrom: Date.parse("2025-11-12T00:00:00Z") });
    assert.deepEqual(
      found.map(({ raw }) => raw.toString()),
      [make(1), make(3)],
    );
    assert.deepEqual(passedOver, [listed[0], listed[2]]);
  });

  test("deleted messages are gone when the session is closed, the others keep their identity", async () => {
    await dovecot.drop("deleted@example.test", 5, (n) => crlf(`Subject: ${n}\n\nx\n`));
    const session = await connector.open(optionsOf("deleted"), never);
    const { found } = await readAll(session);
    const [first, second, third, fourth, fifth] = found.map(({ identity }) => identity);
    await session.remove?.([second, fourth, "not there"] as string[], never);
    await session.close();
    assert.equal((await dovecot.messages("deleted@example.test")).length, 3);
    assert.deepEqual((await read("deleted")).listed, [first, third, fifth]);

    // Without a listing before, and for what is gone already.
    const again = await connector.open(optionsOf("deleted"), never);
    await again.remove?.([first, second] as string[], never);
    await again.close();
    assert.deepEqual((await read("deleted")).listed, [third, fifth]);
  });
});

describe("POP3 from a Dovecot that gives all messages the same UIDL", { skip }, () => {
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startDovecot({
      users: { "ann@example.test": "secret" },
      configuration: "pop3_uidl_format = %v",
    });
  });
  after(() => dovecot?.stop());

  test("all of them are different messages, also copies", async () => {
    await dovecot.drop("ann@example.test", 4, (n) => crlf(`Subject: ${n % 2}\n\nx\n`));
    const options = optionsFor(dovecot.ports.pop3, {
      credentials: { type: "password", username: "ann@example.test", password: new Secret("secret") },
    });
    const session = await connector.open(options, never);
    const { found } = await readAll(session);
    await session.close();
    assert.equal(new Set(found.map(({ identity }) => identity)).size, 4);
  });
});
