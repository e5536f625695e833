import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Submitted } from "@mailfleet/connector-api";
import { apiSession } from "./api-session.ts";

const small = Buffer.from("Subject: x\r\n\r\nx\r\n");
const { signal } = new AbortController();
/** The clock stands still: the server answers at once. */
let clock = 0;
mock.method(performance, "now", () => clock);

/** A session on a server that answers when it is told to, and what was asked of whom. */
function given(connections: number) {
  const asked: string[] = [];
  const under: { name: string; answer: () => void }[] = [];
  const session = apiSession(connections, async (envelope, _raw, _signal, permission) => {
    await permission?.ask();
    const { promise, resolve } = Promise.withResolvers<void>();
    under.push({ name: envelope.from, answer: resolve });
    await promise;
    return { answer: "taken", rejected: [] };
  });
  const submit = (name: string, raw: Uint8Array = small): Promise<Submitted> =>
    session.submit({ from: name, to: ["b@example.org"] }, raw, signal, {
      ask: async () => {
        asked.push(name);
      },
      holds: () => true,
    });
  const answerFirst = async () => {
    under.shift()?.answer();
    await nextTurn();
  };
  return { asked, under, session, submit, answerFirst };
}

test("a message is permitted while the one before is answered, once the server is known to be quick", async () => {
  const { asked, under, submit, answerFirst } = given(1);
  const all = ["a", "b"].map((name) => submit(name));
  await nextTurn();
  assert.deepEqual(asked, ["a"], "nothing is known of the server yet");
  await answerFirst();
  all.push(submit("c"));
  await nextTurn();
  assert.deepEqual(asked, ["a", "b", "c"]);
  assert.deepEqual(
    under.map(({ name }) => name),
    ["b"],
    "permitted, and not on its way before its turn",
  );
  await answerFirst();
  await answerFirst();
  await Promise.all(all);
  assert.deepEqual(asked, ["a", "b", "c"], "each is asked for once");
});

test("behind a server that takes its time each message is permitted in its own turn", async (t) => {
  t.after(() => {
    clock = 0;
  });
  const { asked, submit, answerFirst } = given(1);
  const first = submit("a");
  await nextTurn();
  clock = 100;
  await answerFirst();
  await first;
  const all = ["b", "c"].map((name) => submit(name));
  await nextTurn();
  assert.deepEqual(asked, ["a", "b"]);
  await answerFirst();
  await answerFirst();
  await Promise.all(all);
});

test("of those that wait, only as many are permitted as are answered soon", async (t) => {
  t.after(() => {
    clock = 0;
  });
  const { asked, submit, answerFirst } = given(1);
  const first = submit("a");
  await nextTurn();
  await answerFirst();
  await first;
  const all = ["b", "c", "d"].map((name) => submit(name));
  await nextTurn();
  assert.deepEqual(asked, ["a", "b", "c"], "one behind each connection");
  await answerFirst();
  await answerFirst();
  clock = 60;
  all.push(submit("e"));
  await nextTurn();
  assert.deepEqual(asked, ["a", "b", "c", "d"], "what is under way hangs");
  await answerFirst();
  await answerFirst();
  await Promise.all(all);
});

test("a large message is permitted in its own turn", async () => {
  const { asked, submit, answerFirst } = given(1);
  const first = submit("a");
  await nextTurn();
  await answerFirst();
  await first;
  const all = [submit("b"), submit("large", Buffer.alloc(65 * 1024))];
  await nextTurn();
  assert.deepEqual(asked, ["a", "b"]);
  await answerFirst();
  assert.deepEqual(asked, ["a", "b", "large"]);
  await answerFirst();
  await Promise.all(all);
});

test("no more are under way than connections are left", async () => {
  const { under, session, submit, answerFirst } = given(3);
  const all = ["a", "b", "c", "d"].map((name) => submit(name));
  await nextTurn();
  assert.equal(session.inUse, 3);
  await session.useAtMost(1);
  await answerFirst();
  await answerFirst();
  assert.equal(session.inUse, 1);
  await session.useAtMost(2);
  await nextTurn();
  assert.deepEqual(
    under.map(({ name }) => name),
    ["c", "d"],
  );
  await answerFirst();
  await answerFirst();
  await Promise.all(all);
});
