import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { FailureError, Secret } from "@mailfleet/contracts";
import { type Dovecot, mailServers, startDovecot } from "@mailfleet/local/testing";

const never = new AbortController().signal;
const { skip } = await mailServers();
const ann = "ann@example.test";
const bob = "bob@example.test";

describe("an IMAP connector that signs in to Dovecot", { skip }, () => {
  /** Address by token that is active now. */
  const active = new Map<string, string>();
  let http: Server;
  let dovecot: Dovecot;
  before(async () => {
    http = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => {
        body += data;
      });
      request.on("end", () => {
        const username = active.get(new URLSearchParams(body).get("token") ?? "");
        response.end(JSON.stringify(username ? { active: true, username } : { active: false }));
      });
    }).listen(0, "127.0.0.1");
    await once(http, "listening");
    dovecot = await startDovecot({
      users: { [ann]: "one", [bob]: "two" },
      oauth: { introspectionUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` },
      masterUsers: { robot: "master" },
    });
    await dovecot.drop(ann, 3, (n) => `Subject: for ann ${n}\r\n\r\nx\r\n`);
    await dovecot.drop(bob, 2, (n) => `Subject: for bob ${n}\r\n\r\nx\r\n`);
  });
  after(async () => {
    await dovecot?.stop();
    http?.closeAllConnections();
    http?.close();
  });

  const optionsFor = (credentials: ConnectOptions["credentials"], more: Partial<ConnectOptions> = {}) => ({
    mailboxId: "mb_test",
    address: ann,
    server: {
      host: "127.0.0.1",
      port: dovecot.ports.imaps,
      security: "tls" as const,
      trustedCertificates: dovecot.certificate,
    },
    credentials,
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 10_000,
    ...more,
  });

  /** Gives one token after the other, and keeps how it was asked. */
  const tokensOf = (username: string, ...tokens: string[]) => {
    const asked: boolean[] = [];
    const credentials: ConnectOptions["credentials"] = {
      type: "token",
      username,
      accessToken: async ({ renew }) => new Secret(tokens[asked.push(renew) - 1] ?? "no more tokens"),
    };
    return { credentials, asked };
  };

  /** Subjects of all that lies in the inbox that these credentials open. */
  async function subjects(options: ConnectOptions): Promise<string[]> {
    const session = await imapConnector.open(options, never);
    const found: string[] = [];
    try {
      const list = { processFrom: null, batchSize: 50, signal: never, known: () => false };
      for await (const batch of session.listNew(null, list))
        for (const { raw } of batch.messages)
          found.push(/Subject: (.*)/.exec(Buffer.from(raw as Uint8Array).toString())?.[1]?.trim() ?? "");
    } finally {
      await session.close();
    }
    return found;
  }
  const forAnn = ["for ann 0", "for ann 1", "for ann 2"];

  test("a token opens the mailbox of its user", async () => {
    active.set("good-token-1", ann);
    const { credentials, asked } = tokensOf(ann, "good-token-1");
    assert.deepEqual(await subjects(optionsFor(credentials)), forAnn);
    assert.deepEqual(asked, [false]);
  });

  test("a token that is refused is renewed once within the same attempt", async () => {
    active.set("good-token-2", ann);
    const { credentials, asked } = tokensOf(ann, "stale-token", "good-token-2");
    const report = await imapConnector.test(optionsFor(credentials), () => {}, never);
    assert.equal(report.failure, null);
    assert.deepEqual(asked, [false, true]);
    assert.deepEqual(
      report.steps.map((step) => `${step.step} ${step.outcome}`),
      ["resolve ok", "connect ok", "tls ok", "authenticate ok", "list ok"],
    );
    assert.match(report.steps[3]?.detail ?? "", /signed in as ann@example.test, with a renewed token/);
  });

  test("a token that is refused again means that the consent has ended, in the server's words and without the token", async () => {
    const { credentials, asked } = tokensOf(ann, "stale-token-1", "stale-token-2", "never asked for");
    const { failure, steps } = await imapConnector.test(optionsFor(credentials), () => {}, never);
    assert.deepEqual(
      [failure?.code, failure?.kind, steps.at(-1)?.step],
      ["CONSENT_EXPIRED", "consent", "authenticate"],
    );
    assert.match(failure?.evidence?.reply ?? "", /AUTHENTICATIONFAILED.*"status":/);
    assert.deepEqual(asked, [false, true]);
    assert.doesNotMatch(JSON.stringify({ failure, steps }), /stale-token/);
  });

  test("a token of somebody else opens nothing", async () => {
    active.set("token-of-bob", bob);
    const { credentials } = tokensOf(ann, "token-of-bob", "token-of-bob");
    await assert.rejects(
      imapConnector.open(optionsFor(credentials), never),
      (error) => error instanceof FailureError && error.failure.code === "CONSENT_EXPIRED",
    );
  });

  test("a master user reads each mailbox by authorization identity: A never sees B's mail", async () => {
    const as = (authorizationIdentity: string, password = "master") =>
      optionsFor({ type: "password", username: "robot", password: new Secret(password), authorizationIdentity });
    assert.deepEqual(await subjects(as(ann)), forAnn);
    assert.deepEqual(await subjects(as(bob)), ["for bob 0", "for bob 1"]);
    const refused = (error: unknown) =>
      error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED";
    await assert.rejects(subjects(as("nobody@example.test")), refused);
    await assert.rejects(subjects(as(bob, "wrong")), refused);
  });

  test("a master user reads each mailbox by a pattern of the user name", async () => {
    const as = (address: string) =>
      optionsFor({ type: "password", username: `${address}*robot`, password: new Secret("master") });
    assert.deepEqual(await subjects(as(ann)), forAnn);
    assert.deepEqual(await subjects(as(bob)), ["for bob 0", "for bob 1"]);
  });

  test("an ordinary user may not act for another", async () => {
    const options = optionsFor({
      type: "password",
      username: ann,
      password: new Secret("one"),
      authorizationIdentity: bob,
    });
    await assert.rejects(
      subjects(options),
      (error) => error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED",
    );
  });
});
