import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, type TestContext, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { pop3Connector } from "@mailfleet/connector-pop3";
import { FailureError, failureOf, Secret } from "@mailfleet/contracts";
import {
  type Dovecot,
  mailServers,
  type Pop3Script,
  scriptedPop3,
  startDovecot,
  usualCapabilities as usual,
} from "@mailfleet/local/testing";
import { never, optionsFor, readAll } from "./read-all.ts";

const { skip } = await mailServers();
const connector = pop3Connector;
const ann = "ann@example.test";
const bob = "bob@example.test";

/** Gives one token after the other, and keeps how it was asked. */
function tokensOf(username: string, ...tokens: string[]) {
  const asked: boolean[] = [];
  const credentials: ConnectOptions["credentials"] = {
    type: "token",
    username,
    accessToken: async ({ renew }) => new Secret(tokens[asked.push(renew) - 1] ?? "no more tokens"),
  };
  return { credentials, asked };
}
async function outcome(options: ConnectOptions) {
  const report = await connector.test(options, () => {}, never);
  return { code: report.failure?.code, last: report.steps.at(-1), text: JSON.stringify(report), report };
}

describe("signing in to Dovecot over POP3", { skip }, () => {
  const key = "a-key-of-this-test-alone-32-bytes";
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startDovecot({
      users: { [ann]: "one", [bob]: "two" },
      oauth: { hs256Key: key },
      masterUsers: { robot: "master" },
    });
    await dovecot.drop(ann, 2, (n) => `Subject: for ann ${n}\r\n\r\nx\r\n`);
    await dovecot.drop(bob, 1, (n) => `Subject: for bob ${n}\r\n\r\nx\r\n`);
  });
  after(() => dovecot?.stop());

  const server = () => ({
    host: "127.0.0.1",
    port: dovecot.ports.pop3s,
    security: "tls" as const,
    trustedCertificates: dovecot.certificate,
  });
  const tokenFor = (address: string) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: address, iat: now - 10, exp: now + 600 })}`;
    return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
  };
  async function subjects(credentials: ConnectOptions["credentials"]) {
    const session = await connector.open(optionsFor(0, { server: server(), credentials }), never);
    const { found } = await readAll(session);
    await session.close();
    return found.map(({ raw }) => /Subject: (.*)\r/.exec(raw.toString())?.[1]);
  }
  const password = (username: string, word: string, authorizationIdentity?: string) => ({
    type: "password" as const,
    username,
    password: new Secret(word),
    ...(authorizationIdentity && { authorizationIdentity }),
  });
  const refused = (error: unknown) => error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED";

  test("a master user reads each mailbox by authorization identity: A never sees B's mail", async () => {
    assert.deepEqual(await subjects(password("robot", "master", ann)), ["for ann 0", "for ann 1"]);
    assert.deepEqual(await subjects(password("robot", "master", bob)), ["for bob 0"]);
    await assert.rejects(subjects(password("robot", "wrong", bob)), refused);
    await assert.rejects(subjects(password("robot", "master", "nobody@example.test")), refused);
    await assert.rejects(subjects(password(ann, "one", bob)), refused);
  });

  test("or by a pattern of the user name", async () => {
    assert.deepEqual(await subjects(password(`${bob}*robot`, "master")), ["for bob 0"]);
  });

  test("a token opens the mailbox of its user, and nobody else's", async () => {
    assert.deepEqual(await subjects(tokensOf(ann, tokenFor(ann)).credentials), ["for ann 0", "for ann 1"]);
    await assert.rejects(
      subjects(tokensOf(ann, tokenFor(bob), tokenFor(bob)).credentials),
      (error) => error instanceof FailureError && error.failure.code === "CONSENT_EXPIRED",
    );
  });

  test("a refused token is renewed once within the same attempt", async () => {
    const { credentials, asked } = tokensOf(ann, "stale-token", tokenFor(ann));
    const { code, report } = await outcome(optionsFor(0, { server: server(), credentials }));
    assert.equal(code, undefined);
    assert.deepEqual(asked, [false, true]);
    assert.match(report.steps[3]?.detail ?? "", /signed in as ann@example.test, with a renewed token/);
    assert.equal(report.steps.length, 5);
  });

  test("a second refusal means that the consent has ended, in the server's words and without the token", async () => {
    const { credentials, asked } = tokensOf(ann, "stale-token-1", "stale-token-2", "never");
    const { code, last, text } = await outcome(optionsFor(0, { server: server(), credentials }));
    assert.deepEqual([code, last?.step, asked], ["CONSENT_EXPIRED", "authenticate", [false, true]]);
    assert.match(last?.detail ?? "", /-ERR \[AUTH\].*; .*"status":/);
    assert.doesNotMatch(text, /stale-token/);
  });
});

describe("signing in to a POP3 server that makes it hard", () => {
  async function serve(t: TestContext, script: Pop3Script) {
    const server = await scriptedPop3(script);
    t.after(() => server.close());
    return server;
  }
  const withSasl = (...mechanisms: string[]) => ["TOP", "UIDL", `SASL ${mechanisms.join(" ")}`];
  const master: ConnectOptions["credentials"] = {
    type: "password",
    username: "robot",
    password: new Secret("pa55word"),
    authorizationIdentity: ann,
  };
  const plain = (line: string) => Buffer.from(line, "base64").toString();

  test("an authorization identity is never left out where PLAIN is not offered", async (t) => {
    for (const capabilities of [null, ["USER"], withSasl("LOGIN"), withSasl("XOAUTH2")]) {
      const { port, heard } = await serve(t, { capabilities });
      assert.equal((await outcome(optionsFor(port, { credentials: master }))).code, "AUTHENTICATION_NOT_OFFERED");
      assert.ok(!heard.some((line) => /^(USER|PASS|AUTH)/.test(line)));
    }
    const { port, heard } = await serve(t, {});
    assert.equal((await outcome(optionsFor(port, { credentials: master }))).code, undefined);
    assert.ok(heard.some((line) => plain(line) === `${ann}\0robot\0pa55word`));
  });

  test("a name or password beyond ASCII goes by PLAIN; line breaks are not sent at all", async (t) => {
    const { port, heard } = await serve(t, {});
    const as = (username: string, word: string) =>
      optionsFor(port, { credentials: { type: "password", username, password: new Secret(word) } });
    assert.equal((await outcome(as("änn", "pa55wörd"))).code, undefined);
    assert.ok(heard.some((line) => plain(line) === "\0änn\0pa55wörd"));
    assert.ok(!heard.some((line) => line.startsWith("USER")));
    assert.equal((await outcome(as("recent:ann@example.test", "with blank"))).code, undefined);
    assert.ok(heard.includes("USER recent:ann@example.test") && heard.includes("PASS with blank"));
    const before = heard.length;
    assert.equal((await outcome(as("ann", "x\r\nDELE 1"))).code, "AUTHENTICATION_REJECTED");
    assert.deepEqual(
      heard.slice(before).filter((line) => !/^(CAPA|QUIT)/.test(line)),
      [],
    );
  });

  test("a password where only tokens are taken, a token where only passwords are", async (t) => {
    const onlyTokens = await serve(t, { capabilities: withSasl("XOAUTH2") });
    assert.equal((await outcome(optionsFor(onlyTokens.port))).code, "AUTHENTICATION_NOT_OFFERED");
    for (const capabilities of [null, ["USER"], withSasl("PLAIN")]) {
      const { port } = await serve(t, { capabilities });
      const { credentials, asked } = tokensOf(ann, "t");
      assert.equal((await outcome(optionsFor(port, { credentials }))).code, "AUTHENTICATION_NOT_OFFERED");
      assert.deepEqual(asked, [], "no token is asked for that cannot be used");
    }
  });

  test("a challenge to a token is answered with an empty line (XOAUTH2) or a control-A (OAUTHBEARER)", async (t) => {
    const challenge = Buffer.from('{"status":"401","schemes":"bearer"}').toString("base64");
    for (const [mechanism, answered] of [
      ["XOAUTH2", ""],
      ["OAUTHBEARER", "AQ=="],
    ] as const) {
      const answer = (line: string) =>
        line === answered
          ? "-ERR [AUTH] Username and password not accepted.\r\n"
          : /auth=Bearer/.test(plain(line))
            ? `+ ${challenge}\r\n`
            : undefined;
      const { port, heard } = await serve(t, { capabilities: withSasl(mechanism), answer });
      const { credentials, asked } = tokensOf(ann, "t1", "t2");
      const { code, last } = await outcome(optionsFor(port, { credentials }));
      assert.deepEqual([code, asked], ["CONSENT_EXPIRED", [false, true]]);
      assert.match(last?.detail ?? "", /not accepted\.; \{"status":"401"/);
      assert.equal(heard.filter((line) => line === answered).length, 2);
    }
  });

  for (const [reply, code] of [
    ["-ERR [SYS/PERM] Your account is not enabled for POP access.", "POP_SWITCHED_OFF"],
    ["-ERR [SYS/TEMP] Temporary system problem.", "SERVER_UNAVAILABLE"],
    ["-ERR [IN-USE] Unable to lock maildrop", "MAILBOX_IN_USE"],
  ] as const)
    test(`${code} asks for no other token`, async (t) => {
      const answer = (line: string) => (/auth=Bearer/.test(plain(line)) ? `${reply}\r\n` : undefined);
      const { port } = await serve(t, { capabilities: usual, answer });
      const { credentials, asked } = tokensOf(ann, "t1", "t2");
      assert.equal((await outcome(optionsFor(port, { credentials }))).code, code);
      assert.deepEqual(asked, [false]);
    });

  test("a token that cannot be had is its own failure; one that takes too long is a time-out", async (t) => {
    const { port } = await serve(t, {});
    const given = (accessToken: () => Promise<Secret>, connectionTimeoutMs = 2000) =>
      optionsFor(port, { credentials: { type: "token", username: ann, accessToken }, connectionTimeoutMs });
    const ended = await outcome(given(async () => Promise.reject(new FailureError(failureOf("CONSENT_MISSING")))));
    assert.equal(ended.code, "CONSENT_MISSING");
    assert.equal((await outcome(given(() => new Promise(() => {}), 100))).code, "CONNECTION_TIMEOUT");
  });

  test("a server that is content with AUTH alone opened nobody's mailbox", async (t) => {
    const answer = (line: string) => (line === "AUTH PLAIN" ? "+OK welcome\r\n" : undefined);
    const { port } = await serve(t, { answer });
    assert.equal((await outcome(optionsFor(port, { credentials: master }))).code, "AUTHENTICATION_NOT_OFFERED");
  });

  test("a connection lost while signing in is no refusal of the credentials", async (t) => {
    const answer = (line: string) => (line.startsWith("PASS") ? null : undefined);
    const { port } = await serve(t, { answer });
    assert.equal((await outcome(optionsFor(port))).code, "CONNECTION_LOST");
  });
});
