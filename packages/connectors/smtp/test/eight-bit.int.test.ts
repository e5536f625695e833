import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { ConnectOptions, StreamedMessage } from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { smtpConnector } from "../src/index.ts";
import { type ScriptedServer, scriptedServer } from "./scripted-server.ts";

const signal = new AbortController().signal;
const connector = smtpConnector({ commandMs: 1000, finalMs: 600, dataBlockMs: 1000, idleMs: 400 });
const running: ScriptedServer[] = [];
after(async () => {
  for (const server of running) await server.stop();
});

const offers = (...extensions: string[]) =>
  ["250-scripted", ...extensions.map((name) => `250-${name}`), "250 AUTH PLAIN"].join("\r\n");
const envelope = { from: "a@example.org", to: ["b@example.org"] };
const head = "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
const text = Buffer.from(`${head}Content-Transfer-Encoding: 8bit\r\n\r\nGrüße aus Köln\r\n`);

async function submit(
  ehlo: string,
  raw: Uint8Array | StreamedMessage,
  more: Partial<ConnectOptions> = {},
  to = envelope,
) {
  const server = await scriptedServer({ ehlo });
  running.push(server);
  const session = connector.open(
    {
      mailboxId: "mb_test",
      address: "a@example.org",
      server: { host: "127.0.0.1", port: server.port, security: "none" },
      credentials: { type: "password", username: "a@example.org", password: new Secret("correct horse") },
      allowedPorts: null,
      allowedNetworks: ["127.0.0.0/8", "::1"],
      connectionTimeoutMs: 1000,
      ...more,
    },
    1,
  );
  try {
    await session.submit(to, raw, signal);
    return { mail: server.lines.find((line) => line.startsWith("MAIL")) ?? "", message: server.messages[0] ?? "" };
  } catch (error) {
    assert.ok(error instanceof FailureError, String(error));
    assert.equal(error.failure.kind, "message");
    assert.deepEqual(server.messages, [], "nothing of it was sent");
    return { refused: error.failure.code, reply: error.failure.evidence?.reply ?? "" };
  } finally {
    await session.close();
  }
}

const streamed = (raw: Buffer, eightBitHeader = false): StreamedMessage => ({
  size: raw.length,
  eightBit: true,
  eightBitHeader,
  stream: async function* () {
    for (let at = 0; at < raw.length; at += 1000) yield raw.subarray(at, at + 1000);
  },
});

describe("8-bit text", () => {
  it("goes as it is to a server that offers 8BITMIME, and is announced", async () => {
    const { mail, message } = await submit(offers("8BITMIME", "SIZE"), text);
    assert.match(mail ?? "", / BODY=8BITMIME$/);
    assert.equal(message, text.toString("latin1"));
  });

  it("is encoded for a server that does not, with the size that it then has", async () => {
    const { mail, message = "" } = await submit(offers("SIZE"), text);
    assert.match(message, /Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe aus K=C3=B6ln\r\n$/);
    assert.equal(mail, `MAIL FROM:<a@example.org> SIZE=${message.length + 3}`);
  });

  it("is encoded while it is read, where it is large", async () => {
    const large = Buffer.concat([text, Buffer.from("Grüße aus Köln\r\n".repeat(20_000))]);
    const { mail, message = "" } = await submit(offers("SIZE"), streamed(large));
    assert.match(mail ?? "", new RegExp(`SIZE=${message.length}$`));
    assert.equal(message.split("Gr=C3=BC=C3=9Fe aus K=C3=B6ln\r\n").length, 20_002);
  });

  it("that is signed is refused with words instead of broken", async () => {
    const signed = Buffer.concat([Buffer.from("DKIM-Signature: v=1; b=x\r\n"), text]);
    for (const message of [signed, streamed(signed)]) {
      const { refused, reply } = await submit(offers(), message);
      assert.equal(refused, "SERVER_LACKS_EXTENSION");
      assert.match(reply ?? "", /signed and has 8-bit text: .*8BITMIME/);
    }
  });

  it("goes as it is where the profile says so", async () => {
    const { mail, message } = await submit(offers(), text, { eightBitPolicy: "send" });
    assert.equal(mail, "MAIL FROM:<a@example.org>");
    assert.equal(message, text.toString("latin1"));
  });
});

describe("international addresses", () => {
  const header = Buffer.from("From: jörg@example.org\r\nSubject: x\r\n\r\nhello\r\n");
  it("in the envelope or in the header need SMTPUTF8, which is asked for only then", async () => {
    const all = offers("8BITMIME", "SMTPUTF8");
    assert.doesNotMatch((await submit(all, text)).mail ?? "", /SMTPUTF8/);
    assert.match((await submit(all, header)).mail ?? "", / BODY=8BITMIME SMTPUTF8$/);
    assert.match((await submit(all, streamed(header, true))).mail ?? "", /SMTPUTF8$/);
    const { mail } = await submit(all, text, {}, { from: "a@example.org", to: ["jörg@example.org"] });
    assert.match(mail ?? "", /SMTPUTF8$/);
  });

  it("are refused with words where the server does not offer it", async () => {
    for (const message of [header, streamed(header, true)])
      assert.match(
        (await submit(offers("8BITMIME"), message)).reply ?? "",
        /header has international addresses.*SMTPUTF8/,
      );
    const to = { from: "a@example.org", to: ["jörg@example.org"] };
    const { refused, reply } = await submit(offers("8BITMIME"), text, {}, to);
    assert.equal(refused, "SERVER_LACKS_EXTENSION");
    assert.match(reply ?? "", /SMTPUTF8.*jörg@example\.org/);
  });

  it("only in the domain need nothing of the server", async () => {
    const { mail } = await submit(offers("8BITMIME"), text, {}, { from: "a@example.org", to: ["a@bücher.example"] });
    assert.doesNotMatch(mail ?? "", /SMTPUTF8/);
  });
});
