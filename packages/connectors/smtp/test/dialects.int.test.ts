import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { DeferredError } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { SMTPServer } from "smtp-server";
import { smtpConnector } from "../src/index.ts";
import { type DialectOptions, dialectCases } from "./dialects.cases.ts";
import { type Script, type ScriptedServer, scriptedServer } from "./scripted-server.ts";

const signal = new AbortController().signal;
const raw = Buffer.from("From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n");
const envelope = { from: "a@example.org", to: ["b@example.org"] };
const running: ScriptedServer[] = [];
after(async () => {
  for (const server of running) await server.stop();
});

async function given(script: Script, options: DialectOptions = {}) {
  const server = await scriptedServer(script);
  running.push(server);
  return { server, options: optionsFor(server.port, options) };
}

function optionsFor(
  port: number,
  { username = "a@example.org", password = "correct horse", authorizationIdentity, ...more }: DialectOptions,
): ConnectOptions {
  const identity = authorizationIdentity === undefined ? {} : { authorizationIdentity };
  return {
    mailboxId: "mb_test",
    address: "a@example.org",
    server: { host: "127.0.0.1", port, security: "none" },
    credentials: { type: "password", username, password: new Secret(password), ...identity },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 8000,
    ...more,
  };
}

const connector = () => smtpConnector({ commandMs: 2000, finalMs: 2000 });

async function submit(options: ConnectOptions, by = connector()) {
  const session = by.open(options, 1);
  try {
    await session.submit(envelope, raw, signal);
    return { comes: "sent", words: "" };
  } catch (error) {
    assert.ok(error instanceof FailureError, String(error));
    const { kind, code, evidence } = error.failure;
    return { comes: `${error instanceof DeferredError ? "deferred" : kind} ${code}`, words: evidence?.reply ?? "" };
  } finally {
    await session.close();
  }
}

describe("dialects", () => {
  for (const { what, script, options, comes, saw = [], never, words } of dialectCases)
    it(what, async () => {
      const { server, options: connect } = await given(script(), options);
      const found = await submit(connect);
      assert.equal(found.comes, comes, `${found.words} ${server.lines.join(" | ")}`);
      if (words) assert.match(found.words, words);
      assert.doesNotMatch(found.words, /correct horse|Y29ycmVjdCBob3JzZ/);
      let from = 0;
      for (const line of saw) {
        const at = server.lines.findIndex((each, n) => n >= from && line.test(each));
        assert.ok(at >= 0, `${line} in ${server.lines.join(" | ")}`);
        from = at + 1;
      }
      if (never) assert.ok(!server.lines.some((line) => never.test(line)), server.lines.join(" | "));
    });
});

describe("a wrong password", () => {
  it("costs one failed sign-in more, once, and none more from then on", async () => {
    const { server, options } = await given({ signIn: () => "535 5.7.8 wrong" });
    const by = connector();
    const signIns: number[] = [];
    for (let n = 0; n < 3; n++) {
      server.lines.length = 0;
      await submit(options, by);
      signIns.push(server.lines.filter((line) => line.startsWith("AUTH")).length);
    }
    assert.deepEqual(signIns, [2, 1, 1]);
    // Another password is another question.
    server.lines.length = 0;
    await submit(optionsFor(server.port, { password: "another" }), by);
    assert.equal(server.lines.filter((line) => line.startsWith("AUTH")).length, 2);
  });

  it("by one mechanism is remembered, so that the one that works comes first", async () => {
    const { server, options } = await given({
      signIn: (line) =>
        line.startsWith("AUTH PLAIN")
          ? "535 no"
          : line === Buffer.from("correct horse").toString("base64")
            ? "235"
            : "334 ",
    });
    const by = connector();
    for (let n = 0; n < 3; n++) assert.equal((await submit(options, by)).comes, "sent");
    assert.equal(server.lines.filter((line) => line.startsWith("AUTH PLAIN")).length, 1);
  });

  it("is tried in the other way over the next connection where the server closes behind it", async () => {
    const { options } = await given({
      signIn: (line) =>
        line.startsWith("AUTH PLAIN")
          ? (socket) => void socket.end("535 no\r\n")
          : line === Buffer.from("correct horse").toString("base64")
            ? "235"
            : "334 ",
    });
    const by = connector();
    assert.equal((await submit(options, by)).comes, "auth AUTHENTICATION_REJECTED");
    assert.equal((await submit(options, by)).comes, "sent");
  });
});

describe("security that does not fit the port", () => {
  it("a port that speaks TLS from the first byte is named as that, soon, plain or with STARTTLS", async (t) => {
    const secure = new SMTPServer({ secure: true, authOptional: true, logger: false });
    secure.on("error", () => {});
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", () => resolve()));
    t.after(() => new Promise<void>((resolve) => secure.close(() => resolve())));
    const address = secure.server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    for (const security of ["none", "starttls"] as const) {
      const begun = performance.now();
      const found = await submit(optionsFor(port, { server: { host: "127.0.0.1", port, security } }));
      assert.equal(found.comes, "permanent PORT_SPEAKS_TLS");
      assert.ok(performance.now() - begun < 6000);
    }
  });

  it("a plain server that is slow to greet is asked once, and waited for", async () => {
    const { server, options } = await given({
      greeting: (socket) => void setTimeout(() => socket.write("220 at last\r\n"), 2500),
    });
    const by = connector();
    assert.equal((await submit(options, by)).comes, "sent");
    assert.equal(server.connections, 2);
    assert.equal((await submit(options, by)).comes, "sent");
    assert.equal(server.connections, 3);
  });
});
