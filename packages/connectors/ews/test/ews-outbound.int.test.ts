import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import {
  type ConnectOptions,
  DeferredError,
  PermissionRefused,
  type StreamedMessage,
  UncertainError,
} from "@mailfleet/connector-api";
import { FailureError, Secret } from "@mailfleet/contracts";
import { ewsInbound, ewsOutbound } from "../src/index.ts";
import { fault, type ScriptedExchange, startScriptedExchange } from "./scripted-exchange.ts";
import { sendRefusals } from "./whose-failure.cases.ts";

const from = "jane@example.org";
const never = new AbortController().signal;
const raw = Buffer.from(
  `From: ${from}\r\nTo: ada@example.org\r\nMessage-ID: <one@x>\r\nX-Mailfleet-Send: s1\r\n\r\ntext\r\n`,
);
const envelope = { from, to: ["ada@example.org", "hidden@example.org"] };
let exchange: ScriptedExchange;
before(async () => {
  exchange = await startScriptedExchange();
});
after(() => exchange.stop());
beforeEach(() => {
  exchange.sent.splice(0);
});

const options = (saveCopy?: boolean): ConnectOptions => ({
  mailboxId: "mb_test",
  address: from,
  server: { host: "127.0.0.1", port: exchange.port, security: "none", authentication: "basic", saveCopy },
  credentials: { type: "password", username: from, password: new Secret("right") },
  allowedPorts: null,
  allowedNetworks: ["127.0.0.0/8"],
  connectionTimeoutMs: 5000,
});

async function submit(
  message: Uint8Array | StreamedMessage = raw,
  given = options(),
  permission?: Parameters<ReturnType<typeof ewsOutbound.open>["submit"]>[3],
) {
  const session = ewsOutbound.open(given, 2);
  try {
    return await session.submit(envelope, message, never, permission);
  } finally {
    await session.close();
  }
}

describe("sending through Exchange", () => {
  test("hands MIME over for everybody in the envelope, with a copy unless the profile says no", async () => {
    await submit();
    await submit(raw, options(false));
    assert.deepEqual(
      exchange.sent.map(({ disposition }) => disposition),
      ["SendAndSaveCopy", "SendOnly"],
    );
    assert.equal(exchange.sent[0]?.mime, `Bcc: hidden@example.org\r\n${raw}`);
  });

  test("a large message is sent while it is read", async () => {
    const body = Buffer.concat([raw, Buffer.alloc(700_001, "0123456789\r\n")]);
    const message: StreamedMessage = {
      ...{ size: body.length, eightBit: false, eightBitHeader: false },
      async *stream() {
        for (let at = 0; at < body.length; at += 9999) yield body.subarray(at, at + 9999);
      },
    };
    await submit(message);
    assert.equal(exchange.sent[0]?.mime, `Bcc: hidden@example.org\r\n${body}`);
  });

  test("does not know what became of a message whose answer was lost, and finds it again", async () => {
    exchange.next({ operation: "CreateItem", cutOff: true });
    await assert.rejects(submit(), UncertainError);
    assert.equal(exchange.sent.length, 1);
    const sought = { messageId: "<one@x>", isOwnId: true, mark: { field: "X-Mailfleet-Send", value: "s1" }, since: 0 };
    assert.equal(await ewsInbound.findSent?.(options(), sought, never), true);
    const other = { ...sought, mark: { field: "X-Mailfleet-Send", value: "s2" } };
    assert.equal(await ewsInbound.findSent?.(options(), other, never), false);
    assert.equal(await ewsInbound.findSent?.(options(false), sought, never), null);
  });

  test("sends nothing without permission", async () => {
    const refused = { ask: () => Promise.reject(new Error("no")), holds: () => false };
    await assert.rejects(submit(raw, options(), refused), PermissionRefused);
    assert.equal(exchange.sent.length, 0);
  });

  const busy = '<t:MessageXml><t:Value Name="BackOffMilliseconds">7000</t:Value></t:MessageXml>';
  test("waits as long as Exchange says", async () => {
    exchange.next({ operation: "CreateItem", status: 500, body: fault("ErrorServerBusy", "busy", busy) });
    await assert.rejects(submit(), (error) => error instanceof FailureError && error.failure.retryAfterMs === 7000);
  });

  test("who says yes in another language than Exchange's may have taken it", async () => {
    for (const type of ["text/html", "application/json", "text/xml"]) {
      exchange.next({ operation: "CreateItem", status: 200, type, body: "<h1>ok</h1>" });
      await assert.rejects(submit(), UncertainError, type);
    }
  });

  test("a refusal that names another sender or recipient reaches nobody else", async () => {
    const stranger = Buffer.from(`From: ${from}\r\nTo: eve@example.org\r\n\r\n`);
    await assert.rejects(submit(stranger), /MESSAGE_REFUSED.*eve@example\.org/);
    assert.equal(exchange.sent.length, 0);
  });

  for (const { said, comes } of sendRefusals)
    test(`${said}: ${comes}`, async () => {
      exchange.next({
        operation: "CreateItem",
        ...(typeof said === "string" ? { code: said } : { status: said, type: "text/html", body: "<h1>no</h1>" }),
      });
      await assert.rejects(submit(), (error) => {
        if (error instanceof UncertainError) return comes === "uncertain";
        assert.ok(error instanceof FailureError, String(error));
        const whose = error instanceof DeferredError ? "deferred" : error.failure.kind;
        assert.equal(`${whose} ${error.failure.code}`, comes);
        return true;
      });
      assert.equal(exchange.sent.length, 0);
    });
});
