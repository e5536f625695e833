import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { mailServers } from "./mail-servers.ts";
import { type Dovecot, startDovecot } from "./start-dovecot.ts";
import { type Postfix, startPostfix } from "./start-postfix.ts";

const { skip } = await mailServers();
const ann = "ann@example.test";
const bob = "bob@example.test";
const key = "0123456789abcdef0123456789abcdef";

/** Address by token; what is not here is not active (RFC 7662 §2.2). */
const tokens = new Map([
  ["token-of-ann", ann],
  ["token-of-bob", bob],
]);

const introspection = () =>
  createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      const username = tokens.get(new URLSearchParams(body).get("token") ?? "");
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(username ? { active: true, username } : { active: false }));
    });
  });

/** How many messages an independent client sees, signed in like this. */
async function count(dovecot: Dovecot, auth: { user: string; pass?: string; accessToken?: string; authzid?: string }) {
  const client = new ImapFlow({
    host: "127.0.0.1",
    port: dovecot.ports.imaps,
    secure: true,
    tls: { ca: dovecot.certificate },
    auth,
    logger: false,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    const status = await client.status("INBOX", { messages: true });
    return status ? status.messages : undefined;
  } finally {
    client.close();
  }
}

const xoauth2 = (user: string, token: string) =>
  Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`).toString("base64");
const bearer = (user: string, token: string) =>
  Buffer.from(`n,a=${user},\x01auth=Bearer ${token}\x01\x01`).toString("base64");

/** The last line that POP3 answers to these lines, each sent after the answer to the one before. */
async function pop3(dovecot: Dovecot, lines: readonly string[]): Promise<string> {
  const socket = connect(dovecot.ports.pop3, "127.0.0.1");
  let last = "";
  for (const line of ["", ...lines]) {
    if (line) socket.write(`${line}\r\n`);
    [last] = (await once(socket, "data")).map(String) as [string];
  }
  socket.destroy();
  return last;
}

describe("throw-away mail servers and bearer tokens", { skip }, () => {
  let http: Server;
  let dovecot: Dovecot;
  let postfix: Postfix;
  before(async () => {
    http = introspection().listen(0, "127.0.0.1");
    await once(http, "listening");
    dovecot = await startDovecot({
      users: { [ann]: "one", [bob]: "two" },
      oauth: { introspectionUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}/introspect` },
    });
    postfix = await startPostfix({ dovecot });
    await dovecot.drop(ann, 2, (index) => `Subject: ${index}\r\n\r\nx\r\n`);
  });
  after(async () => {
    await postfix?.stop();
    await dovecot?.stop();
    http?.closeAllConnections();
    http?.close();
  });

  test("IMAP takes a token of this user, and no other", async () => {
    assert.equal(await count(dovecot, { user: ann, accessToken: "token-of-ann" }), 2);
    await assert.rejects(count(dovecot, { user: ann, accessToken: "token-of-nobody" }));
    await assert.rejects(count(dovecot, { user: ann, accessToken: "token-of-bob" }));
  });

  test("passwords are taken as before", async () => {
    assert.equal(await count(dovecot, { user: ann, pass: "one" }), 2);
    await assert.rejects(count(dovecot, { user: ann, pass: "two" }));
  });

  test("POP3 takes XOAUTH2 and OAUTHBEARER, and answers a refusal with a challenge", async () => {
    assert.match(await pop3(dovecot, [`AUTH XOAUTH2 ${xoauth2(ann, "token-of-ann")}`]), /^\+OK/);
    assert.match(await pop3(dovecot, [`AUTH OAUTHBEARER ${bearer(ann, "token-of-ann")}`]), /^\+OK/);
    const challenge = await pop3(dovecot, [`AUTH XOAUTH2 ${xoauth2(ann, "token-of-nobody")}`]);
    assert.match(Buffer.from(challenge.slice(2), "base64").toString(), /"status":"(invalid_token|401|400)"/);
    assert.match(await pop3(dovecot, [`AUTH XOAUTH2 ${xoauth2(ann, "token-of-nobody")}`, "="]), /^-ERR/);
  });

  test("submission takes a token, and no other", async () => {
    const send = async (accessToken: string) => {
      const transport = createTransport({
        host: "127.0.0.1",
        port: postfix.ports.submission,
        requireTLS: true,
        tls: { ca: dovecot.certificate },
        auth: { type: "OAuth2", user: ann, accessToken },
      });
      try {
        return (await transport.sendMail({ from: ann, to: bob, subject: "hello", text: "hi" })).response;
      } finally {
        transport.close();
      }
    };
    assert.match(await send("token-of-ann"), /^250/);
    await assert.rejects(send("token-of-nobody"), { responseCode: 535 });
  });

  test("a token that was withdrawn is refused at the next sign-in", async () => {
    tokens.set("short-lived", ann);
    assert.equal(await count(dovecot, { user: ann, accessToken: "short-lived" }), 2);
    tokens.delete("short-lived");
    await assert.rejects(count(dovecot, { user: ann, accessToken: "short-lived" }));
  });
});

describe("a throw-away Dovecot with tokens that it checks itself, and master users", { skip }, () => {
  let dovecot: Dovecot;
  before(async () => {
    dovecot = await startDovecot({
      users: { [ann]: "one", [bob]: "two" },
      oauth: { hs256Key: key },
      masterUsers: { robot: "master" },
    });
    await dovecot.drop(ann, 1, () => "Subject: x\r\n\r\nx\r\n");
    await dovecot.drop(bob, 3, () => "Subject: x\r\n\r\nx\r\n");
  });
  after(() => dovecot?.stop());

  const jwt = (claims: object, signingKey = key) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    return `${signed}.${createHmac("sha256", signingKey).update(signed).digest("base64url")}`;
  };
  const now = Math.floor(Date.now() / 1000);

  test("a JWT is taken until it expires, and only under the right key", async () => {
    const claims = { sub: ann, iat: now - 60, exp: now + 600 };
    assert.equal(await count(dovecot, { user: ann, accessToken: jwt(claims) }), 1);
    await assert.rejects(count(dovecot, { user: ann, accessToken: jwt({ ...claims, exp: now - 1 }) }));
    await assert.rejects(count(dovecot, { user: ann, accessToken: jwt(claims, "another key of some length") }));
  });

  test("a master user opens each account, by name pattern and by authorization identity", async () => {
    assert.equal(await count(dovecot, { user: `${ann}*robot`, pass: "master" }), 1);
    assert.equal(await count(dovecot, { user: "robot", pass: "master", authzid: ann }), 1);
    assert.equal(await count(dovecot, { user: "robot", pass: "master", authzid: bob }), 3);
    await assert.rejects(count(dovecot, { user: "robot", pass: "wrong", authzid: bob }));
    await assert.rejects(count(dovecot, { user: "robot", pass: "master", authzid: "nobody@example.test" }));
  });

  test("nobody else may act for others", async () => {
    await assert.rejects(count(dovecot, { user: ann, pass: "one", authzid: bob }));
  });
});
