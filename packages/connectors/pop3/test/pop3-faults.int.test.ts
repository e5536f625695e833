import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type ConnectOptions, checkBalance, LinkBroke, redactSecrets } from "@mailfleet/connector-api";
import { createPop3Connector } from "@mailfleet/connector-pop3";
import { type FailureCode, FailureError } from "@mailfleet/contracts";
import {
  liveBytes,
  type Pop3Script,
  scriptedPop3,
  startTlsPort,
  usualCapabilities as usual,
} from "@mailfleet/local/testing";
import { never, optionsFor, readAll } from "./read-all.ts";

const quick = { silenceMs: 300, updateMs: 500, goodbyeMs: 200 };
const connector = createPop3Connector(quick);
const message = (subject: string, body = "x") => `Subject: ${subject}\r\n\r\n${body}\r\n`;
const without = (...names: string[]) => usual.filter((name) => !names.includes(name));

async function serve(t: TestContext, script: Pop3Script) {
  const server = await scriptedPop3(script);
  t.after(() => server.close());
  return server;
}
/** What a listing of this server gives, and what it heard. */
async function read(t: TestContext, script: Pop3Script, more: Parameters<typeof readAll>[1] = {}) {
  const server = await serve(t, script);
  const session = await connector.open(optionsFor(server.port), never);
  try {
    return { ...(await readAll(session, more)), listed: session.listed?.() ?? [], server };
  } finally {
    await session.close();
  }
}
const failsWith =
  (code: FailureCode, reply = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof FailureError, String(error));
    assert.equal(error.failure.code, code);
    assert.match(error.failure.evidence?.reply ?? "-", reply);
    return true;
  };
async function outcome(options: ConnectOptions, given = connector) {
  const report = await given.test(options, () => {}, never);
  assert.ok(!JSON.stringify(report).includes("pa55word"));
  return { code: report.failure?.code, last: report.steps.at(-1)?.step, report };
}
const bodies = (found: readonly { raw: Buffer }[]) => found.map(({ raw }) => raw.toString("latin1"));

describe("a POP3 server that makes it hard to read", () => {
  const three = [message("a", ".\r\n..b\r\n.c"), message("b"), message("c", "d\n.\ne")];
  const messages = three.map((raw) => ({ raw }));

  for (const cut of [1, 2, 3, 5, 7])
    test(`everything in packets of ${cut}`, async (t) => {
      assert.deepEqual(bodies((await read(t, { messages, cut })).found), three);
    });

  test("commands are pipelined only where that is offered", async (t) => {
    const offered = await read(t, { messages });
    assert.ok(offered.server.pipelined >= 3);
    const not = await read(t, { messages, capabilities: without("PIPELINING") });
    assert.equal(not.server.pipelined, 0);
    assert.deepEqual(bodies(not.found), three);
  });

  test("a server of RFC 1939 alone, without CAPA, TOP and UIDL", async (t) => {
    const answer = (line: string) => (/^(TOP|UIDL)/.test(line) ? "-ERR unknown command\r\n" : undefined);
    const first = await read(t, { messages, capabilities: null, answer });
    assert.deepEqual(bodies(first.found), three);
    assert.match(first.listed.join(), /^(h-[0-9a-f]{40},?){3}$/);
    // The same where TOP is offered: the identity is the message's, not that of the way it was looked at.
    const second = await read(
      t,
      {
        messages: [{ raw: message("new") }, ...messages],
        capabilities: without("UIDL"),
        answer: (line) => (line === "UIDL" ? "-ERR unknown command\r\n" : undefined),
      },
      { known: (identity) => first.listed.includes(identity) },
    );
    assert.deepEqual(bodies(second.found), [message("new")]);
    assert.deepEqual(second.listed.slice(1), first.listed);
  });

  test("a UIDL that is out of order is not taken for none", async (t) => {
    for (const [capabilities, refusal] of [
      [usual, "-ERR unknown command\r\n"],
      [null, "-ERR [SYS/TEMP] index busy\r\n"],
    ] as const) {
      const answer = (line: string) => (line === "UIDL" ? refusal : undefined);
      await assert.rejects(read(t, { messages, capabilities, answer }), FailureError);
    }
  });

  test("messages with the same UIDL are all handed over, once", async (t) => {
    const doubled = three.map((raw) => ({ raw, uidl: "same" }));
    const first = await read(t, { messages: [...doubled, { raw: message("d"), uidl: "own" }] });
    assert.deepEqual(bodies(first.found), [...three, message("d")]);
    assert.equal(new Set(first.listed).size, 4);
    assert.equal(new Set(first.found.map(({ nativeId }) => nativeId)).size, 4);
    const known = (identity: string) => first.listed.includes(identity);
    assert.deepEqual((await read(t, { messages: [...doubled].reverse() }, { known })).found, []);
    // One is left: its UIDL is its own now, and it was handed over all the same.
    const last = await read(t, { messages: doubled.slice(0, 1) }, { known });
    assert.deepEqual([last.found, last.passedOver], [[], ["same"]]);
  });

  test("copies of one message are counted", async (t) => {
    const { found, listed } = await read(t, { messages: [1, 2, 3].map(() => ({ raw: message("a"), uidl: "same" })) });
    assert.deepEqual([found.length, new Set(listed).size], [3, 3]);
  });

  test("a message that vanished after the listing is left out", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? "-ERR Message 2 expunged.\r\n" : undefined);
    assert.deepEqual(bodies((await read(t, { messages, answer })).found), [three[0], three[2]]);
  });

  test("a large one that vanished, too", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? "-ERR no such message\r\n" : undefined);
    const large = [messages[0], { raw: "x\r\n", claimed: 1_000_000 }, messages[2]].map((one) => one ?? { raw: "" });
    assert.deepEqual(bodies((await read(t, { messages: large, answer })).found), [three[0], three[2]]);
  });

  test("a message that is refused otherwise is named with the server's words, the others are given", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? "-ERR disk on fire\r\n" : undefined);
    const { found, refused } = await read(t, { messages, answer });
    assert.deepEqual(bodies(found), [three[0], three[2]]);
    assert.deepEqual(
      refused.map(({ name, failure }) => [name, failure.code, failure.evidence?.reply]),
      [["uid-2", "PROTOCOL_ERROR", "-ERR disk on fire"]],
    );
  });

  test("a passing trouble with one message is that message's, after some tries; with all of them the server's", async (t) => {
    let times = 0;
    const busy = (line: string) => (line === "RETR 2" && ++times > 0 ? "-ERR [SYS/TEMP] later\r\n" : undefined);
    const { found, refused } = await read(t, { messages, answer: busy });
    assert.deepEqual(bodies(found), [three[0], three[2]]);
    assert.deepEqual(
      [times, refused.map(({ name, failure }) => [name, failure.code])],
      [3, [["uid-2", "SERVER_UNAVAILABLE"]]],
    );
    const all = (line: string) => (line.startsWith("RETR") ? "-ERR [SYS/TEMP] later\r\n" : undefined);
    await assert.rejects(read(t, { messages, answer: all }), failsWith("SERVER_UNAVAILABLE", /later/));
    const alone = await read(t, { messages: messages.slice(0, 1), answer: all });
    assert.deepEqual(alone.refused.length, 1);
  });

  test("a message that is shorter than listed is read again, and refused where it stays so", async (t) => {
    const cut = [...messages, { raw: message("cut"), claimed: 50_000 }];
    const { found, refused } = await read(t, { messages: cut });
    assert.deepEqual(bodies(found), three);
    assert.deepEqual(
      refused.map(({ name, failure }) => [name, failure.evidence?.reply]),
      [["uid-4", `the server gives ${message("cut").length} of 50000 octets`]],
    );
  });

  test("an empty inbox that the server refuses to list is empty", async (t) => {
    for (const refused of [/^LIST/, /^UIDL/, /^(?:LIST|UIDL)/]) {
      const answer = (line: string) => (refused.test(line) ? "-ERR no messages\r\n" : undefined);
      assert.deepEqual((await read(t, { messages: [], answer })).listed, []);
    }
  });

  test("a list that is shorter than STAT says is asked for once more; then both numbers are said", async (t) => {
    let lists = 0;
    const short = (line: string) => (line === "LIST" && lists++ === 0 ? "+OK\r\n1 9\r\n.\r\n" : undefined);
    const short2 = (line: string) => (line === "UIDL" && lists === 1 ? "+OK\r\n1 uid-1\r\n.\r\n" : short(line));
    const { found } = await read(t, { messages, answer: short2 });
    assert.equal(found.length, 3);
    const always = (line: string) =>
      line === "LIST" ? "+OK\r\n1 9\r\n.\r\n" : line === "UIDL" ? "+OK\r\n1 uid-1\r\n.\r\n" : undefined;
    const server = await serve(t, { messages, answer: always });
    const session = await connector.open(optionsFor(server.port), never);
    assert.equal((await readAll(session)).found.length, 1);
    assert.deepEqual(session.there?.(), { says: 3, lists: 1 });
    await session.close();
  });

  test("a server that counts octets in its own way gives all its messages", async (t) => {
    const own = messages.map(({ raw }) => ({ raw, claimed: raw.length + 3 }));
    assert.deepEqual(bodies((await read(t, { messages: own })).found), three);
  });

  test("a connection that ends names the message at which it did", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? null : undefined);
    const server = await serve(t, { messages, capabilities: without("PIPELINING"), answer });
    const session = await connector.open(optionsFor(server.port), never);
    await assert.rejects(readAll(session), (error) => error instanceof LinkBroke && error.at === "uid-2");
    await session.close();
  });

  test("old mail is told by its header and not fetched; it is passed over", async (t) => {
    const dated = (year: number) => `Received: by x; Thu, 1 Jan ${year} 10:00:00 +0000\r\n${message(`${year}`)}`;
    const old = [2020, 2030, 2021, 2031].map((year) => ({ raw: dated(year) }));
    const processFrom = Date.parse("2025-01-01T00:00:00Z");
    const withTop = await read(t, { messages: old }, { processFrom });
    assert.deepEqual(bodies(withTop.found), [dated(2030), dated(2031)]);
    assert.deepEqual(withTop.passedOver, ["uid-1", "uid-3"]);
    assert.ok(!withTop.server.heard.includes("RETR 1"));
    for (const capabilities of [without("TOP"), null]) {
      const answer = (line: string) => (line.startsWith("TOP") ? "-ERR what?\r\n" : undefined);
      const withoutTop = await read(t, { messages: old, capabilities, answer }, { processFrom });
      assert.deepEqual(bodies(withoutTop.found), [dated(2030), dated(2031)]);
      assert.deepEqual(withoutTop.passedOver, ["uid-1", "uid-3"]);
    }
  });

  test("but the header of the newest nothing is asked for when everything is known", async (t) => {
    const { server, batches } = await read(t, { messages }, { known: () => true });
    assert.deepEqual(batches, []);
    assert.deepEqual(
      server.heard.filter((line) => /^(RETR|TOP)/.test(line)),
      ["TOP 3 0"],
    );
  });

  test("silence in the middle of a message ends it", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? "+OK\r\nSubject: x\r\n" : undefined);
    await assert.rejects(read(t, { messages, answer }), failsWith("CONNECTION_TIMEOUT"));
    const large = [{ raw: "x\r\n", claimed: 1_000_000 }];
    const cut = (line: string) => (line === "RETR 1" ? "+OK\r\nSubject: x\r\n\r\nabc\r\n" : undefined);
    await assert.rejects(read(t, { messages: large, answer: cut }), failsWith("CONNECTION_TIMEOUT"));
  });

  test("a connection that breaks in the middle of a message gives no half message", async (t) => {
    const answer = (line: string, { socket }: { socket: import("node:net").Socket }) => {
      if (line !== "RETR 2") return undefined;
      socket.end("+OK\r\nSubject: x\r\n");
      return "";
    };
    await assert.rejects(read(t, { messages, answer }), failsWith("CONNECTION_LOST"));
  });

  test("a connection that breaks half way: what came one by one is handed over first, what came together is in doubt", async (t) => {
    const server = await serve(t, {
      messages,
      answer: (line, { socket }) => {
        if (line !== "RETR 3") return undefined;
        // After the answers to what was asked before.
        setTimeout(() => socket.end("+OK\r\nSubject: x\r\n"), 50);
        return "";
      },
    });
    const given: number[] = [];
    for (const alone of [[], ["uid-3"]]) {
      const session = await connector.open(optionsFor(server.port), never);
      t.after(() => session.close());
      const options = { processFrom: null, batchSize: 9, signal: never, known: () => false, alone: new Set(alone) };
      await assert.rejects(async () => {
        for await (const batch of session.listNew(null, options)) {
          checkBalance(batch);
          given.push(batch.messages.length);
        }
      }, failsWith("CONNECTION_LOST"));
    }
    assert.deepEqual(given, [2]);
  });

  test("a listing that is shorter than the server's own count is seen", async (t) => {
    const server = await serve(t, { messages, answer: (line) => (line === "STAT" ? "+OK 7 999\r\n" : undefined) });
    const session = await connector.open(optionsFor(server.port), never);
    t.after(() => session.close());
    await readAll(session);
    assert.deepEqual(session.there?.(), { says: 7, lists: messages.length });
  });

  test("what the server says when it leaves is evidence", async (t) => {
    const answer = (line: string) =>
      line === "LIST" ? "+OK\r\n.\r\n+OK\r\n.\r\n+OK 0 0\r\n-ERR [SYS/TEMP] going down\r\n" : "";
    const server = await serve(t, { answer: (line) => (/^(CAPA|USER|PASS)/.test(line) ? undefined : answer(line)) });
    const session = await connector.open(optionsFor(server.port), never);
    t.after(() => session.close());
    await readAll(session);
    await assert.rejects(async () => readAll(session), failsWith("SERVER_UNAVAILABLE", /going down/));
  });

  test("a listing or a status line without end is refused", async (t) => {
    const endless = (line: string) => (line === "LIST" ? `+OK ${"x".repeat(20_000)}` : undefined);
    await assert.rejects(read(t, { messages, answer: endless }), failsWith("PROTOCOL_ERROR", /without end/));
    const nonsense = (line: string) =>
      line === "LIST" ? "+OK\r\nabc\r\n.\r\n" : line === "STAT" ? "-ERR unknown\r\n" : undefined;
    await assert.rejects(read(t, { messages, answer: nonsense }), failsWith("PROTOCOL_ERROR", /abc/));
  });

  test("a message without end is refused at 128 MiB, and never in memory", async (t) => {
    const chunk = Buffer.alloc(1024 * 1024, "x");
    const answer = (line: string, { socket }: { socket: import("node:net").Socket }) => {
      if (line !== "RETR 1") return undefined;
      socket.write("+OK\r\nSubject: x\r\n\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
        if (!socket.destroyed) socket.once("drain", more);
      };
      more();
      return "";
    };
    const huge = [{ raw: "x\r\n", claimed: 300_000 }];
    await assert.rejects(async () => {
      const server = await serve(t, { messages: huge, answer });
      const session = await connector.open(optionsFor(server.port), never);
      let peak = 0;
      let pieces = 0;
      const before = liveBytes().buffers;
      try {
        for await (const batch of session.listNew(null, {
          processFrom: null,
          batchSize: 9,
          signal: never,
          known: () => false,
        }))
          for (const { raw } of batch.messages)
            for await (const _ of raw as AsyncIterable<Uint8Array>) {
              pieces += 1;
              // What is garbage already says nothing: it goes when the machine has time for it.
              if (pieces % 64 === 0) peak = Math.max(peak, liveBytes().buffers - before);
            }
      } finally {
        await session.close();
        assert.ok(pieces >= 64, `measured in ${pieces} pieces only`);
        assert.ok(peak < 32 * 1024 * 1024, `${peak} bytes`);
      }
    }, failsWith("ANSWER_TOO_LARGE"));
  });

  test("sizes that are lies do no harm: small claims, huge claims", async (t) => {
    const large = message("large", "y".repeat(600_000));
    const lies = [
      { raw: large, claimed: 5 },
      { raw: message("a"), claimed: 900_000_000 },
      { raw: message("b"), claimed: 0 },
    ];
    const { found } = await read(t, { messages: lies });
    assert.deepEqual(bodies(found), [large, message("b"), message("a")]);
  });

  test("a stream that nobody reads does not stand in the way", async (t) => {
    const large = message("large", "y".repeat(5_000_000));
    const server = await serve(t, { messages: [{ raw: large }, { raw: large }, { raw: message("a") }] });
    // The server of this test makes its answers in this process: on a busy machine that takes longer than `quick`.
    const patient = createPop3Connector({ ...quick, silenceMs: 20_000 });
    const session = await patient.open(optionsFor(server.port), never);
    t.after(() => session.close());
    const found: number[] = [];
    for await (const batch of session.listNew(null, {
      processFrom: null,
      batchSize: 9,
      signal: never,
      known: () => false,
    }))
      found.push(...batch.messages.map(({ size }) => size));
    assert.deepEqual(found, [large.length, large.length, message("a").length]);
    for await (const _ of session.listNew(null, { processFrom: null, batchSize: 9, signal: never, known: () => false }))
      break;
    await session.remove?.(["uid-1"], never);
    assert.ok(server.heard.includes("DELE 1"));
  });

  test("an aborted run ends at once, with the reason", async (t) => {
    const server = await serve(t, { messages, answer: (line) => (line === "LIST" ? "" : undefined) });
    const stop = new AbortController();
    const session = await connector.open(optionsFor(server.port), never);
    const reading = readAll(session, { signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(reading, /enough/);
    await session.close();
  });
});

describe("deleting over POP3", () => {
  const messages = ["a", "b", "c"].map((subject) => ({ raw: message(subject) }));

  test("marks by this session's numbers, and QUIT makes it true; what is gone counts as deleted", async (t) => {
    const server = await serve(t, {
      messages,
      answer: (line) => (line === "DELE 3" ? "-ERR no such message\r\n" : undefined),
    });
    const session = await connector.open(optionsFor(server.port), never);
    await session.remove?.(["uid-1", "uid-3", "unheard of"], never);
    await session.close();
    assert.deepEqual(server.heard.slice(-3), ["DELE 1", "DELE 3", "QUIT"]);
  });

  test("a refused deletion is an error", async (t) => {
    const server = await serve(t, {
      messages,
      answer: (line) => (line === "DELE 1" ? "-ERR read only\r\n" : undefined),
    });
    const session = await connector.open(optionsFor(server.port), never);
    await assert.rejects(async () => session.remove?.(["uid-1"], never), failsWith("PROTOCOL_ERROR", /read only/));
    await session.close();
  });

  test("closing waits for the answer to QUIT, but not for ever", async (t) => {
    const server = await serve(t, { messages, answer: (line) => (line === "QUIT" ? "" : undefined) });
    const session = await connector.open(optionsFor(server.port), never);
    await session.remove?.(["uid-1"], never);
    const since = performance.now();
    await session.close();
    const waited = performance.now() - since;
    assert.ok(waited >= quick.silenceMs - 20 && waited < 2000, `${waited} ms`);
  });

  test("a session that broke deletes nothing any more", async (t) => {
    const answer = (line: string) => (line === "RETR 2" ? null : undefined);
    const server = await serve(t, { messages, capabilities: without("PIPELINING"), answer });
    const session = await connector.open(optionsFor(server.port), never);
    await assert.rejects(readAll(session), failsWith("CONNECTION_LOST", /-/));
    await assert.rejects(async () => session.remove?.(["uid-1"], never), failsWith("CONNECTION_LOST", /-/));
    await session.close();
    assert.ok(!server.heard.some((line) => line.startsWith("DELE")));
  });
});

describe("connecting to what is no good POP3 server", () => {
  test("plain text on a TLS port, another protocol, silence, a refusing greeting", async (t) => {
    const plain = await serve(t, {});
    const secure = { server: { host: "127.0.0.1", port: plain.port, security: "tls" as const } };
    const wrong = await outcome(optionsFor(0, secure));
    assert.deepEqual([wrong.code, wrong.last], ["PORT_SPEAKS_PLAIN", "tls"]);
    const smtp = await outcome(optionsFor((await serve(t, { greeting: "220 mail.test ESMTP\r\n" })).port));
    assert.deepEqual([smtp.code, smtp.last], ["NOT_THIS_PROTOCOL", "authenticate"]);
    const silent = await outcome(optionsFor((await serve(t, { greeting: "" })).port, { connectionTimeoutMs: 100 }));
    assert.deepEqual([silent.code, silent.last], ["CONNECTION_TIMEOUT", "authenticate"]);
    const full = await outcome(optionsFor((await serve(t, { greeting: "-ERR too many connections\r\n" })).port));
    assert.equal(full.code, "TOO_MANY_CONNECTIONS");
  });

  test("plain, or with STLS, to a port that speaks TLS from the first byte", async (t) => {
    const { port, close } = await startTlsPort("+OK ready\r\n");
    t.after(close);
    for (const security of ["none", "starttls"] as const) {
      const started = performance.now();
      const server = { host: "127.0.0.1", port, security };
      const { code } = await outcome(
        optionsFor(port, { server, connectionTimeoutMs: 8000 }),
        createPop3Connector({ ...quick, silenceMs: 10_000 }),
      );
      assert.equal(code, "PORT_SPEAKS_TLS");
      assert.ok(performance.now() - started < 6000);
    }
  });

  test("STLS is required: not offered, refused, or answered with more than it should be", async (t) => {
    const withStls = [...usual, "STLS"];
    for (const [script, code] of [
      [{}, "TLS_NOT_OFFERED"],
      [{ capabilities: null }, "TLS_NOT_OFFERED"],
      [{ capabilities: withStls }, "TLS_NOT_OFFERED"],
      [{ capabilities: withStls, stls: "+OK begin\r\n+OK injected\r\n" }, "TLS_HANDSHAKE_FAILED"],
      [{ capabilities: withStls, stls: "+OK begin\r\n+O" }, "TLS_HANDSHAKE_FAILED"],
      [{ capabilities: withStls, stls: "+OK begin\r\n-ERR injected\r\n" }, "TLS_HANDSHAKE_FAILED"],
    ] as const) {
      const stls = "stls" in script ? script.stls : undefined;
      const server = await serve(t, { ...script, answer: (line) => (line === "STLS" ? stls : undefined) });
      const options = optionsFor(0, { server: { host: "127.0.0.1", port: server.port, security: "starttls" } });
      const { code: found, last } = await outcome(options);
      assert.deepEqual([found, last], [code, "tls"], JSON.stringify(script));
      assert.ok(!server.heard.some((line) => /^(USER|PASS|AUTH)/.test(line)), "no password left");
    }
  });

  test("a port or an address that is not allowed is not connected to", async () => {
    assert.equal((await outcome(optionsFor(1, { allowedPorts: [995] }))).code, "PORT_NOT_ALLOWED");
    const metadata = { server: { host: "169.254.169.254", port: 995, security: "tls" as const } };
    assert.equal((await outcome(optionsFor(995, metadata))).code, "ADDRESS_NOT_ALLOWED");
    assert.equal((await outcome(optionsFor(1, { credentials: null }))).code, "CREDENTIALS_MISSING");
  });

  test("every step is told, and what a server repeats of a password is not", async (t) => {
    const echo = (line: string) =>
      line.startsWith("PASS") ? `-ERR [AUTH] wrong: ${line}\r\n` : line.startsWith("AUTH") ? "-ERR no\r\n" : undefined;
    const { code, report } = await outcome(optionsFor((await serve(t, { answer: echo })).port));
    assert.equal(code, "AUTHENTICATION_REJECTED");
    assert.equal(report.failure?.evidence?.reply, redactSecrets("-ERR [AUTH] wrong: PASS pa55word", ["pa55word"]));
    const { report: fine } = await outcome(optionsFor((await serve(t, { messages: [{ raw: message("a") }] })).port));
    assert.deepEqual(
      fine.steps.map(({ step, outcome: how, detail }) => [step, how, step === "list" ? detail : ""]),
      [
        ["resolve", "ok", ""],
        ["connect", "ok", ""],
        ["tls", "skipped", ""],
        ["authenticate", "ok", ""],
        ["list", "ok", "1 message in the inbox"],
      ],
    );
  });
});
