import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, describe, test } from "node:test";
import { DeferredError, UncertainError } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { gmailInbound, gmailOutbound } from "../src/index.ts";
import { fetch, startAccount, type TestAccount } from "./account.ts";
import { sendRefusals } from "./whose-failure.cases.ts";

const stops: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const stop of stops) await stop();
});

async function account(options?: Parameters<typeof startAccount>[0]): Promise<TestAccount> {
  const started = await startAccount(options);
  stops.push(() => started.gmail.stop());
  return started;
}

const signal = () => AbortSignal.timeout(20_000);
const head = "From: jane@example.org\r\nTo: kim@example.org\r\nSubject: hello\r\n";
const raw = Buffer.from(`${head}X-Mailfleet-Send: snd_1\r\nMessage-ID: <snd_1@mailfleet>\r\n\r\nHello.\r\n`);
const toKim = { from: "jane@example.org", to: ["kim@example.org"] };

function open({ connect }: TestAccount, connections = 4) {
  const session = gmailOutbound({ fetch }).open(connect, connections);
  stops.push(() => session.close());
  return session;
}

async function failureOfSend(sending: Promise<unknown>): Promise<FailureError["failure"]> {
  try {
    await sending;
  } catch (error) {
    assert.ok(error instanceof FailureError, String(error));
    return error.failure;
  }
  throw new Error("it was sent");
}

describe("sending through Gmail's API", () => {
  test("ten messages at once arrive once each, in one request each; our own mark stays, the Message-ID does not", async () => {
    const jane = await account();
    const session = open(jane);
    const answers = await Promise.all(Array.from({ length: 10 }, () => session.submit(toKim, raw, signal())));
    const sent = jane.gmail.sent(jane.address);
    assert.equal(sent.length, 10);
    assert.deepEqual(
      answers.map(({ answer }) => answer).sort(),
      sent.map(({ id }) => `accepted by Gmail as ${id}`).sort(),
    );
    assert.match(sent[0]?.raw.toString() ?? "", /^X-Mailfleet-Send: snd_1\r$/m);
    assert.match(sent[0]?.raw.toString() ?? "", /^Message-ID: <CA\+/m);
    assert.equal(jane.gmail.requests.length, 10);
    await session.close();
    assert.equal((await failureOfSend(session.submit(toKim, raw, signal()))).code, "CONNECTION_LOST");
  });

  test("what was sent is found again by its mark, although Gmail replaced the Message-ID, and nothing else is", async () => {
    const jane = await account();
    const session = open(jane);
    for (const name of ["snd_1", "snd_2"])
      await session.submit(toKim, Buffer.from(raw.toString().replaceAll("snd_1", name)), signal());
    await session.close();
    const seek = (id: string, messageId = `<${id}@mailfleet>`) => {
      const sought = { messageId, isOwnId: true, mark: { field: "X-Mailfleet-Send", value: id } };
      return gmailInbound({ fetch }).findSent?.(jane.connect, { ...sought, since: Date.now() - 60_000 }, signal());
    };
    assert.equal(await seek("snd_2"), true);
    assert.equal(await seek("snd_3"), false);
    const kept = /^Message-ID: (<CA\+.*>)\r$/m.exec(jane.gmail.sent(jane.address)[0]?.raw.toString() ?? "")?.[1] ?? "";
    assert.equal(await seek("snd_1", kept), true, "by its Message-ID");
    assert.equal(await seek("snd_4", kept), false, "another one has this Message-ID");
  });

  test("a large message is read while it is sent, once for its header and once for itself", async () => {
    const jane = await account();
    const session = open(jane);
    const large = Buffer.concat([raw, Buffer.alloc(2_000_000, "0123456789abcdef\r\n")]);
    let reads = 0;
    const message = {
      size: large.length,
      eightBit: false,
      eightBitHeader: false,
      stream: async function* () {
        reads += 1;
        for (let at = 0; at < large.length; at += 300_000) yield large.subarray(at, at + 300_000);
      },
    };
    await session.submit({ ...toKim, to: ["kim@example.org", "lee@example.org"] }, message, signal());
    const sent = jane.gmail.sent(jane.address)[0]?.raw ?? Buffer.alloc(0);
    const body = (bytes: Buffer) => bytes.subarray(bytes.indexOf("\r\n\r\n"));
    assert.ok(body(sent).equals(body(large)));
    assert.equal(reads, 2);
  });

  test("recipients that the header does not name get it as blind copies; nobody beyond the envelope ever does", async () => {
    const reached: string[][] = [];
    const jane = await account({ onSend: (_raw, recipients) => reached.push([...recipients]) });
    const session = open(jane);
    await session.submit({ ...toKim, to: ["kim@example.org", "Lee@example.org"] }, raw, signal());
    const withBlind = Buffer.from(`Bcc: lee@example.org,\r\n mo@example.org\r\n${raw}`);
    const three = ["kim@example.org", "lee@example.org", "mo@example.org"];
    await session.submit({ ...toKim, to: three }, withBlind, signal());
    await session.submit({ ...toKim, to: [...three, "nan@example.org"] }, withBlind, signal());
    assert.deepEqual(
      reached.map((recipients) => recipients.sort()),
      [["kim@example.org", "lee@example.org"], three, [...three, "nan@example.org"]],
    );
    assert.doesNotMatch(
      jane.gmail
        .sent(jane.address)
        .map((message) => message.raw.toString())
        .join(),
      /bcc|lee@/i,
    );
    const partly = await failureOfSend(session.submit({ ...toKim, to: ["lee@example.org"] }, withBlind, signal()));
    assert.equal(partly.code, "MESSAGE_REFUSED");
    assert.match(partly.evidence?.reply ?? "", /kim@example\.org, mo@example\.org is not/);
    const broken = session.submit(
      { ...toKim, to: ["kim@example.org", "x@y.z>\r\nTo: eve@example.org"] },
      raw,
      signal(),
    );
    assert.equal((await failureOfSend(broken)).code, "RECIPIENT_REFUSED");
    assert.equal(reached.length, 3);
  });

  test("refusals concern the message, the account's limit or the permission, each with its code", async () => {
    const jane = await account({ dailySendLimit: 1, maximumMessageBytes: 100_000 });
    const session = open(jane);
    const large = Buffer.concat([raw, Buffer.alloc(120_000, "x\r\n")]);
    assert.equal((await failureOfSend(session.submit(toKim, large, signal()))).code, "MESSAGE_TOO_LARGE");
    const huge = Buffer.concat([raw, Buffer.alloc(37_000_000, "x\r\n")]);
    assert.equal((await failureOfSend(session.submit(toKim, huge, signal()))).code, "MESSAGE_TOO_LARGE");
    await session.submit(toKim, raw, signal());
    const limited = await failureOfSend(session.submit(toKim, raw, signal()));
    assert.equal(limited.code, "SENDING_LIMIT_REACHED");
    assert.ok((limited.retryAfterMs ?? 0) > 86_000_000);
    const failing = async (trouble: Parameters<typeof jane.gmail.failNext>[0]) => {
      jane.gmail.failNext({ path: "/send", ...trouble });
      return failureOfSend(session.submit(toKim, raw, signal()));
    };
    assert.equal((await failing({ status: 503 })).code, "SERVER_UNAVAILABLE");
    assert.equal((await failing({ status: 429 })).code, "RATE_LIMITED");
    assert.equal((await failing({ status: 400, reason: "failedPrecondition" })).code, "ACCOUNT_DISABLED");
    const invalid = { error: { code: 400, message: "Invalid To header", errors: [{ reason: "invalidArgument" }] } };
    assert.equal((await failing({ status: 400, body: invalid })).code, "RECIPIENT_REFUSED");
    jane.token = "stale";
    const other = open(jane);
    assert.equal((await failureOfSend(other.submit(toKim, raw, signal()))).code, "CONSENT_EXPIRED");
    assert.equal(jane.gmail.sent(jane.address).length, 1);
  });

  test("a refusal of one message is its own, unless the words speak of the account", async () => {
    const jane = await account();
    const session = open(jane);
    for (const { status, reason, message, comes } of sendRefusals) {
      jane.gmail.failNext({ path: "/send", status, body: { error: { code: status, message, errors: [{ reason }] } } });
      const error = await session.submit(toKim, raw, signal()).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof FailureError, message);
      const whose = error instanceof DeferredError ? `deferred of the ${error.whose}` : error.failure.kind;
      assert.equal(`${whose} ${error.failure.code}`, comes.replace("deferred", "deferred of the message"), message);
    }
  });

  test("a token that was refused is renewed and the message sent once", async () => {
    const jane = await account();
    // The token is stale until a renewed one is asked for.
    Object.defineProperty(jane, "token", { get: () => (jane.renewals.includes(true) ? jane.goodToken : "stale") });
    const session = open(jane);
    await Promise.all([1, 2, 3].map(() => session.submit(toKim, raw, signal())));
    assert.equal(jane.gmail.sent(jane.address).length, 3);
    assert.deepEqual(jane.renewals, [false, true]);
  });

  test("a message whose token was refused, and that got no other, was certainly not sent", async () => {
    const jane = await account();
    Object.defineProperty(jane, "token", {
      get: () => {
        if (jane.renewals.at(-1)) throw new FailureError(failureOf("CLIENT_REJECTED"));
        return "stale";
      },
    });
    assert.equal((await failureOfSend(open(jane).submit(toKim, raw, signal()))).code, "CLIENT_REJECTED");
    assert.equal(jane.gmail.sent(jane.address).length, 0);
  });

  test("no answer after the last byte is uncertain; before it the message was certainly not sent", async () => {
    const jane = await account();
    const session = open(jane);
    jane.gmail.failNext({ path: "/send", cutOff: true });
    await assert.rejects(session.submit(toKim, raw, signal()), UncertainError);
    assert.equal(jane.gmail.sent(jane.address).length, 1);
    jane.gmail.failNext({ path: "/send", status: 504 });
    await assert.rejects(session.submit(toKim, raw, signal()), UncertainError);
    jane.gmail.failNext({ path: "/send", status: 200, body: "<html>ok</html>" });
    await assert.rejects(session.submit(toKim, raw, signal()), UncertainError);
    jane.gmail.failNext({ path: "/send", delayMs: 1000 });
    await assert.rejects(session.submit(toKim, raw, AbortSignal.timeout(200)), UncertainError);

    const server = createServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stops.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as { port: number };
    const server1 = { ...jane.connect.server, port, apiUrl: `http://127.0.0.1:${port}` };
    const cutting = gmailOutbound({ fetch }).open({ ...jane.connect, server: server1 }, 1);
    const large = Buffer.concat([raw, Buffer.alloc(20_000_000, "x\r\n")]);
    assert.equal((await failureOfSend(cutting.submit(toKim, large, signal()))).code, "CONNECTION_LOST");
    await new Promise((resolve) => server.close(resolve));
    assert.equal((await failureOfSend(cutting.submit(toKim, raw, signal()))).code, "CONNECTION_REFUSED");
  });

  test("a test sends the probe; without one it proves the permission and sends nothing", async () => {
    const jane = await account({ scopes: ["https://www.googleapis.com/auth/gmail.send"] });
    const outbound = gmailOutbound({ fetch });
    const steps = (report: Awaited<ReturnType<typeof outbound.test>>) =>
      report.steps.map(({ step, outcome, code }) => [step, code ?? outcome].join(" "));
    const light = await outbound.test(jane.connect, null, () => {}, signal());
    assert.deepEqual(steps(light), ["connect ok", "authenticate ok"]);
    assert.equal(jane.gmail.sent(jane.address).length, 0);
    const full = await outbound.test(jane.connect, { envelope: toKim, raw }, () => {}, signal());
    assert.deepEqual(steps(full), ["connect ok", "authenticate ok", "send ok"]);
    assert.match(full.steps[2]?.detail ?? "", /^accepted by Gmail as /);
    assert.equal(jane.gmail.sent(jane.address).length, 1);

    const reader = await account({ scopes: ["https://www.googleapis.com/auth/gmail.readonly"] });
    const narrow = await outbound.test(reader.connect, { envelope: toKim, raw }, () => {}, signal());
    assert.deepEqual(steps(narrow), ["connect ok", "authenticate CONSENT_TOO_NARROW"]);
    const none = await outbound.test({ ...jane.connect, credentials: null }, null, () => {}, signal());
    assert.deepEqual(steps(none), ["settings CREDENTIALS_MISSING"]);
    assert.ok(!JSON.stringify([light, full, narrow, none]).includes("good-token"));
  });
});
