import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ConnectOptions, InboundWatch } from "@mailfleet/connector-api";
import { type Failure, FailureError, Secret } from "@mailfleet/contracts";
import { eventually, scriptedImap } from "@mailfleet/local/testing";
import { beginningCases, endCases, newsCases, type WatchCase } from "../src/watch.cases.ts";
import { watchInbox } from "../src/watch-inbox.ts";

const never = new AbortController().signal;
const read = { uidValidity: 7, uid: 3 };
const usual: Readonly<Record<string, string>> = {
  EXAMINE: "* 3 EXISTS\r\n* 0 RECENT\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK [READ-ONLY] done\r\n",
  IDLE: "+ idling\r\n",
  DONE: "TAG OK done\r\n",
};

/** The server of a case. `said`: it has said all that it says in IDLE. */
async function given(t: TestContext, one: WatchCase) {
  const { answers = {}, says = [], capabilities = "IMAP4rev1 IDLE", greeting = "* OK ready\r\n" } = one;
  let idleTag = "";
  const state = { said: says.length === 0 };

  async function speak(socket: Socket) {
    socket.setNoDelay();
    for (const piece of says) {
      // Pieces arrive one by one: the watch has read the last one before the next is written.
      await nextTurn();
      if (piece === null) socket.destroy();
      else socket.write(Buffer.from(piece.replaceAll("TAG", idleTag), "latin1"));
    }
    await nextTurn();
    state.said = true;
  }

  const server = await scriptedImap(greeting, (tag, command, { socket }) => {
    const verb = (command || tag).split(" ")[0]?.toUpperCase() ?? "";
    if (verb === "IDLE") {
      if (!idleTag) queueMicrotask(() => void speak(socket));
      idleTag = tag;
    }
    const own = answers[verb] === undefined ? usual[verb] : answers[verb];
    if (own === null) return null;
    if (own !== undefined) return own.replaceAll("TAG", verb === "DONE" ? idleTag : tag);
    if (verb === "CAPABILITY") return `* CAPABILITY ${capabilities}\r\n${tag} OK done\r\n`;
    return `${tag} OK done\r\n`;
  });
  t.after(() => server.close());
  return { server, state };
}

function optionsFor(port: number): ConnectOptions {
  return {
    mailboxId: "mb_test",
    address: "user@example.test",
    server: { host: "127.0.0.1", port, security: "none" },
    credentials: { type: "password", username: "user", password: new Secret("pa55word") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8"],
    connectionTimeoutMs: 2000,
  };
}

async function check(t: TestContext, one: WatchCase): Promise<void> {
  const { server, state } = await given(t, one);
  const { cursor = read, renewMs = 60_000, noopMs, by = noopMs && !one.capabilities ? "idle" : undefined } = one;
  // Only where nothing is answered, so that a slow machine is not taken for a silent server.
  const answerMs = one.ends === "CONNECTION_TIMEOUT" ? 150 : 10_000;
  let heard = 0;
  const watching = { cursor, heard: () => void heard++, ...(noopMs !== undefined && { noopMs }) };
  let watch: InboundWatch | null;
  let end: Failure | null = null;
  try {
    watch = await watchInbox(optionsFor(server.port), watching, never, { renewMs, answerMs });
    if (one.ends) end = (await watch?.ended) ?? null;
  } catch (error) {
    assert.ok(error instanceof FailureError, String(error));
    watch = null;
    end = error.failure;
  }
  assert.equal(end?.code, one.ends);
  if (one.words) assert.match(end?.evidence?.reply ?? "", one.words);
  if (by !== undefined && !one.ends) assert.equal(watch?.by ?? null, by);
  if (watch && !one.ends) {
    assert.equal(watch.behind, one.behind ?? false);
    const rounds = () => server.heard.filter((line) => /(?:NOOP|DONE)$/.test(line)).length;
    await eventually(() => state.said && (renewMs > 1000 || rounds() > 1) && (watch.by === "idle" || rounds() > 1));
    assert.equal(await Promise.race([watch.ended, "open"]), "open");
    await watch.close();
    assert.equal(await watch.ended, null);
    const last = server.heard.slice(watch.by === "idle" ? -2 : -1).map((line) => line.split(" ").at(-1));
    assert.deepEqual(last, watch.by === "idle" ? ["DONE", "LOGOUT"] : ["LOGOUT"]);
  }
  assert.equal(heard, one.heard ?? 0);
}

for (const [what, cases] of Object.entries({ newsCases, beginningCases, endCases }))
  describe(what, { concurrency: 4 }, () => {
    for (const one of cases) test(one.what, (t) => check(t, one));
  });

test("a server that ends IDLE by itself after a while is asked to wait again", async (t) => {
  const { server } = await given(t, { what: "", says: ["TAG OK done\r\n"] });
  const watching = { cursor: read, heard() {} };
  const watch = await watchInbox(optionsFor(server.port), watching, never, {
    renewMs: 60_000,
    leastMs: 0,
  });
  await eventually(() => server.heard.filter((line) => line.endsWith("IDLE")).length === 2);
  await watch?.close();
});

test("closing does not wait for a server that does not answer", async (t) => {
  const { server } = await given(t, { what: "", answers: { DONE: "", LOGOUT: "" } });
  const watch = await watchInbox(optionsFor(server.port), { cursor: read, heard() {} }, never);
  const before = performance.now();
  await watch?.close();
  assert.ok(performance.now() - before < 5000);
});

test("who stops while a watch is being opened leaves nothing open", async (t) => {
  const { server } = await given(t, { what: "", answers: { IDLE: "" } });
  const stopping = new AbortController();
  const opening = watchInbox(optionsFor(server.port), { cursor: read, heard() {} }, stopping.signal);
  await eventually(() => server.heard.some((line) => line.endsWith("IDLE")));
  stopping.abort(new Error("the service stops"));
  await assert.rejects(opening, /the service stops/);
});

test("a watch lends its connection to one session, and waits again afterwards", async (t) => {
  const { server } = await given(t, { what: "", answers: { UID: "* SEARCH 1 2 3 4\r\nTAG OK done\r\n" } });
  let heard = 0;
  const watching = { cursor: read, heard: () => void heard++ };
  const watch = await watchInbox(optionsFor(server.port), watching, never);
  const [session, second] = await Promise.all([watch?.lend?.(), watch?.lend?.()]);
  assert.equal(second, null, "it is lent already");
  assert.deepEqual(session?.source, { account: "user", host: `127.0.0.1:${server.port}`, numbering: "7" });
  assert.equal(await session?.recognises?.({ uidValidity: 7, uid: 3, exists: 3 }), "unknown");
  await session?.close();
  await eventually(() => server.heard.filter((line) => line.endsWith("IDLE")).length === 2);
  const commands = server.heard.map((line) => line.split(" ").slice(1, 3).join(" ") || line);
  assert.deepEqual(commands.slice(-5), ["IDLE", "DONE", "EXAMINE INBOX", "UID SEARCH", "IDLE"]);
  assert.equal(heard, 0, "what EXAMINE says is no news");
  await watch?.close();
});

test("a connection that has ended is not lent", async (t) => {
  const { server } = await given(t, { what: "", answers: { DONE: null } });
  const watch = await watchInbox(optionsFor(server.port), { cursor: read, heard() {} }, never);
  assert.equal(await watch?.lend?.(), null);
  assert.equal((await watch?.ended)?.code, "CONNECTION_LOST");
});
