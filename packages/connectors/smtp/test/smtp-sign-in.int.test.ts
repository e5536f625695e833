import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import type { ConnectOptions, TokenCredentials } from "@mailfleet/connector-api";
import { Secret } from "@mailfleet/contracts";
import { type Dovecot, mailServers, type Postfix, startDovecot, startPostfix } from "@mailfleet/local/testing";
import { smtpConnector } from "../src/index.ts";

const { skip } = await mailServers();
const signal = new AbortController().signal;
const address = "one@example.test";
const hs256Key = "a key that only this test knows, long enough";
const connector = smtpConnector();
const raw = Buffer.from(`From: ${address}\r\nTo: ${address}\r\nSubject: token\r\n\r\ntext\r\n`);

/** A token as an authorization server would sign it; Dovecot reads it by itself. */
function tokenFor(account: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const body = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: account, iat: now - 5, exp: now + 600 })}`;
  return `${body}.${createHmac("sha256", hs256Key).update(body).digest("base64url")}`;
}

describe("signing in to real Postfix with a token", { skip }, () => {
  let dovecot: Dovecot;
  let postfix: Postfix;
  before(async () => {
    dovecot = await startDovecot({ users: { [address]: "right", "two@example.test": "two" }, oauth: { hs256Key } });
    postfix = await startPostfix({ dovecot });
  });
  after(async () => {
    await postfix?.stop();
    await dovecot?.stop();
  });
  /** Gives these tokens one after another; the last one again and again. */
  function giving(...tokens: string[]) {
    const asked: boolean[] = [];
    const accessToken: TokenCredentials["accessToken"] = async ({ renew }) => {
      asked.push(renew);
      return new Secret(tokens[Math.min(asked.length, tokens.length) - 1] ?? "");
    };
    return { asked, credentials: { type: "token", username: address, accessToken } as const };
  }
  const options = (credentials: ConnectOptions["credentials"], more: object = {}): ConnectOptions => ({
    mailboxId: "mb_test",
    address,
    server: {
      host: "localhost",
      port: postfix.ports.submission,
      security: "starttls",
      trustedCertificates: dovecot.certificate,
    },
    credentials,
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 10_000,
    ...more,
  });
  const probe = { envelope: { from: address, to: [address] }, raw };

  it("by XOAUTH2 sends", async () => {
    const { credentials } = giving(tokenFor(address));
    const report = await connector.test(options(credentials), probe, () => {}, signal);
    assert.equal(report.failure, null, JSON.stringify(report));
    assert.match(report.steps.find(({ step }) => step === "authenticate")?.detail ?? "", /XOAUTH2/);
    assert.ok(!JSON.stringify(report).includes(tokenFor(address).slice(0, 20)));
  });

  it("that is refused is renewed within the same attempt", async () => {
    const { credentials, asked } = giving(tokenFor("nobody@example.test"), tokenFor(address));
    const session = connector.open(options(credentials), 1);
    const sent = await session.submit(probe.envelope, raw, signal);
    assert.match(sent.answer, /^250/);
    assert.deepEqual(asked, [false, true]);
    await session.close();
  });

  it("that is refused twice means that the consent has ended, and shows no token", async () => {
    const wrong = tokenFor("nobody@example.test");
    const { credentials, asked } = giving(wrong);
    const { failure, steps } = await connector.test(options(credentials), null, () => {}, signal);
    assert.equal(failure?.code, "CONSENT_EXPIRED");
    assert.equal(asked.length, 2);
    assert.ok(!JSON.stringify([failure, steps]).includes(wrong));
  });

  it("goes to no port and no address that is not allowed", async () => {
    const { credentials, asked } = giving(tokenFor(address));
    const refused = await connector.test(options(credentials, { allowedPorts: [465] }), null, () => {}, signal);
    assert.equal(refused.failure?.code, "PORT_NOT_ALLOWED");
    const server = { host: "169.254.169.254", port: 465, security: "tls" };
    const metadata = await connector.test(options(credentials, { server }), null, () => {}, signal);
    assert.equal(metadata.failure?.code, "ADDRESS_NOT_ALLOWED");
    assert.deepEqual(asked, []);
  });
});
