import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { subjects } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { signedHeaders } from "../subscription/sign.ts";
import { givenAlerting } from "./given-alerting.ts";

const secret = (letter: string) => `whsec_${Buffer.alloc(32, letter).toString("base64")}`;
const many = 10_000;
/** By webhook each is a request; `MAILFLEET_WEBHOOK_TRIAL_FACTS=10000` takes as many as the other ways. */
const some = Number(process.env.MAILFLEET_WEBHOOK_TRIAL_FACTS ?? 2000);
/** The program of the page. */
const receiver =
  /```js receiver\n([\s\S]*?)```/.exec(readFileSync(new URL("../../../docs/facts.md", import.meta.url), "utf8"))?.[1] ??
  "";
let given: Awaited<ReturnType<typeof givenAlerting>>;
let stopOne: () => Promise<void>;
let commands = 0;
const command = () => ({ commandId: `c-${commands++}`, by: "test" });

type Answer = (request: { headers: IncomingMessage["headers"]; body: string }, response: ServerResponse) => void;

/** A receiver of webhooks on loopback. */
async function startReceiver(t: { after(end: () => void): void }, answer: Answer) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    answer({ headers: request.headers, body }, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

const webhook = async (id: string, url: string, types: string[] = ["mail.received.v1"]) =>
  given.bus.request("alerting.subscription.create", {
    ...command(),
    ...{ id, new: { name: id, kind: "webhook", url, types }, signingSecret: await given.sealSigning(id, secret("a")) },
  });
const pull = (id: string) =>
  given.bus.request("alerting.subscription.create", {
    ...command(),
    ...{ id, new: { name: id, kind: "pull", types: ["mail.received.v1"] } },
  });
const remove = (id: string) => given.bus.request("alerting.subscription.delete", { ...command(), id });
const deliveries = async (subscriptionId: string) =>
  (await given.bus.request("alerting.delivery.list", { subscriptionId, limit: 500 })).items;

const fact = (id: string, mailboxId: string) => ({
  ...{ id, subject: subjects.mailFact(mailboxId, "received"), type: "mail.received.v1" as const, mailboxId },
  at: Date.now(),
  body: {
    ...{ mailboxId, messageKey: `${mailboxId}/${id}`, nativeId: id, receivedAt: 1, storedAt: 1, size: 1, sha256: "0" },
    ...{ messageId: `<${id}@example.org>`, subject: id, from: [], unparsed: null },
  },
});
const tell = (prefix: string, count: number) =>
  given.bus.publishAll(Array.from({ length: count }, (_, n) => fact(`${prefix}-${n}`, `mb_box${n % 50}`)));
const idsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`).toSorted();

/** What a program outside keeps, by key: the first time counts. */
function createLedger() {
  const known = new Map<string, number>();
  const last = new Map<string, number>();
  let disorder = 0;
  return {
    take: ({ id, mailboxId = "", sequence }: { id: string; mailboxId?: string | undefined; sequence: number }) => {
      known.set(id, (known.get(id) ?? 0) + 1);
      if (known.get(id) === 1 && (last.get(mailboxId) ?? 0) > sequence) disorder++;
      last.set(mailboxId, Math.max(sequence, last.get(mailboxId) ?? 0));
    },
    ids: () => [...known.keys()].toSorted(),
    size: () => known.size,
    disorder: () => disorder,
  };
}

before(async () => {
  given = await givenAlerting();
  stopOne = (await given.startReplica()).stop;
  await given.startReplica({ deadMs: 300 });
});
after(() => given.stop());

describe("signatures", () => {
  test("are those of Standard Webhooks, one for each secret", () => {
    const reveal = (text: string) => ({ reveal: () => text }) as never;
    const known = reveal("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    const message = { id: "msg_p5jXN8AQM9LWM0D4loKWxJek", atSeconds: 1614265330, body: '{"test": 2432232314}' };
    const headers = signedHeaders(message, [known, reveal(secret("b"))]);
    const [first, second] = (headers["webhook-signature"] ?? "").split(" ");
    assert.equal(first, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert.match(second ?? "", /^v1,[A-Za-z0-9+/]{43}=$/);
  });
});

describe("a program outside", () => {
  test(`as docs/facts.md shows it gets ${some} facts by webhook, each once by key and those of a mailbox in order, although both ends die in the middle`, async (t) => {
    const ledger = createLedger();
    const port = await given.freePort();
    const start = () => {
      const env = { ...process.env, SECRET: secret("a"), PORT: String(port) };
      const program = spawn(process.execPath, ["--input-type=module", "--eval", receiver], {
        ...{ cwd: import.meta.dirname, env },
        stdio: ["ignore", "pipe", "inherit"],
      });
      t.after(() => void program.kill("SIGKILL"));
      createInterface({ input: program.stdout }).on("line", (line) => ledger.take(JSON.parse(line)));
      return program;
    };
    const first = start();
    await webhook("sb_many1", `http://127.0.0.1:${port}/`);
    await tell("hook", some);
    await eventually(() => ledger.size() > 500, { timeoutMs: 60_000 });
    first.kill("SIGKILL");
    await stopOne();
    start();
    await eventually(() => ledger.size() === some, { timeoutMs: 60_000 + some * 30, what: "all facts" });
    assert.deepEqual(ledger.ids(), idsOf("hook", some));
    assert.equal(ledger.disorder(), 0);
    await remove("sb_many1");
    await eventually(async () => (await deliveries("sb_many1")).length === 0);
  });

  test("gets 10,000 facts by asking, each once by key, although it dies before it acknowledges", async () => {
    await pull("sb_pull1");
    await tell("pull", many);
    const ledger = createLedger();
    for (let round = 0; ledger.size() < many && round < many; round++) {
      const { facts, last, missed } = await given.bus.request(
        "alerting.subscription.facts",
        { id: "sb_pull1", max: 500, wait: 5 },
        { timeoutMs: 30_000 },
      );
      assert.equal(missed, false);
      for (const one of facts) ledger.take(one);
      if (last !== null && round % 5 !== 2)
        await given.bus.request("alerting.subscription.acknowledge", { ...command(), id: "sb_pull1", last });
    }
    assert.deepEqual(ledger.ids(), idsOf("pull", many));
    assert.equal(ledger.disorder(), 0);
    await remove("sb_pull1");
  });
});

describe("a webhook", () => {
  test("is signed with both secrets during a rotation, tested, listed and replayed", async (t) => {
    const got: { id: string; signatures: string[]; body: string; at: number }[] = [];
    const url = await startReceiver(t, ({ headers, body }, response) => {
      const signatures = String(headers["webhook-signature"]).split(" ");
      got.push({ id: String(headers["webhook-id"]), signatures, body, at: Number(headers["webhook-timestamp"]) });
      response.end("thank you");
    });
    await webhook("sb_test1", url);
    const { deliveryId } = await given.bus.request("alerting.subscription.test", { ...command(), id: "sb_test1" });
    await eventually(() => got.length === 1);
    const signingSecret = await given.sealSigning("sb_test1", secret("b"));
    await given.bus.request("alerting.subscription.update", { ...command(), id: "sb_test1", signingSecret });
    await eventually(async () => (await deliveries("sb_test1"))[0]?.state === "delivered");
    await given.bus.request("alerting.delivery.replay", { ...command(), id: deliveryId });
    await eventually(() => got.length === 2);
    const reveal = (letter: string) => ({ reveal: () => secret(letter) }) as never;
    const [first, second] = got;
    assert.equal(first?.id, second?.id);
    for (const [one, letters] of [
      [first, ["a"]],
      [second, ["b", "a"]],
    ] as const) {
      assert.ok(one);
      const message = { id: one.id, atSeconds: one.at, body: one.body };
      const wanted = signedHeaders(message, letters.map(reveal))["webhook-signature"];
      assert.deepEqual(one.signatures, wanted?.split(" "));
    }
    await eventually(async () => (await deliveries("sb_test1"))[0]?.state === "delivered");
    const [shown] = await deliveries("sb_test1");
    assert.deepEqual([shown?.status, shown?.answer, shown?.attempts], [200, "thank you", 1]);
    const again = await given.bus.request("alerting.subscription.replay", { ...command(), id: "sb_test1", since: 0 });
    assert.deepEqual(again, { again: 1 });
    await eventually(() => got.length === 3);
    const ids = async (sort: "at" | "-at") => {
      const { items } = await given.bus.request("alerting.delivery.list", { limit: 500, sort });
      return items.map(({ id }) => id);
    };
    assert.deepEqual(await ids("at"), (await ids("-at")).toReversed());
    await remove("sb_test1");
  });

  test("whose address, secret or state changes while a delivery is under way has the new one from the next on", async (t) => {
    const held: ServerResponse[] = [];
    const former: string[] = [];
    const url = await startReceiver(t, ({ body }, response) => {
      former.push(JSON.parse(body).id);
      held.push(response);
    });
    const got: { id: string; signatures: number }[] = [];
    const next = await startReceiver(t, ({ headers, body }, response) => {
      got.push({ id: JSON.parse(body).id, signatures: String(headers["webhook-signature"]).split(" ").length });
      held.push(response);
    });
    await webhook("sb_moves1", url);
    const update = async (change: object, more: object = {}) =>
      given.bus.request("alerting.subscription.update", { ...command(), id: "sb_moves1", change, ...more });
    await tell("moves-a", 1);
    await eventually(() => former.length === 1);
    await update({ url: next }, { signingSecret: await given.sealSigning("sb_moves1", secret("b")) });
    await tell("moves-b", 1);
    held.shift()?.end();
    await eventually(() => got.length === 1);
    assert.deepEqual([former, got], [["moves-a-0"], [{ id: "moves-b-0", signatures: 2 }]]);
    await update({ active: false });
    await tell("moves-c", 1);
    held.shift()?.end();
    await eventually(async () => (await deliveries("sb_moves1")).every(({ state }) => state === "delivered"));
    await update({ active: true });
    await eventually(() => got.length === 2);
    held.shift()?.end();
    assert.equal(got[1]?.id, "moves-c-0");
    await remove("sb_moves1");
  });

  test("that redirects, answers 10 MB, or leads where it may not is told so; the others get theirs", async (t) => {
    let elsewhere = 0;
    const target = await startReceiver(t, (_, response) => {
      elsewhere++;
      response.end();
    });
    const redirecting = await startReceiver(t, (_, response) => {
      response.writeHead(307, { location: target }).end();
    });
    const large = await startReceiver(t, (_, response) => {
      response.write("x".repeat(2000));
      response.end(Buffer.alloc(10_000_000, "y"));
    });
    await webhook("sb_redir1", redirecting);
    await webhook("sb_large1", large);
    await webhook("sb_local1", "http://10.1.2.3/hook");
    await tell("bad", 1);
    const first = (id: string) =>
      eventually(async () => (await deliveries(id)).find(({ attempts }) => attempts > 0), { what: `${id} is tried` });
    assert.match((await first("sb_redir1")).answer ?? "", /REDIRECT_REFUSED: 307/);
    const big = await first("sb_large1");
    assert.deepEqual([big.state, big.status, big.answer?.length], ["delivered", 200, 500]);
    assert.match((await first("sb_local1")).answer ?? "", /ADDRESS_NOT_ALLOWED/);
    assert.equal(elsewhere, 0);
    for (const id of ["sb_redir1", "sb_large1", "sb_local1"]) await remove(id);
  });

  test("at which nothing arrives is given up with an alert, and goes on where it stopped when somebody changes it", async (t) => {
    let isDown = true;
    const got: string[] = [];
    const url = await startReceiver(t, ({ body }, response) => {
      if (isDown) return void response.writeHead(503).end("down for now");
      got.push(JSON.parse(body).id);
      response.end();
    });
    await webhook("sb_dead1", url);
    await tell("dead", 1);
    const alert = (state: "raised" | "cleared") =>
      eventually(async () => (await given.list({ objectId: "sb_dead1", state }))[0], { timeoutMs: 20_000 });
    const { code, detail } = await alert("raised");
    assert.equal(code, "WEBHOOK_DEAD");
    assert.match(detail ?? "", /503 down for now/);
    const dead = await given.bus.request("alerting.subscription.get", { id: "sb_dead1" });
    assert.ok(dead.deadSince);
    isDown = false;
    await given.bus.request("alerting.subscription.update", { ...command(), id: "sb_dead1", change: { active: true } });
    await eventually(() => got.length === 1, { timeoutMs: 20_000 });
    await alert("cleared");
    await remove("sb_dead1");
  });

  test("needs a URL and a secret; what is asked is no webhook; a name is taken once", async () => {
    const create = (id: string, settings: object) =>
      given.bus.request("alerting.subscription.create", { ...command(), id, new: settings as never });
    await assert.rejects(
      create("sb_bad1", { name: "x", kind: "webhook" }),
      /\/url is needed.*\/signingSecret is needed/,
    );
    await assert.rejects(
      create("sb_bad2", { name: "x", kind: "pull", url: "https://example.org/" }),
      /belongs to a webhook/,
    );
    await assert.rejects(create("sb_bad3", { name: "x", kind: "pull", types: ["mail.nothing.v1"] }), /must be one of/);
    await pull("sb_one1");
    await assert.rejects(create("sb_two1", { name: "sb_one1", kind: "pull" }), /already/);
    await remove("sb_one1");
  });
});
