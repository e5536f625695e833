import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { after, before, describe, it } from "node:test";
import { type OutgoingMessage, subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";

/** Waits until the assertions hold. */
const soon = (assertions: () => void) =>
  eventually(() => {
    assertions();
    return true;
  });

let count = 0;
const sent = (mailboxId: string, answer = "250 ok"): OutgoingMessage => {
  count += 1;
  const body = { mailboxId, sendId: "sn_one1", messageId: "<m>", idempotencyKey: "k", at: 1_700_000_000_000 };
  return {
    id: `test:${count}`,
    subject: subjects.mailFact(mailboxId, "sent"),
    type: "mail.sent.v1",
    mailboxId,
    at: 1_700_000_000_000,
    body: { ...body, attempt: 1, answer, rejected: [] },
  };
};

describe("the live view", () => {
  let console: ConsoleUnderTest;
  let token: string;
  before(async () => {
    console = await startConsoleUnderTest(
      {},
      { liveViews: { heartbeatMs: 100, bufferBytes: 60_000, partingMs: 60_000 } },
    );
    token = await console.tokenFor("reader");
  });
  after(() => console?.stop());

  it("is opened so often by one token, and leaves places for others", async () => {
    const own = { authorization: `Bearer ${await console.tokenFor("reader")}` };
    const many = await Promise.all(Array.from({ length: 30 }, () => open("", own)));
    assert.equal(many.filter(({ status }) => status === 200).length, 20);
    const refused = many.filter(({ status }) => status === 429);
    assert.equal(refused.length, 10);
    assert.equal(refused[0]?.headers["retry-after"], "5");
    assert.equal(refused[0]?.headers.ratelimit, '"live-views";r=0;t=5');
    assert.equal(refused[0]?.headers["ratelimit-policy"], '"live-views";q=20;qu="concurrent-requests"');
    const other = await open();
    assert.deepEqual([other.status, other.headers.ratelimit], [200, '"live-views";r=19']);
    for (const reader of many) reader.close();
  });

  /** A reader that collects text; `paused` it takes nothing from its socket. */
  const open = async (query = "", headers: Record<string, string> = {}) => {
    const seen = { text: "", ended: false };
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number;
      headers: IncomingHttpHeaders;
      resume(): void;
      pause(): void;
    }>();
    const outgoing = request(
      `${console.app.url}/api/v1/events${query}`,
      { headers: { authorization: `Bearer ${token}`, ...headers } },
      (response) => {
        response.on("data", (data) => {
          seen.text += data;
        });
        response.on("close", () => {
          seen.ended = true;
        });
        response.on("error", () => {});
        const { statusCode: status = 0, headers: told } = response;
        resolve({ status, headers: told, resume: () => response.resume(), pause: () => response.pause() });
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
    const reader = await promise;
    if (reader.status === 200) await soon(() => assert.match(seen.text, /event: ready/));
    return { ...reader, seen, close: () => outgoing.destroy() };
  };

  it("shows what happens, with times in ISO 8601, filtered by mailbox and type", async () => {
    const all = await open();
    const one = await open("?mailbox=mb_two02&type=mail.sent.v1,mail.failed.v1");
    const none = await open("?type=run.step.v1");
    await console.bus.publishAll([sent("mb_one01"), sent("mb_two02")]);
    await soon(() => assert.equal(all.seen.text.match(/event: mail.sent.v1/g)?.length, 2));
    await soon(() => assert.match(one.seen.text, /"mailboxId":"mb_two02"/));
    assert.match(all.seen.text, /"body":\{[^}]*"at":"2023-11-14T22:13:20.000Z"/);
    assert.doesNotMatch(one.seen.text, /mb_one01/);
    assert.doesNotMatch(none.seen.text, /mail\.sent/);
    await soon(() => assert.match(none.seen.text, /: still here/));
    for (const view of [all, one, none]) view.close();
  });

  it("refuses a Last-Event-ID that is not the id of an event", async () => {
    const { status, body } = await console.send("GET", "/events", { headers: { "last-event-id": "nonsense" } });
    assert.deepEqual([status, body.code], [400, "INVALID"]);
  });

  it("continues after Last-Event-ID", async () => {
    const before = await open("?mailbox=mb_three3");
    await console.bus.publish({ ...sent("mb_three3", "first"), at: Date.now() });
    await soon(() => assert.match(before.seen.text, /id: /));
    const id = /id: (\S+)/.exec(before.seen.text)?.[1] ?? "";
    before.close();
    await console.bus.publish({ ...sent("mb_three3", "second"), at: Date.now() });
    const again = await open("?mailbox=mb_three3", { "last-event-id": id });
    await soon(() => assert.match(again.seen.text, /second/));
    assert.doesNotMatch(again.seen.text, /first/);
    again.close();
  });

  it("refuses types that are not facts", async () => {
    const { status } = await console.send("GET", "/events?type=timer.set.v1");
    assert.equal(status, 400);
  });

  it("drops a reader that is too slow, with a comment", async () => {
    const own = { authorization: `Bearer ${await console.tokenFor("reader")}` };
    const slow = await open("", own);
    slow.pause();
    // With these its token has as many views as it may: one more is possible once the slow one is dropped.
    const others = await Promise.all(Array.from({ length: 19 }, () => open("?mailbox=mb_other1", own)));
    const large = "x".repeat(100_000);
    await console.bus.publishAll(Array.from({ length: 150 }, () => sent("mb_one01", large)));
    await eventually(async () => {
      const more = await open("?mailbox=mb_other1", own);
      more.close();
      return more.status === 200;
    });
    slow.resume();
    await soon(() => assert.ok(slow.seen.ended));
    assert.match(slow.seen.text, /: dropped: this reader is too slow/);
    assert.ok((slow.seen.text.match(/event: mail.sent/g)?.length ?? 0) < 150);
    for (const other of others) other.close();
  });

  it("ends when its token is deleted", async () => {
    const temporary = await console.send("POST", "/tokens", { body: { name: "t", role: "reader" } });
    const view = await open("", { authorization: `Bearer ${temporary.body.token}` });
    await console.send("DELETE", `/tokens/${temporary.body.id}`);
    await soon(() => assert.ok(view.seen.ended));
    assert.match(view.seen.text, /the token was deleted/);
  });

  it("ends with a comment when the console stops", async () => {
    const view = await open();
    await console.app.stop();
    await soon(() => assert.match(view.seen.text, /the console stops/));
    await soon(() => assert.ok(view.seen.ended));
  });
});
