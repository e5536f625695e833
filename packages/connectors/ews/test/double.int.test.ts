import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf, Secret } from "@mailfleet/contracts";
import { type EwsDouble, makeCertificate, startEwsDouble } from "@mailfleet/local/doubles";
import { ewsInbound, ewsOutbound } from "../src/index.ts";

const never = new AbortController().signal;
const [jane, service] = ["jane@example.test", "svc@example.test"];

describe("against the double of Exchange", () => {
  let exchange: EwsDouble;
  let trusted = "";
  let accepted = true;
  let valid = "good";
  before(async () => {
    const certificate = await makeCertificate();
    trusted = certificate.certificate;
    exchange = await startEwsDouble({
      certificate,
      accounts: [
        { address: jane, password: "right" },
        { address: service, password: "service", impersonates: true },
      ],
      oauth: {
        introspect: (token) =>
          token === valid && accepted ? { account: "", clientId: "app", scopes: ["https://127.0.0.1/.default"] } : null,
      },
    });
  });
  after(() => exchange.stop());

  const options = (
    server: Partial<ConnectOptions["server"]> = {},
    credentials?: ConnectOptions["credentials"],
  ): ConnectOptions => ({
    mailboxId: "mb_test",
    address: jane,
    server: {
      host: "127.0.0.1",
      port: Number(new URL(exchange.url).port),
      security: "tls",
      trustedCertificates: trusted,
      ...server,
    },
    credentials: credentials ?? { type: "password", username: jane, password: new Secret("right") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8"],
    connectionTimeoutMs: 5000,
  });
  const byService = { type: "password", username: "EXAMPLE\\svc", password: new Secret("service") } as const;

  async function read(given: ConnectOptions, count: number) {
    const known = new Set<string>();
    for (let n = 0; n < count; n += 1)
      exchange.deliver(jane, `From: kim@example.test\r\nTo: ${jane}\r\nSubject: n${n}\r\n\r\ntext\r\n`);
    const session = await ewsInbound.open(given, never);
    const more = { processFrom: null, batchSize: 20, signal: never, known: (name: string) => known.has(name) };
    let cursor = null;
    try {
      for (const round of [1, 2])
        for await (const batch of session.listNew(cursor, more)) {
          assert.ok(round === 1 || batch.messages.length === 0, "handed over twice");
          for (const { identity = "" } of batch.messages) known.add(identity);
          cursor = batch.cursor;
        }
    } finally {
      await session.close();
    }
    return known.size;
  }

  for (const authentication of ["basic", "ntlm", "negotiate", "auto"] as const)
    test(`${authentication}: receives a hundred messages once, and sends ten once`, async () => {
      exchange.extendedProtection = authentication !== "basic";
      const there = exchange.mailbox(jane).items.size;
      const given = options({ authentication });
      assert.ok((await read(given, 100)) >= 100);
      assert.ok(exchange.mailbox(jane).items.size >= there + 100);
      const before = exchange.sent.length;
      const session = ewsOutbound.open(given, 2);
      for (let n = 0; n < 10; n += 1)
        await session.submit(
          { from: jane, to: ["a@x.test"] },
          Buffer.from(`From: ${jane}\r\nTo: a@x.test\r\nSubject: ${n}\r\n\r\n`),
          never,
        );
      await session.close();
      assert.equal(exchange.sent.length, before + 10);
      exchange.extendedProtection = false;
    });

  test("a token acts for the mailbox by impersonation, if full_access_as_app was consented to", async () => {
    const token = { type: "token", username: jane, accessToken: async () => new Secret("good") } as const;
    const given = options({ authentication: "oauth", access: "impersonation" }, token);
    assert.ok((await read(given, 1)) >= 1);
    exchange.permissions = [];
    await assert.rejects(read(given, 1), /ACCESS_DENIED: 403/);
    exchange.permissions = ["full_access_as_app"];
  });

  test("a session outlives its tokens, one after another and with several requests at once", async (t) => {
    t.after(() => {
      valid = "good";
    });
    const accessToken = async () => new Secret(valid);
    const given = options(
      { authentication: "oauth", access: "impersonation" },
      { type: "token", username: jane, accessToken },
    );
    const session = ewsOutbound.open(given, 3);
    t.after(() => session.close());
    const raw = Buffer.from(`From: ${jane}\r\nTo: a@x.test\r\n\r\n`);
    const send = () => session.submit({ from: jane, to: ["a@x.test"] }, raw, never);
    const before = exchange.sent.length;
    for (const token of ["first", "second", "third"]) {
      valid = token;
      await Promise.all([send(), send(), send()]);
    }
    assert.equal(exchange.sent.length, before + 9);
    // One that is refused as soon as it was got is not asked for again and again.
    accepted = false;
    t.after(() => {
      accepted = true;
    });
    await assert.rejects(send, /AUTHENTICATION_REJECTED/);
  });

  test("a message whose token was refused, and that got no other, was certainly not sent", async (t) => {
    t.after(() => {
      accepted = true;
    });
    const accessToken = async ({ renew }: { renew: boolean }) => {
      if (renew) throw new FailureError(failureOf("CLIENT_REJECTED"));
      return new Secret("good");
    };
    const session = ewsOutbound.open(
      options({ authentication: "oauth", access: "impersonation" }, { type: "token", username: jane, accessToken }),
      2,
    );
    t.after(() => session.close());
    const send = () =>
      session.submit({ from: jane, to: ["a@x.test"] }, Buffer.from(`From: ${jane}\r\nTo: a@x.test\r\n\r\n`), never);
    await send();
    const before = exchange.sent.length;
    accepted = false;
    await assert.rejects(send, (error) => error instanceof FailureError && error.failure.code === "CLIENT_REJECTED");
    assert.equal(exchange.sent.length, before);
  });

  test("a service account outside of its scope is refused, and so is a delegate without rights", async () => {
    assert.ok((await read(options({ access: "impersonation" }, byService), 1)) >= 1);
    exchange.limitScope([]);
    const codeOf = (given: ConnectOptions) =>
      ewsInbound.open(given, never).then(
        () => "opened",
        (error: unknown) => (error instanceof FailureError ? error.failure.code : String(error)),
      );
    assert.equal(await codeOf(options({ access: "impersonation" }, byService)), "IMPERSONATION_DENIED");
    exchange.limitScope(null);
    assert.equal(await codeOf(options({ access: "delegation" }, byService)), "DELEGATION_DENIED");
    exchange.delegate(jane, service);
    assert.equal(await codeOf(options({ access: "delegation" }, byService)), "opened");
    exchange.version = "2010";
    assert.equal(await codeOf(options()), "EXCHANGE_TOO_OLD");
    exchange.version = "2019";
  });
});
