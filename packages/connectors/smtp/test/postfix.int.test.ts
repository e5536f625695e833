import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import {
  type Dovecot,
  eventually,
  mailServers,
  type Postfix,
  startDovecot,
  startPostfix,
} from "@mailfleet/local/testing";
import { readHeaders, readUndeliverable } from "@mailfleet/mime";
import { smtpConnector } from "../src/index.ts";

const { skip } = await mailServers();
const signal = new AbortController().signal;
const address = "one@example.test";
const connector = smtpConnector();
const raw = (n: number) => Buffer.from(`From: ${address}\r\nTo: ${address}\r\nSubject: ${n}\r\n\r\n.hidden dot\r\n`);

describe("with real Postfix", { skip }, () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  before(async () => {
    dovecot = await startDovecot({ users: { [address]: "right", "two@example.test": "two" } });
    const alias =
      "virtual_alias_maps = inline:{ {two@example.test = gone@example.com}, {one+x@example.test = away@example.com} }";
    postfix = await startPostfix({ dovecot, configuration: alias });
  });
  after(async () => {
    await postfix?.stop();
    await dovecot?.stop();
  });
  const options = (security: "none" | "starttls" | "tls", password = "right", trusted = true): ConnectOptions => ({
    mailboxId: "mb_test",
    address,
    server: {
      host: "localhost",
      port: security === "tls" ? postfix.ports.submissions : postfix.ports.submission,
      security,
      ...(trusted ? { trustedCertificates: dovecot.certificate } : {}),
    },
    credentials: { type: "password", username: address, password: new Secret(password) },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 10_000,
  });

  for (const security of ["starttls", "tls"] as const)
    it(`tests and sends over ${security}`, async () => {
      const probe = { envelope: { from: address, to: [address] }, raw: raw(1) };
      const report = await connector.test(options(security), probe, () => {}, signal);
      assert.equal(report.failure, null, JSON.stringify(report));
      assert.match(report.steps.find(({ step }) => step === "tls")?.detail ?? "", /TLSv1\.[23]/);
      const session = connector.open(options(security), 3);
      const sent = await Promise.all(
        Array.from({ length: 12 }, (_, n) => session.submit(probe.envelope, raw(n), signal)),
      );
      assert.ok(sent.every(({ answer }) => answer.startsWith("250")));
      await session.close();
    });

  it("is told how to name a message and its recipients, and reports so", async () => {
    const session = connector.open(options("starttls"), 1);
    const to = ["one+x@example.test", "two@example.test"];
    await session.submit({ id: "sn_abc123", from: address, to }, raw(99), signal);
    await session.close();
    const reports = await eventually(async () => {
      const all = await dovecot.messages(address);
      const found = all.flatMap((one) => readUndeliverable(one, readHeaders(one)) ?? []);
      return found.flatMap(({ recipients }) => recipients).length >= 2 && found;
    });
    assert.deepEqual(new Set(reports.map(({ sendId }) => sendId)), new Set(["sn_abc123"]));
    const returned = (await dovecot.messages(address)).filter((one) => one.includes("Original-Envelope-Id"));
    assert.ok(!returned.some((one) => one.includes(".hidden dot")), "only the header comes back");
    const named = reports.flatMap(({ recipients }) =>
      recipients.map(({ address: whom, original }) => [whom, original]),
    );
    assert.deepEqual(named.sort(), [
      ["away@example.com", "one+x@example.test"],
      ["gone@example.com", "two@example.test"],
    ]);
  });

  it("trusts no certificate that nobody vouches for", async () => {
    const { failure } = await connector.test(options("tls", "right", false), null, () => {}, signal);
    assert.equal(failure?.code, "TLS_CERTIFICATE_UNTRUSTED");
  });

  it("names a wrong password and an unknown recipient", async () => {
    const outcome = async (from: string, to: string, password?: string) => {
      const session = connector.open(options("starttls", password), 1);
      try {
        const { rejected } = await session.submit({ from, to: [address, to] }, raw(0), signal);
        return rejected.map((each) => each.address).join();
      } catch (error) {
        return error instanceof FailureError ? error.failure.code : String(error);
      } finally {
        await session.close();
      }
    };
    assert.equal(await outcome(address, address, "wrong"), "AUTHENTICATION_REJECTED");
    assert.equal(await outcome(address, "nobody@example.test"), "nobody@example.test");
  });
});
