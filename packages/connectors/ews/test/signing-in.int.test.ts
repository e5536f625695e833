import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Authentication, FailureError, Secret } from "@mailfleet/contracts";
import { makeCertificate } from "@mailfleet/local/doubles";
import { ewsInbound } from "../src/index.ts";
import { ntlmServer } from "./ntlm-server.ts";
import { type ScriptedExchange, startScriptedExchange } from "./scripted-exchange.ts";

const address = "jane@example.org";
const never = new AbortController().signal;
const ntlm = ntlmServer({ user: "EXAMPLE\\jane", password: "right" });
let exchange: ScriptedExchange;
before(async () => {
  exchange = await startScriptedExchange(ntlm.judge);
});
after(() => exchange.stop());
beforeEach(() => {
  ntlm.set(null);
  ntlm.seen.splice(0);
  exchange.asked.splice(0);
});

const options = (authentication: Authentication, password = "right"): ConnectOptions => ({
  mailboxId: "mb_test",
  address,
  server: { host: "127.0.0.1", port: exchange.port, security: "none", authentication },
  credentials: { type: "password", username: "EXAMPLE\\jane", password: new Secret(password) },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});

const codeOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (error instanceof FailureError) return `${error.failure.code}: ${error.failure.evidence?.reply}`;
    throw error;
  }
  return assert.fail("it was signed in");
};

describe("signing in by NTLM", () => {
  for (const [authentication, scheme] of [
    ["ntlm", "NTLM"],
    ["negotiate", "Negotiate"],
    ["auto", "NTLM"],
  ] as const)
    test(`${authentication}: proves the password once for a connection, whatever is asked over it`, async () => {
      const session = await ewsInbound.open(options(authentication), never);
      for (let count = 0; count < 12; count += 1) {
        const receivedAt = new Date(count * 1000).toISOString();
        exchange.inbox.push({ id: `${authentication}${count}`, receivedAt, mime: `Subject: ${count}\r\n\r\n` });
      }
      let given = 0;
      for await (const { messages } of session.listNew(null, {
        processFrom: null,
        batchSize: 5,
        signal: never,
        known: () => false,
      }))
        given += messages.length;
      await session.close();
      assert.equal(given, exchange.inbox.length);
      assert.deepEqual(ntlm.seen, [`${scheme} 1`, `${scheme} 3`]);
      exchange.inbox.splice(0);
    });

  test("tries a wrong password once", async () => {
    assert.match(await codeOf(ewsInbound.open(options("ntlm", "wrong"), never)), /^AUTHENTICATION_REJECTED/);
    assert.deepEqual(ntlm.seen, ["NTLM 1", "NTLM 3"]);
  });

  for (const [trouble, authentication, words] of [
    ["v1", "ntlm", /^NTLM_CHALLENGE_REFUSED: .*NTLMv1 only/],
    ["garbage", "ntlm", /^NTLM_CHALLENGE_REFUSED: .*no NTLM message/],
    ["none", "ntlm", /^AUTHENTICATION_REJECTED/],
    ["kerberos", "negotiate", /^AUTHENTICATION_NOT_OFFERED: .*Kerberos/],
  ] as const)
    test(`a challenge that is ${trouble} is not answered: ${words.source}`, async () => {
      ntlm.set(trouble);
      assert.match(await codeOf(ewsInbound.open(options(authentication), never)), words);
      assert.ok(!ntlm.seen.some((one) => one.endsWith(" 3")), "no proof was given");
    });

  test("a way that the server does not offer is not tried", async () => {
    assert.match(
      await codeOf(ewsInbound.open(options("basic"), never)),
      /^AUTHENTICATION_NOT_OFFERED: .*Negotiate, NTLM; the profile allows Basic/,
    );
  });
});

test("a suite that is too weak is refused by its name, before the password is sent", async () => {
  const { key, certificate } = await makeCertificate();
  const asked: unknown[] = [];
  const server = createServer(
    { key, cert: certificate, ciphers: "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA", maxVersion: "TLSv1.2" },
    (request, response) => {
      asked.push(request.headers.authorization);
      response.end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const given = options("basic");
  const { port } = server.address() as AddressInfo;
  try {
    const secure = { ...given.server, port, security: "tls", trustedCertificates: certificate } as const;
    assert.match(
      await codeOf(ewsInbound.open({ ...given, server: secure }, never)),
      /^TLS_TOO_WEAK: TLSv1.2, TLS_ECDHE_\w+_WITH_AES_128_CBC_SHA/,
    );
    assert.deepEqual(asked, []);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
