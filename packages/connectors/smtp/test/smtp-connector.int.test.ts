import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, describe, it } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { DeferredError, UncertainError } from "@mailfleet/connector-api";
import { FailureError, Secret, type TestStep } from "@mailfleet/contracts";
import { SMTPServer } from "smtp-server";
import { smtpConnector } from "../src/index.ts";
import { type Script, type ScriptedServer, scriptedServer } from "./scripted-server.ts";

const signal = new AbortController().signal;
const connector = smtpConnector({ commandMs: 1000, finalMs: 600, dataBlockMs: 1000, idleMs: 400 });
/** For what takes a busy machine longer than that. */
const patient = smtpConnector({});
const raw = Buffer.from("From: a@example.org\r\nSubject: x\r\n\r\nhello\r\n.dot\r\n");
const envelope = { from: "a@example.org", to: ["b@example.org"] };
const running: ScriptedServer[] = [];
after(async () => {
  for (const server of running) await server.stop();
});

async function given(script: Script, options: Partial<ConnectOptions> = {}, by = connector) {
  const server = await scriptedServer(script);
  running.push(server);
  const connect = optionsFor(server.port, options);
  const session = by.open(connect, 2);
  return { server, connect, session };
}

function optionsFor(port: number, options: Partial<ConnectOptions> = {}): ConnectOptions {
  return {
    mailboxId: "mb_test",
    address: "a@example.org",
    server: { host: "127.0.0.1", port, security: "none" },
    credentials: { type: "password", username: "a@example.org", password: new Secret("correct horse") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 1000,
    ...options,
  };
}

/** What a submission comes to, in one word and code. */
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "sent";
  } catch (error) {
    if (error instanceof UncertainError) return "uncertain";
    assert.ok(error instanceof FailureError, String(error));
    assert.doesNotMatch(JSON.stringify(error), /correct horse|Y29ycmVjdCBob3JzZ/);
    return `${error instanceof DeferredError ? "deferred" : error.failure.kind} ${error.failure.code}`;
  }
}

/** Says it and closes. */
const thenClose = (reply: string) => () => (socket: Socket) => void socket.end(`${reply}\r\n`);

describe("submitting", () => {
  it("hands over the bytes as given, dots doubled, over one connection kept", async () => {
    const { server, session } = await given({});
    for (let n = 0; n < 5; n++) {
      const sent = await session.submit(envelope, raw, signal);
      assert.deepEqual(sent, { answer: "250 2.0.0 taken", rejected: [] });
    }
    assert.equal(server.connections, 1);
    assert.equal(server.messages[0], raw.toString().replace("\r\n.dot", "\r\n..dot"));
    assert.ok(server.lines.includes(`MAIL FROM:<a@example.org> SIZE=${raw.length + 4}`));
    await session.close();
  });

  it("speaks without pipelining where it is not offered", async () => {
    const { server, session } = await given({ ehlo: "250-old\r\n250 AUTH LOGIN PLAIN" });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "sent");
    assert.equal(server.messages.length, 1);
    await session.close();
  });

  const dsn = "250-scripted\r\n250-PIPELINING\r\n250-DSN\r\n250 AUTH PLAIN";
  const report = " RET=HDRS ENVID=sn_abc";
  const orcpt = (xtext: string) => ` ORCPT=rfc822;${xtext}`;
  const named: { what: string; ehlo?: string; id?: string; to?: string; mail: string; rcpt: string }[] = [
    { what: "DSN", mail: report, rcpt: orcpt("b@example.org") },
    { what: "no PIPELINING", ehlo: "250-s\r\n250-DSN\r\n250 AUTH PLAIN", mail: report, rcpt: orcpt("b@example.org") },
    { what: "no DSN", ehlo: "250-s\r\n250 AUTH PLAIN", mail: "", rcpt: "" },
    { what: "DSN, and no id is given", id: "", mail: "", rcpt: "" },
    {
      what: "DSN, and signs that xtext writes otherwise",
      to: "b+x=y@example.org",
      mail: report,
      rcpt: orcpt("b+2Bx+3Dy@example.org"),
    },
    {
      what: "DSN, and an international recipient",
      ehlo: "250-s\r\n250-DSN\r\n250-SMTPUTF8\r\n250 AUTH PLAIN",
      to: "jürgen@example.org",
      mail: ` SMTPUTF8${report}`,
      rcpt: "",
    },
    { what: "DSN, and a recipient too long for it", to: `${"+".repeat(170)}@example.org`, mail: report, rcpt: "" },
  ];
  for (const { what, ehlo = dsn, id = "sn_abc", to = "b@example.org", mail, rcpt } of named)
    it(`says how a report is to name a message and its recipient: ${what}`, async () => {
      const { server, session } = await given({ ehlo });
      const sender = { ...(id && { id }), from: envelope.from, to: [to] };
      assert.equal(await outcome(session.submit(sender, raw, signal)), "sent");
      const lines = server.lines.filter((line) => /^(?:MAIL|RCPT)/.test(line));
      const written = Buffer.from(to).toString("latin1");
      assert.deepEqual(lines, [`MAIL FROM:<${envelope.from}>${mail}`, `RCPT TO:<${written}>${rcpt}`]);
      await session.close();
    });

  const refused = (code: string) => (line: string) => (/ENVID|ORCPT/.test(line) ? code : "250 ok");
  /** What was sent along with a MAIL that is refused is refused, too. */
  const noMail = (nth: number) => (nth === 1 ? "503 5.5.1 MAIL first" : "354 go on");
  const parameters: [what: string, script: Script, result: string, rounds: number][] = [
    ["at MAIL", { mail: refused("555 5.5.4 unsupported option"), data: noMail }, "sent", 2],
    ["at RCPT", { rcpt: refused("504 not implemented"), data: noMail }, "sent", 2],
    ["an address at RCPT", { rcpt: () => "501 5.1.3 bad address" }, "message RECIPIENT_REFUSED", 1],
    ["a recipient", { rcpt: () => "550 5.1.1 unknown" }, "message RECIPIENT_REFUSED", 1],
  ];
  for (const [what, script, result, rounds] of parameters)
    it(`goes on without where a server offers DSN and refuses: ${what}`, async () => {
      const { server, session } = await given({ ehlo: dsn, ...script });
      void session.useAtMost(1);
      const id = "sn_abc";
      assert.equal(await outcome(session.submit({ ...envelope, id }, raw, signal)), result);
      assert.equal(server.lines.filter((line) => line.startsWith("MAIL")).length, rounds);
      const others = [1, 2, 3].map(() => outcome(session.submit({ ...envelope, id }, raw, signal)));
      assert.deepEqual(await Promise.all(others), [result, result, result]);
      assert.equal(server.messages.length, result === "sent" ? 4 : 0);
      await session.close();
    });

  it("never opens more connections than allowed", async () => {
    const { server, session } = await given({});
    await Promise.all(Array.from({ length: 50 }, () => session.submit(envelope, raw, signal)));
    assert.equal(server.messages.length, 50);
    assert.equal(server.connections, 2);
    await session.close();
  });

  it("counts a connection until the server has closed it, too: it never has more than allowed", async () => {
    const script = { closesAfterMs: 150 };
    const { server, session } = await given(script);
    await Promise.all([1, 2, 3, 4].map(() => session.submit(envelope, raw, signal)));
    assert.equal(server.open, 2);
    await session.useAtMost(1);
    assert.equal(server.open, 1, "when another may open it, this one is gone");
    await session.close();
    assert.equal(server.open, 0);
    const oneEach = await given(script, {}, smtpConnector({ messagesPerConnection: 1 }));
    void oneEach.session.useAtMost(1);
    await Promise.all([1, 2, 3].map(() => oneEach.session.submit(envelope, raw, signal)));
    assert.deepEqual([oneEach.server.connections, oneEach.server.most], [3, 1]);
    await oneEach.session.close();
  });

  it("begins the next message behind the content of the one before, with the caller's permission first", async () => {
    const { server, session } = await given({});
    void session.useAtMost(1);
    const order: string[] = [];
    const submit = (n: number) => {
      const permission = { ask: async () => void order.push(`asked ${n}`), holds: () => true };
      return session.submit(envelope, Buffer.from(`Subject: ${n}\r\n\r\n`), signal, permission);
    };
    await Promise.all([1, 2, 3, 4].map(submit));
    assert.deepEqual(
      server.messages.map((message) => message.slice(0, 10)),
      ["Subject: 1", "Subject: 2", "Subject: 3", "Subject: 4"],
    );
    assert.deepEqual(order, ["asked 1", "asked 2", "asked 3", "asked 4"]);
    assert.equal(server.connections, 1);
    // The first answer is not known yet, so only from the third on two commands come in one piece.
    assert.ok(server.together >= 2, `${server.together} envelopes came with a content`);
    await session.close();
  });

  it("asks for a large message when its content is out, however fast the server is", async () => {
    const { server, connect } = await given({}, { credentials: null });
    const session = patient.open(connect, 1);
    const large = Buffer.concat([raw, Buffer.from(`${"x".repeat(900)}\r\n`.repeat(100))]);
    const data = () => server.lines.filter((line) => line === "DATA").length;
    const saidBefore: number[] = [];
    const permission = { ask: async () => void saidBefore.push(data()), holds: () => true };
    // The first ones show how fast it is.
    for (let n = 0; n < 3; n++) await session.submit(envelope, raw, signal);
    await Promise.all([session.submit(envelope, raw, signal), session.submit(envelope, large, signal, permission)]);
    assert.deepEqual(saidBefore, [5]);
    await session.close();
  });

  it("hands over nothing of a message that began behind another and is not permitted", async () => {
    const { server, session } = await given({});
    void session.useAtMost(1);
    const no = { ask: async () => {}, holds: () => false };
    const works = [1, 2, 3].map((n) => session.submit(envelope, Buffer.from(`Subject: ${n}\r\n\r\n`), signal));
    const refused = session.submit(envelope, raw, signal, no);
    const last = session.submit(envelope, raw, signal);
    await Promise.all(works);
    await assert.rejects(refused, { name: "PermissionRefused" });
    assert.equal(await outcome(last), "sent");
    assert.equal(server.messages.length, 4);
    await session.close();
  });

  it("takes a message behind one that is never answered over another connection, and sends it once", async () => {
    const { server, session } = await given({
      final: (message) => (message.includes("stuck") ? () => {} : "250 2.0.0 taken"),
    });
    void session.useAtMost(1);
    const subjects = ["one", "two", "stuck", "behind"];
    const works = subjects.map((word) => outcome(session.submit(envelope, Buffer.from(`A: ${word}\r\n\r\n`), signal)));
    assert.deepEqual(await Promise.all(works), ["sent", "sent", "uncertain", "sent"]);
    assert.equal(server.messages.filter((message) => message.includes("behind")).length, 1);
    assert.equal(server.connections, 2);
    await session.close();
  });

  it("lets no message wait behind one that is not answered", { timeout: 20_000 }, async () => {
    const patient = smtpConnector({ commandMs: 1000, finalMs: 30_000, idleMs: 400 });
    const { server, connect } = await given({
      final: (message) => (message.includes("stuck") ? () => {} : "250 2.0.0 taken"),
    });
    const session = patient.open(connect, 2);
    const words = Array.from({ length: 12 }, (_, n) => (n === 5 ? "stuck" : `word${n}`));
    const works = words.map((word) => outcome(session.submit(envelope, Buffer.from(`A: ${word}\r\n\r\n`), signal)));
    const others = works.filter((_work, n) => n !== 5);
    assert.deepEqual(new Set(await Promise.all(others)), new Set(["sent"]));
    assert.equal(new Set(server.messages).size, server.messages.length);
    await session.close();
  });

  it("writes a large message with back-pressure", async () => {
    const { server, session } = await given({ ehlo: "250-big\r\n250 PIPELINING" }, { credentials: null }, patient);
    const large = Buffer.from(`A: b\r\n\r\n${"x".repeat(998)}\r\n`.repeat(3000));
    assert.equal(await outcome(session.submit(envelope, large, signal)), "sent");
    assert.equal(server.messages[0]?.length, large.length);
    await session.close();
  });

  const answers: [why: string, script: Script, expected: string][] = [
    ["greylisting", { rcpt: () => "450 4.2.0 Greylisted" }, "deferred MESSAGE_DEFERRED"],
    ["an unknown recipient", { rcpt: () => "550 5.1.1 unknown" }, "message RECIPIENT_REFUSED"],
    [
      "an unknown recipient, data accepted",
      { rcpt: () => "550 5.1.1 unknown", data: () => "554 5.5.1 no valid recipients" },
      "message RECIPIENT_REFUSED",
    ],
    [
      "a refused sender",
      { mail: () => "550 5.7.1 not yours", rcpt: () => "503 5.5.1 nested", data: () => "503 5.5.1 bad" },
      "message SENDER_REFUSED",
    ],
    [
      "a refused sender at RCPT",
      { rcpt: () => "553 5.7.1 Sender address rejected: not owned by user" },
      "permanent SENDER_REFUSED",
    ],
    ["a refused message", { final: () => "554 5.7.1 spam" }, "message MESSAGE_REFUSED"],
    ["a message put off", { final: () => "451 4.7.1 later" }, "deferred MESSAGE_DEFERRED"],
    ["a message too large at the end", { final: () => "552 5.3.4 too big" }, "message MESSAGE_TOO_LARGE"],
    [
      "a sending limit",
      { mail: () => "550 5.4.5 Daily user sending quota exceeded" },
      "throttled SENDING_LIMIT_REACHED",
    ],
    ["421 at the final dot", { final: () => "421 4.3.0 shutting down" }, "deferred SERVER_UNAVAILABLE"],
    ["421 at MAIL", { mail: () => "421 4.3.2 going down" }, "deferred SERVER_UNAVAILABLE"],
    ["a wrong password", { auth: "535 5.7.8 bad" }, "auth AUTHENTICATION_REJECTED"],
    ["a refusing greeting", { greeting: "554 5.7.1 blocked" }, "transient SERVER_UNAVAILABLE"],
    ["another protocol", { greeting: "HTTP/1.1 400 Bad Request" }, "permanent NOT_THIS_PROTOCOL"],
    ["silence at the greeting", { greeting: () => {} }, "transient CONNECTION_TIMEOUT"],
    ["a loss at MAIL", { mail: () => (socket) => socket.destroy() }, "deferred CONNECTION_LOST"],
    ["a loss at DATA", { data: () => (socket) => socket.destroy() }, "deferred CONNECTION_LOST"],
    ["silence at MAIL", { mail: () => () => {} }, "deferred CONNECTION_TIMEOUT"],
    ["silence at RCPT", { rcpt: () => () => {} }, "deferred CONNECTION_TIMEOUT"],
    ["nonsense at RCPT", { rcpt: () => "what?" }, "deferred PROTOCOL_ERROR"],
    ["421 at RCPT, and the end", { rcpt: thenClose("421 4.4.2 timeout") }, "deferred SERVER_UNAVAILABLE"],
    ["a refused MAIL, and the end", { mail: thenClose("552 5.3.4 too big") }, "message MESSAGE_TOO_LARGE"],
    ["an unknown recipient, and the end", { rcpt: thenClose("550 5.1.1 unknown") }, "message RECIPIENT_REFUSED"],
    ["a refused DATA, and the end", { data: thenClose("554 5.7.1 no") }, "message MESSAGE_REFUSED"],
    ["a refused message, and the end", { final: thenClose("554 5.7.1 spam") }, "message MESSAGE_REFUSED"],
    [
      "a refused message whose line has no end, and the end",
      { final: () => (socket) => socket.end("554 5.7.1 spam") },
      "message MESSAGE_REFUSED",
    ],
    ["a message put off, and the end", { final: thenClose("451 4.3.0 later") }, "deferred SERVER_UNAVAILABLE"],
    ["a loss after the dot", { final: () => (socket) => socket.destroy() }, "uncertain"],
    ["a reset after the dot", { final: () => (socket) => socket.resetAndDestroy() }, "uncertain"],
    ["a close after the dot", { final: () => (socket) => socket.end() }, "uncertain"],
    ["silence after the dot", { final: () => () => {} }, "uncertain"],
    ["nonsense after the dot", { final: () => "what?" }, "uncertain"],
    ["half an answer after the dot", { final: () => (socket) => socket.end("250-ta") }, "uncertain"],
  ];
  for (const [why, script, expected] of answers)
    for (const pipelining of [true, false])
      it(`${why} is ${expected}${pipelining ? "" : ", without pipelining"}`, async () => {
        const { session } = await given(pipelining ? script : { ehlo: "250-old\r\n250 AUTH PLAIN", ...script });
        assert.equal(await outcome(session.submit(envelope, raw, signal)), expected);
        await session.close();
      });

  it("is sent when some recipients are refused, and says which", async () => {
    const { session } = await given({ rcpt: (line) => (line.includes("<no@") ? "550 5.1.1 unknown" : "250 ok") });
    const sent = await session.submit({ from: "a@example.org", to: ["no@example.org", "b@example.org"] }, raw, signal);
    assert.deepEqual(sent.rejected, [{ address: "no@example.org", reply: "550 5.1.1 unknown" }]);
    await session.close();
  });

  it("tells whom it may name in a further transaction at once, and whom later", async () => {
    const replies: Record<string, string> = {
      "one@example.org": "250 ok",
      "two@example.org": "452 4.5.3 Too many recipients",
      "three@example.org": "552 5.5.3 Too many recipients",
      "four@example.org": "552 Requested mail action aborted: exceeded storage allocation",
      "five@example.org": "552 5.2.2 Mailbox full",
      "six@example.org": "450 4.2.1 busy",
      "seven@example.org": "550 Too many recipients",
    };
    const { session } = await given({ rcpt: (line) => replies[/<(.*)>/.exec(line)?.[1] ?? ""] ?? "" });
    const sent = await session.submit({ from: "a@example.org", to: Object.keys(replies) }, raw, signal);
    assert.deepEqual(
      sent.rejected.map(({ again }) => again),
      ["now", "now", "now", undefined, "later", "now"],
    );
    await session.close();
  });

  it("is put off, not refused, as long as one recipient may still be taken", async () => {
    const { session } = await given({
      rcpt: (line) => (line.includes("<no@") ? "550 5.1.1 unknown" : "450 4.2.1 busy"),
    });
    const work = session.submit({ from: "a@example.org", to: ["no@example.org", "b@example.org"] }, raw, signal);
    assert.equal(await outcome(work), "deferred MESSAGE_DEFERRED");
    await session.close();
  });

  it("never hands an empty message to a server that goes on without recipients", async () => {
    const { server, session } = await given({ rcpt: () => "550 5.1.1 unknown", data: () => "354 go on" });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "message RECIPIENT_REFUSED");
    assert.equal(server.messages.length, 0);
    await session.close();
  });

  it("goes on with the next message after a refused one", async () => {
    const { server, session } = await given({
      rcpt: (_line, nth) => (nth === 1 ? "550 5.1.1 unknown" : "250 ok"),
      data: (nth) => (nth === 1 ? "554 5.5.1 none" : "354 go"),
    });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "message RECIPIENT_REFUSED");
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "sent");
    assert.equal(server.connections, 1);
    await session.close();
  });

  it("takes a new connection when the server closed the kept one", async () => {
    const { server, session } = await given({
      mail: (_line, nth) => (nth === 2 ? (socket) => socket.destroy() : "250 ok"),
    });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "sent");
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "sent");
    assert.equal(server.connections, 2);
    assert.equal(server.messages.length, 2);
    await session.close();
  });

  it("does not try again by itself after the final dot", async () => {
    const { server, session } = await given({
      final: (_m, nth) => (nth === 2 ? (socket) => socket.destroy() : "250 ok"),
    });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "sent");
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "uncertain");
    assert.equal(server.connections, 1);
    await session.close();
  });

  it("refuses what is larger than the server takes before it writes it", async () => {
    const { server, session } = await given({});
    assert.equal(
      await outcome(session.submit(envelope, Buffer.alloc(200_000, "x"), signal)),
      "message MESSAGE_TOO_LARGE",
    );
    assert.equal(
      server.lines.some((line) => line.startsWith("MAIL")),
      false,
    );
    await session.close();
  });

  it("lets no address smuggle a command", async () => {
    const { server, session } = await given({});
    const work = session.submit(
      { from: "a@example.org", to: ["b@example.org>\r\nRCPT TO:<evil@example.org"] },
      raw,
      signal,
    );
    assert.equal(await outcome(work), "message RECIPIENT_REFUSED");
    assert.equal(
      server.lines.some((line) => line.includes("evil")),
      false,
    );
    await session.close();
  });

  it("asks for credentials where the server does", async () => {
    const { session } = await given({ mail: () => "530 5.7.0 Authentication required" }, { credentials: null });
    assert.equal(await outcome(session.submit(envelope, raw, signal)), "permanent SIGN_IN_NEEDED");
    await session.close();
  });

  it("knows a closed port and an unknown name", async () => {
    const { server, connect } = await given({});
    await server.stop();
    assert.equal(
      await outcome(connector.open(connect, 1).submit(envelope, raw, signal)),
      "transient CONNECTION_REFUSED",
    );
  });
});

describe("testing", () => {
  const test = async (options: ConnectOptions, probe = true) => {
    const heard: TestStep[] = [];
    const report = await connector.test(options, probe ? { envelope, raw } : null, (step) => heard.push(step), signal);
    assert.deepEqual(heard, report.steps);
    return { ...report, words: report.steps.map((step) => `${step.step} ${step.outcome}`) };
  };

  it("goes the whole way and really sends the probe", async () => {
    const { server, connect } = await given({});
    const { words, failure, steps } = await test(connect);
    assert.equal(failure, null);
    assert.deepEqual(words, ["resolve ok", "connect ok", "tls skipped", "authenticate ok", "send ok"]);
    assert.equal(steps.at(-1)?.detail, "250 2.0.0 taken");
    assert.equal(server.messages.length, 1);
  });

  for (const [stage, script] of [
    ["RCPT", { rcpt: () => "550 5.1.1 no such user here" }],
    ["the final dot", { final: () => "554 5.7.1 looks like spam" }],
  ] satisfies [string, Script][])
    it(`a probe that is refused at ${stage} is the answer, in the server's words`, async () => {
      const { connect } = await given(script);
      const { failure, steps } = await test(connect);
      assert.deepEqual([failure?.code, failure?.kind], ["TEST_MESSAGE_REFUSED", "permanent"]);
      assert.equal(steps.at(-1)?.code, "TEST_MESSAGE_REFUSED");
      assert.match(steps.at(-1)?.detail ?? "", /no such user here|looks like spam/);
    });

  it("a server that relays only for those who sign in says that it needs a sign-in", async () => {
    for (const reply of ["554 5.7.1 <b@example.org>: Relay access denied", "550 relaying denied"]) {
      const { connect } = await given({ ehlo: "250 open", rcpt: () => reply }, { credentials: null });
      const { failure } = await test(connect);
      assert.deepEqual([failure?.code, failure?.evidence?.reply], ["SIGN_IN_NEEDED", reply]);
    }
    const { connect } = await given({ rcpt: () => "554 5.7.1 Relay access denied" });
    assert.equal((await test(connect)).failure?.code, "TEST_MESSAGE_REFUSED", "signed in, it is not about that");
  });

  it("stops after signing in without a probe", async () => {
    const { server, connect } = await given({});
    assert.deepEqual((await test(connect, false)).words, [
      "resolve ok",
      "connect ok",
      "tls skipped",
      "authenticate ok",
    ]);
    assert.equal(
      server.lines.some((line) => line.startsWith("MAIL")),
      false,
    );
  });

  it("that is broken off by its caller has no result, and is not called a server that did not answer", async () => {
    const lost = new Error("the permit is lost");
    const before = await given({});
    await assert.rejects(
      connector.test(before.connect, null, () => {}, AbortSignal.abort(lost)),
      lost,
    );
    const during = new AbortController();
    const { connect } = await given({
      mail: () => {
        during.abort(lost);
        return "250 ok";
      },
    });
    await assert.rejects(
      connector.test(connect, { envelope, raw }, () => {}, during.signal),
      lost,
    );
  });

  it("never falls back from STARTTLS", async () => {
    const { server, connect } = await given({ ehlo: "250-plain\r\n250 AUTH PLAIN" });
    const { words, failure, steps } = await test({ ...connect, server: { ...connect.server, security: "starttls" } });
    assert.deepEqual(words, ["resolve ok", "connect ok", "tls failed"]);
    assert.equal(failure?.code, "TLS_NOT_OFFERED");
    assert.ok(steps.at(-1)?.remedy);
    assert.equal(
      server.lines.some((line) => line.startsWith("AUTH")),
      false,
    );
  });

  it("believes nothing that comes before the handshake", async () => {
    const { connect } = await given({ ehlo: "250-x\r\n250 STARTTLS" });
    const injected = await given({ greeting: "220 x", ehlo: "250-x\r\n250 STARTTLS\r\n250 injected" });
    void connect;
    const { failure } = await test({
      ...injected.connect,
      server: { ...injected.connect.server, security: "starttls" },
    });
    assert.ok(failure);
  });

  it("says which step failed when the password is wrong, and never shows it", async () => {
    const { connect } = await given({ auth: "535 5.7.8 Error: authentication failed" });
    const report = await test(connect);
    assert.deepEqual(report.words.at(-1), "authenticate failed");
    assert.equal(report.failure?.code, "AUTHENTICATION_REJECTED");
    assert.doesNotMatch(JSON.stringify(report), /correct horse|Y29ycmVj/);
  });

  it("fails the send step when the sender is refused", async () => {
    const { connect } = await given({ mail: () => "550 5.7.60 no permissions to send as" });
    const { words, failure } = await test(connect);
    assert.equal(words.at(-1), "send failed");
    assert.equal(failure?.code, "SENDER_REFUSED");
  });

  it("tells implicit TLS on a plain port from a certificate nobody knows", async () => {
    const { connect } = await given({});
    const plain = await test({ ...connect, server: { ...connect.server, security: "tls" } });
    assert.equal(plain.failure?.code, "PORT_SPEAKS_PLAIN");
    const secure = new SMTPServer({ secure: true, authOptional: true, logger: false });
    secure.on("error", () => {});
    await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", () => resolve()));
    const address = secure.server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const unknown = await test(optionsFor(port, { server: { host: "localhost", port, security: "tls" } }));
    assert.match(String(unknown.failure?.code), /^TLS_CERTIFICATE_(UNTRUSTED|EXPIRED)|TLS_NAME_MISMATCH$/);
    assert.equal(unknown.words.at(-1), "tls failed");
    await new Promise<void>((resolve) => secure.close(() => resolve()));
  });
});
