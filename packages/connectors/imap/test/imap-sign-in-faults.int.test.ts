import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { FailureError, failureOf, Secret } from "@mailfleet/contracts";
import { scriptedImap } from "@mailfleet/local/testing";

const never = new AbortController().signal;

/** A server with these capabilities and this answer to AUTHENTICATE and LOGIN. */
async function server(t: TestContext, auth: string, answer: string, greeting = "* OK ready\r\n") {
  const started = await scriptedImap(greeting, (tag, command) => {
    const verb = command.split(" ")[0] ?? "";
    if (verb === "CAPABILITY") return `* CAPABILITY IMAP4rev1 ${auth}\r\n${tag} OK done\r\n`;
    if (verb === "AUTHENTICATE" || verb === "LOGIN") return answer.replaceAll("TAG", tag);
    if (verb === "EXAMINE")
      return `* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n${tag} OK [READ-ONLY] done\r\n`;
    return `${tag} OK done\r\n`;
  });
  t.after(() => started.close());
  return started;
}

const options = (port: number, more: Partial<ConnectOptions>): ConnectOptions => ({
  mailboxId: "mb_test",
  address: "ann@example.test",
  server: { host: "127.0.0.1", port, security: "none" },
  credentials: null,
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8", "::1"],
  connectionTimeoutMs: 2000,
  ...more,
});

const tokens = (accessToken: (renew: boolean) => Promise<string>): { credentials: ConnectOptions["credentials"] } => ({
  credentials: {
    type: "token",
    username: "ann@example.test",
    accessToken: async ({ renew }) => new Secret(await accessToken(renew)),
  },
});
const master = {
  credentials: {
    type: "password",
    username: "robot",
    password: new Secret("pa55word"),
    authorizationIdentity: "ann@example.test",
  },
} as const;

async function outcome(given: ConnectOptions) {
  const report = await imapConnector.test(given, () => {}, never);
  return { code: report.failure?.code, last: report.steps.at(-1)?.step, text: JSON.stringify(report) };
}

describe("signing in to an IMAP server that makes it hard", () => {
  test("an authorization identity is never left out where PLAIN is not offered", async (t) => {
    for (const auth of ["", "AUTH=LOGIN", "AUTH=XOAUTH2 AUTH=LOGIN"]) {
      const { port, heard } = await server(t, auth, "TAG OK welcome\r\n");
      const { code, last } = await outcome(options(port, master));
      assert.deepEqual([code, last], ["AUTHENTICATION_NOT_OFFERED", "authenticate"]);
      assert.doesNotMatch(heard.join("\n"), /LOGIN|AUTHENTICATE/);
    }
  });

  test("nor for a user name that imapflow would give to LOGIN", async (t) => {
    const { port, heard } = await server(t, "AUTH=PLAIN AUTH=LOGIN", "TAG NO no\r\n");
    await outcome(options(port, { credentials: { ...master.credentials, username: "DOMAIN\\robot" } }));
    assert.deepEqual(
      heard.filter((line) => /LOGIN|AUTHENTICATE/.test(line)).map((line) => line.split(" ").slice(1).join(" ")),
      ["AUTHENTICATE PLAIN"],
    );
  });

  test("a session that the server opens by itself is nobody's", async (t) => {
    const { port } = await server(t, "AUTH=PLAIN", "TAG OK\r\n", "* PREAUTH welcome robot\r\n");
    assert.equal((await outcome(options(port, master))).code, "AUTHENTICATION_NOT_OFFERED");
  });

  test("no token is asked for where none is taken", async (t) => {
    const { port } = await server(t, "AUTH=PLAIN", "TAG OK welcome\r\n");
    const asked: boolean[] = [];
    const { code, text } = await outcome(
      options(
        port,
        tokens(async (renew) => `token ${asked.push(renew)}`),
      ),
    );
    assert.deepEqual([code, asked], ["AUTHENTICATION_NOT_OFFERED", []]);
    assert.match(text, /offered: AUTH=PLAIN/);
  });

  test("a refusal for another reason asks for no other token", async (t) => {
    const answers = [
      ["[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page", "IMAP_SWITCHED_OFF"],
      ["[ALERT] Too many simultaneous connections. (Failure)", "TOO_MANY_CONNECTIONS"],
      ["[UNAVAILABLE] Temporary authentication failure.", "SERVER_UNAVAILABLE"],
    ];
    for (const [words, expected] of answers) {
      const { port } = await server(t, "AUTH=XOAUTH2", `TAG NO ${words}\r\n`);
      const asked: boolean[] = [];
      const given = tokens(async (renew) => `token-${asked.push(renew)}`);
      assert.equal((await outcome(options(port, given))).code, expected);
      assert.deepEqual(asked, [false]);
    }
  });

  test("a token is in no evidence, whatever the server repeats", async (t) => {
    const token = "ya29.very-secret-token";
    const sasl = Buffer.from(`user=ann@example.test\x01auth=Bearer ${token}\x01\x01`).toString("base64");
    const challenge = Buffer.from(JSON.stringify({ status: "400", token })).toString("base64");
    const started = await scriptedImap("* OK ready\r\n", (tag, command) => {
      if (command.startsWith("CAPABILITY")) return `* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n${tag} OK\r\n`;
      if (command.startsWith("AUTHENTICATE")) {
        refusedTag = tag;
        return `+ ${challenge}\r\n`;
      }
      return `${refusedTag} NO [AUTHENTICATIONFAILED] ${token} ${sasl}\r\n`;
    });
    let refusedTag = "";
    t.after(() => started.close());
    const { code, text } = await outcome(
      options(
        started.port,
        tokens(async () => token),
      ),
    );
    assert.equal(code, "CONSENT_EXPIRED");
    assert.doesNotMatch(text, /very-secret|dmVyeS1zZWNyZX|ZlcnktcIYWNyZX|ci1zZWNy/);
    const words = /"reply":"([^"]*)/.exec(text)?.[1] ?? "";
    for (const word of words.split(/\s/)) assert.doesNotMatch(Buffer.from(word, "base64").toString(), /secret-tok/);
  });

  test("what the token's issuer says is passed on as it is", async (t) => {
    const { port } = await server(t, "AUTH=XOAUTH2", "TAG NO [AUTHENTICATIONFAILED] no\r\n");
    const given = tokens(async (renew) => {
      if (renew) throw new FailureError(failureOf("CONSENT_ENDED_IN_TESTING"));
      return "stale";
    });
    const { code, last } = await outcome(options(port, given));
    assert.deepEqual([code, last], ["CONSENT_ENDED_IN_TESTING", "authenticate"]);
  });

  test("an issuer that does not answer ends at the one deadline, and is told", async (t) => {
    const { port } = await server(t, "AUTH=XOAUTH2", "TAG OK\r\n");
    let told = false;
    const credentials: ConnectOptions["credentials"] = {
      type: "token",
      username: "ann@example.test",
      accessToken: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            told = true;
            reject(signal.reason);
          });
        }),
    };
    const { code, last } = await outcome(options(port, { credentials, connectionTimeoutMs: 300 }));
    assert.deepEqual([code, last, told], ["CONNECTION_TIMEOUT", "authenticate", true]);
  });
});

describe("where an IMAP connector does not connect to", () => {
  test("a port that the organisation does not allow", async (t) => {
    const { port, heard } = await server(t, "", "");
    const given = options(port, { ...master, allowedPorts: [993, 995] });
    const { code, last, text } = await outcome({ ...given, server: { ...given.server, host: "no-such-host.invalid" } });
    assert.deepEqual([code, last, heard.length], ["PORT_NOT_ALLOWED", "settings", 0]);
    assert.match(text, /allowed outbound ports: 993, 995/);
    await assert.rejects(imapConnector.open(given, never), /PORT_NOT_ALLOWED/);
  });

  test("a link-local address, however it is written", async () => {
    for (const host of ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "2852039166"]) {
      const given = options(993, { ...master, server: { host, port: 993, security: "tls" } });
      const { code, last } = await outcome(given);
      assert.deepEqual([code, last], ["ADDRESS_NOT_ALLOWED", "resolve"], host);
    }
  });
});
