import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { type ConnectOptions, checkBalance, LinkBroke, type ListOptions } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { FailureError, Secret } from "@mailfleet/contracts";
import { type ScriptedImap, scriptedImap, startTlsPort } from "@mailfleet/local/testing";

const never = new AbortController().signal;

function optionsFor(port: number, more: Partial<ConnectOptions["server"]> = {}): ConnectOptions {
  return {
    mailboxId: "mb_test",
    address: "user@example.test",
    server: { host: "127.0.0.1", port, security: "none", ...more },
    credentials: { type: "password", username: "user", password: new Secret("pa55word") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 2000,
  };
}

async function server(t: TestContext, ...script: Parameters<typeof scriptedImap>): Promise<ScriptedImap> {
  const started = await scriptedImap(...script);
  t.after(() => started.close());
  return started;
}

/** Answers like a plain IMAP server, but for the commands a test overrides. */
const plain =
  (override: Record<string, string> = {}) =>
  (tag: string, command: string) => {
    const verb = command.split(" ")[0]?.toUpperCase() ?? "";
    const own = override[verb];
    if (own !== undefined) return own.replaceAll("TAG", tag);
    if (verb === "CAPABILITY") return `* CAPABILITY IMAP4rev1\r\n${tag} OK done\r\n`;
    if (verb === "EXAMINE")
      return `* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\n${tag} OK [READ-ONLY] done\r\n`;
    if (verb === "LIST" || verb === "LSUB") return `* ${verb} () "/" INBOX\r\n${tag} OK done\r\n`;
    return `${tag} OK done\r\n`;
  };

/** The code with which a test of this server ends, and its last step. */
async function outcome(options: ConnectOptions) {
  const heard: string[] = [];
  const report = await imapConnector.test(options, (step) => heard.push(step.step), never);
  assert.deepEqual(
    heard,
    report.steps.map((step) => step.step),
  );
  const last = report.steps.at(-1);
  return { code: report.failure?.code, last: last?.step, lastOutcome: last?.outcome, report };
}

test("a server in a network that is not allowed, or that is Mailfleet's own, is not connected to", async (t) => {
  const started = await server(t, "* OK ready\r\n", plain());
  const options = optionsFor(started.port);
  const refused = (error: unknown) => error instanceof FailureError && error.failure.code === "ADDRESS_NOT_ALLOWED";
  await assert.rejects(imapConnector.open({ ...options, allowedNetworks: ["10.0.0.0/8"] }, never), refused);
  const own = { ...options, refused: [{ host: "localhost", port: started.port }] };
  await assert.rejects(imapConnector.open(own, never), refused);
  await (await imapConnector.open(options, never)).close();
});

test("the greeting of a NATS server is no evidence", async (t) => {
  const started = await server(t, 'INFO {"server_id":"NAX","connect_urls":["10.0.0.8:4222"]}\r\n', plain());
  await assert.rejects(imapConnector.open(optionsFor(started.port), never), ({ failure }: FailureError) => {
    assert.equal(failure.code, "NOT_THIS_PROTOCOL");
    assert.doesNotMatch(JSON.stringify(failure), /NAX|10\.0\.0\.8/);
    return true;
  });
});

describe("testing an IMAP connection", () => {
  test("a plain server passes every step", async (t) => {
    const { port } = await server(t, "* OK ready\r\n", plain());
    const { report } = await outcome(optionsFor(port));
    assert.equal(report.failure, null);
    assert.deepEqual(
      report.steps.map((step) => `${step.step} ${step.outcome}`),
      ["resolve ok", "connect ok", "tls skipped", "authenticate ok", "list ok"],
    );
  });

  test("a server that asks who we are hears Mailfleet's own name and version (RFC 2971)", async (t) => {
    const answer = plain({ CAPABILITY: "* CAPABILITY IMAP4rev1 ID\r\nTAG OK done\r\n" });
    const { port, heard } = await server(t, "* OK ready\r\n", answer);
    await outcome(optionsFor(port));
    const said = heard.find((line) => / ID \(/.test(line)) ?? "";
    assert.match(said, /"name" "Mailfleet" "version" "0\.1\.0"/);
    assert.doesNotMatch(said, /imapflow/i);
  });

  test("missing credentials fail before anything is sent", async (t) => {
    const { port, heard } = await server(t, "* OK ready\r\n", plain());
    const { code, last } = await outcome({ ...optionsFor(port), credentials: null });
    assert.deepEqual([code, last, heard.length], ["CREDENTIALS_MISSING", "settings", 0]);
  });

  test("STARTTLS that is required and not offered: no password leaves", async (t) => {
    const { port, heard } = await server(t, "* OK ready\r\n", plain());
    const { code, last } = await outcome(optionsFor(port, { security: "starttls" }));
    assert.deepEqual([code, last], ["TLS_NOT_OFFERED", "tls"]);
    const everything = heard.join("\n");
    assert.ok(!/pa55word|LOGIN|AUTHENTICATE/i.test(everything), everything);
  });

  test("STARTTLS that is offered but refused: no password leaves", async (t) => {
    const { port, heard } = await server(
      t,
      "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
      plain({ CAPABILITY: "* CAPABILITY IMAP4rev1 STARTTLS\r\nTAG OK\r\n", STARTTLS: "TAG NO not now\r\n" }),
    );
    const { code } = await outcome(optionsFor(port, { security: "starttls" }));
    assert.equal(code, "TLS_NOT_OFFERED");
    assert.ok(!/pa55word|LOGIN/i.test(heard.join("\n")));
  });

  test("implicit TLS on a plain port", async (t) => {
    const { port } = await server(t, "* OK ready\r\n", plain());
    const { code, last } = await outcome(optionsFor(port, { security: "tls" }));
    assert.deepEqual([code, last], ["PORT_SPEAKS_PLAIN", "tls"]);
  });

  test("plain, or with STARTTLS, to a port that speaks TLS from the first byte", async (t) => {
    const { port, close } = await startTlsPort("* OK ready\r\n");
    t.after(close);
    for (const security of ["none", "starttls"] as const) {
      const started = performance.now();
      const { code, report } = await outcome({ ...optionsFor(port, { security }), connectionTimeoutMs: 8000 });
      assert.equal(code, "PORT_SPEAKS_TLS");
      assert.deepEqual(report.failure?.evidence, { host: "127.0.0.1", port });
      assert.ok(performance.now() - started < 6000);
    }
  });

  test("a plain server that is slow to greet is waited for", async (t) => {
    const slow = createServer((socket) => {
      socket.on("error", () => {});
      setTimeout(() => socket.end("* BYE not today\r\n"), 700);
    });
    slow.listen(0, "127.0.0.1");
    await once(slow, "listening");
    t.after(() => slow.close());
    const { port } = slow.address() as AddressInfo;
    const { report } = await outcome({ ...optionsFor(port), connectionTimeoutMs: 2000 });
    assert.match(report.failure?.evidence?.reply ?? "", /not today/);
  });

  test("an SMTP server on this port", async (t) => {
    const { port } = await server(t, "220 mail.test ESMTP\r\n");
    const { code, report } = await outcome(optionsFor(port));
    assert.equal(code, "NOT_THIS_PROTOCOL");
    assert.match(report.failure?.evidence?.reply ?? "", /220 mail.test ESMTP/);
  });

  test("a server that says nothing ends at the one deadline", async (t) => {
    const { port } = await server(t, "");
    const started = performance.now();
    const { code } = await outcome({ ...optionsFor(port), connectionTimeoutMs: 400 });
    assert.equal(code, "CONNECTION_TIMEOUT");
    assert.ok(performance.now() - started < 5000);
  });

  test("a server that goes quiet at the sign-in ends at the same deadline", async (t) => {
    const { port } = await server(t, "* OK ready\r\n", plain({ LOGIN: "" }));
    const { code, last } = await outcome({ ...optionsFor(port), connectionTimeoutMs: 400 });
    assert.deepEqual([code, last], ["CONNECTION_TIMEOUT", "authenticate"]);
  });

  test("a greeting that refuses says why", async (t) => {
    const { port } = await server(t, "* BYE Too many connections from your IP\r\n");
    const { code } = await outcome(optionsFor(port));
    assert.equal(code, "TOO_MANY_CONNECTIONS");
  });

  test("nobody listens", async () => {
    const closed = await scriptedImap("");
    await closed.close();
    const { code, last } = await outcome(optionsFor(closed.port));
    assert.deepEqual([code, last], ["CONNECTION_REFUSED", "connect"]);
  });

  test("a name that does not exist", async () => {
    const { code, last } = await outcome(optionsFor(143, { host: "no-such-host.invalid" }));
    assert.ok(code === "HOST_NOT_FOUND" || code === "NAME_SERVICE_UNAVAILABLE", code);
    assert.equal(last, "resolve");
  });

  test("a wrong password, with the server's words and without ours", async (t) => {
    const reply = "TAG NO [AUTHENTICATIONFAILED] Invalid credentials for pa55word\r\n";
    const { port } = await server(t, "* OK ready\r\n", plain({ LOGIN: reply }));
    const { code, last, report } = await outcome(optionsFor(port));
    assert.deepEqual([code, last], ["AUTHENTICATION_REJECTED", "authenticate"]);
    assert.ok(!JSON.stringify(report).includes("pa55word"));
    assert.match(report.failure?.evidence?.reply ?? "", /Invalid credentials/);
  });

  test("an inbox that cannot be opened", async (t) => {
    const { port } = await server(t, "* OK ready\r\n", plain({ EXAMINE: "TAG NO [NOPERM] Permission denied\r\n" }));
    const { code, last, report } = await outcome(optionsFor(port));
    assert.deepEqual([code, last], ["INBOX_UNAVAILABLE", "list"]);
    assert.equal(report.failure?.evidence?.reply, "[NOPERM] Permission denied", "no tag, and its code once");
  });

  test("a server that hangs up at the sign-in is not a wrong password", async (t) => {
    const hangUp = plain();
    const { port } = await server(t, "* OK ready\r\n", (tag, command) =>
      command.startsWith("LOGIN") ? null : hangUp(tag, command),
    );
    const { code } = await outcome(optionsFor(port));
    assert.equal(code, "CONNECTION_LOST");
  });

  test("stops at once when asked to", async (t) => {
    const { port } = await server(t, "");
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("stop")), 50);
    await assert.rejects(
      imapConnector.test(optionsFor(port), () => {}, controller.signal),
      /stop/,
    );
  });
});

describe("reading from an IMAP server that misbehaves", () => {
  const withMessages = (override: Record<string, string>) =>
    plain({
      EXAMINE: "* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 3] x\r\nTAG OK [READ-ONLY] done\r\n",
      ...override,
    });
  const readAll = async (port: number, again: readonly string[] = [], more: Partial<ListOptions> = {}) => {
    const session = await imapConnector.open(optionsFor(port), never);
    const ids: string[] = [];
    const lengths: number[] = [];
    const refused: [string, string][] = [];
    let gone = 0;
    let failure: string | null = null;
    let brokeAt: string | null = null;
    try {
      for await (const batch of session.listNew(null, {
        processFrom: null,
        batchSize: 50,
        signal: never,
        known: () => false,
        again,
        ...more,
      })) {
        checkBalance(batch);
        for (const { nativeId, raw } of batch.messages) {
          let length = 0;
          for await (const piece of raw instanceof Uint8Array ? [raw] : raw) length += piece.length;
          ids.push(nativeId);
          lengths.push(length);
        }
        refused.push(...batch.refused.map((one): [string, string] => [one.name, one.failure.evidence?.reply ?? ""]));
        gone += batch.gone;
      }
    } catch (error) {
      failure = error instanceof FailureError ? (error.failure.evidence?.reply ?? error.failure.code) : String(error);
      brokeAt = error instanceof LinkBroke ? error.at : null;
    } finally {
      await session.close();
    }
    return { ids, lengths, refused, gone, failure, brokeAt, there: session.there?.() ?? null };
  };
  const id = (uid: number) => `0000000007-000000000${uid}`;
  const body = (uid: number) =>
    `* ${uid} FETCH (UID ${uid} INTERNALDATE "01-Jan-2026 00:00:00 +0000" BODY[] {4}\r\nabcd)\r\n`;

  /** Two messages, listed; what a FETCH answers. */
  const listing = async (t: TestContext, fetch: (tag: string, uids: string, socket: Socket) => string | null) => {
    const script = withMessages({});
    return server(t, "* OK ready\r\n", (tag, command, { socket }) => {
      if (command.startsWith("UID SEARCH"))
        return /LARGER/.test(command) ? `* SEARCH\r\n${tag} OK\r\n` : `* SEARCH 1 2\r\n${tag} OK\r\n`;
      if (command.startsWith("UID FETCH")) return fetch(tag, command.split(" ")[2] ?? "", socket);
      return script(tag, command);
    });
  };

  test("a message that is listed and not given is refused by name, the others are given", async (t) => {
    const { port } = await listing(t, (tag, uids) => `${uids.startsWith("1") ? body(1) : ""}${tag} OK done\r\n`);
    const { ids, refused, failure } = await readAll(port);
    assert.deepEqual([ids, refused.map(([name]) => name), failure], [[id(1)], [id(2)], null]);
    assert.match(refused[0]?.[1] ?? "", /UID 2/);
  });

  test("a FETCH that is refused for one message: each is asked for alone, with the server's words", async (t) => {
    const { port } = await listing(t, (tag, uids) =>
      uids === "1" ? `${body(1)}${tag} OK done\r\n` : `${tag} NO [SERVERBUG] cannot read message 2\r\n`,
    );
    const { ids, refused, failure } = await readAll(port);
    assert.deepEqual([ids, refused.map(([name]) => name), failure], [[id(1)], [id(2)], null]);
    assert.match(refused[0]?.[1] ?? "", /cannot read message 2/);
  });

  test("a connection that breaks half way: what came is handed over first", async (t) => {
    const { port } = await listing(t, (_tag, _uids, socket) => {
      socket.end(`${body(1)}* BYE shutting down\r\n`);
      return "";
    });
    const { ids, failure, brokeAt } = await readAll(port);
    assert.deepEqual([ids, failure, brokeAt], [[id(1)], "shutting down", id(2)]);
  });

  test("a message that broke the connection before is asked for alone; one that is set aside is passed over", async (t) => {
    const asked: string[] = [];
    const { port } = await listing(t, (tag, uids) => {
      asked.push(uids);
      return `${uids.includes("1") ? body(1) : ""}${uids.includes("2") ? body(2) : ""}${tag} OK done\r\n`;
    });
    assert.deepEqual((await readAll(port, [], { alone: new Set([id(1)]) })).ids, [id(1), id(2)]);
    assert.deepEqual(asked, ["1", "2"]);
    assert.deepEqual((await readAll(port, [], { resting: new Set([id(1)]) })).ids, [id(2)]);
  });

  test("the only message, with which the server has a passing trouble: tried some times, then refused", async (t) => {
    let times = 0;
    let heals = false;
    const { port } = await listing(t, (tag, uids) => {
      if (uids === "1") return `${body(1)}${tag} OK done\r\n`;
      times += 1;
      return heals && times > 2
        ? `${body(2)}${tag} OK done\r\n`
        : `${tag} NO [UNAVAILABLE] Internal error occurred\r\n`;
    });
    const { ids, refused, failure } = await readAll(port, [], { resting: new Set([id(1)]) });
    assert.deepEqual([ids, refused, failure], [[], [[id(2), "[UNAVAILABLE] Internal error occurred"]], null]);
    assert.equal(times, 4);
    [times, heals] = [0, true];
    assert.deepEqual((await readAll(port, [], { resting: new Set([id(1)]) })).ids, [id(2)]);
  });

  test("a limit that the server sets is nothing that concerns one message", async (t) => {
    const { port } = await listing(t, (tag) => `${tag} NO [LIMIT] FETCH Rate limit hit.\r\n`);
    const { ids, refused, failure, brokeAt } = await readAll(port);
    assert.deepEqual([ids, refused, brokeAt], [[], [], null]);
    assert.match(failure ?? "", /Rate limit/);
  });

  const sized = (uid: number, size: number, text: string) =>
    `* ${uid} FETCH (UID ${uid} RFC822.SIZE ${size} BODY[] {${text.length}}\r\n${text})\r\n`;

  test("a message that is shorter than announced is read again; cut each time, it is refused with both numbers", async (t) => {
    let times = 0;
    const { port } = await listing(t, (tag, uids) => {
      const second = times++ < 2 ? sized(2, 50, "abc") : sized(2, 50, "x".repeat(50));
      return `${uids.includes("1") ? sized(1, 4, "abcd") : ""}${uids === "1" ? "" : second}${tag} OK done\r\n`;
    });
    const healed = await readAll(port);
    assert.deepEqual(
      [healed.ids, healed.lengths],
      [
        [id(1), id(2)],
        [4, 50],
      ],
    );
    times = Number.NEGATIVE_INFINITY;
    const { ids, refused } = await readAll(port);
    assert.deepEqual([ids, refused.map(([name]) => name)], [[id(1)], [id(2)]]);
    assert.match(refused[0]?.[1] ?? "", /3 of 50 octets/);
  });

  test("a message without a single octet is not taken for one", async (t) => {
    const { port } = await listing(t, (tag) => `${sized(1, 4, "abcd")}${sized(2, 5000, "")}${tag} OK done\r\n`);
    const { ids, refused } = await readAll(port);
    assert.deepEqual([ids, refused.map(([name]) => name)], [[id(1)], [id(2)]]);
  });

  /** One message of 900,000 octets of which the server gives pieces in its own way. */
  const large = async (t: TestContext, piece: (start: number) => { text: string; named?: boolean } | null) => {
    const script = withMessages({});
    return server(t, "* OK ready\r\n", (tag, command) => {
      if (command.startsWith("UID SEARCH")) return `* SEARCH 1\r\n${tag} OK\r\n`;
      const start = /<(\d+)\./.exec(command)?.[1];
      if (start === undefined && command.startsWith("UID FETCH"))
        return `* 1 FETCH (UID 1 RFC822.SIZE 900000)\r\n${tag} OK\r\n`;
      if (start === undefined) return script(tag, command);
      const given = piece(Number(start));
      if (!given) return `${tag} OK\r\n`;
      const origin = given.named === false ? "" : `<${start}>`;
      return `* 1 FETCH (UID 1 BODY[]${origin} {${given.text.length}}\r\n${given.text})\r\n${tag} OK\r\n`;
    });
  };
  const upTo = (length: number, most: number) => (start: number) => ({
    text: "x".repeat(Math.max(0, Math.min(most, length - start))),
  });

  test("pieces that are shorter than asked for are not the end of a large message", async (t) => {
    const { port } = await large(t, upTo(900_000, 262_144));
    assert.deepEqual((await readAll(port)).lengths, [900_000]);
  });

  test("a large message that ends before its announced size is never given whole", async (t) => {
    const { port } = await large(t, upTo(262_144, 262_144));
    assert.match((await readAll(port)).failure ?? "", /262144 of 900000 octets/);
  });

  test("a server that knows no pieces gives a large message once", async (t) => {
    const { port } = await large(t, () => ({ text: "x".repeat(900_000), named: false }));
    assert.deepEqual((await readAll(port)).lengths, [900_000]);
  });

  test("a listing that is shorter than the server's own count is seen", async (t) => {
    const script = withMessages({});
    const { port } = await server(t, "* OK ready\r\n", (tag, command) => {
      if (command.startsWith("UID SEARCH"))
        return /LARGER/.test(command) ? `* SEARCH\r\n${tag} OK\r\n` : `* SEARCH 1\r\n${tag} OK\r\n`;
      if (command.startsWith("UID FETCH")) return `${body(1)}${tag} OK done\r\n`;
      return script(tag, command);
    });
    assert.deepEqual((await readAll(port)).there, { says: 2, lists: 1 });
  });

  test("what was refused before is tried alone; what has a name of another numbering is gone", async (t) => {
    const script = withMessages({
      EXAMINE: "* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\nTAG OK done\r\n",
    });
    const { port } = await server(t, "* OK ready\r\n", (tag, command) =>
      command.startsWith("UID FETCH 1 ")
        ? `* 1 FETCH (UID 1 RFC822.SIZE 4${command.includes("BODY") ? " BODY[]<0> {4}\r\nabcd" : ""})\r\n${tag} OK done\r\n`
        : script(tag, command),
    );
    const { ids, gone } = await readAll(port, [id(1), "0000000003-0000000001"]);
    assert.deepEqual([ids, gone], [[id(1)], 1]);
  });

  test("a message deleted in between is left out; a FETCH without body is passed over", async (t) => {
    const script = withMessages({});
    let fetched = false;
    const { port } = await server(t, "* OK ready\r\n", (tag, command) => {
      if (command.startsWith("UID SEARCH")) {
        if (/LARGER/.test(command)) return `* SEARCH\r\n${tag} OK\r\n`;
        return fetched ? `* SEARCH 1\r\n${tag} OK\r\n` : `* SEARCH 1 2\r\n${tag} OK\r\n`;
      }
      if (command.startsWith("UID FETCH")) {
        fetched = true;
        return `* 1 FETCH (FLAGS (\\Seen) UID 1)\r\n${body(1)}${tag} OK done\r\n`;
      }
      return script(tag, command);
    });
    const { ids, gone } = await readAll(port);
    assert.deepEqual([ids, gone], [[id(1)], 1]);
  });
});
