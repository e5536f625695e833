import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { type ConnectOptions, type Cursor, checkBalance, type ListOptions } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { Secret } from "@mailfleet/contracts";
import { type FakeInbox, type FakeMessage, fakeInbox } from "@mailfleet/local/testing";

const never = new AbortController().signal;
const mail = (uid: number, more: Partial<FakeMessage> = {}): FakeMessage => ({
  uid,
  raw: `Message-ID: <${uid}@x>\r\nSubject: ${uid}\r\n\r\ntext\r\n`,
  ...more,
});
const mails = (...uids: number[]) => uids.map((uid) => mail(uid));

/** A fake inbox and its polls: each goes on where the last one ended. */
async function given(t: TestContext, own: Partial<FakeInbox>) {
  const { inbox, server } = await fakeInbox(own);
  t.after(() => server.close());
  const options: ConnectOptions = {
    mailboxId: "mb_test",
    address: "user@example.test",
    server: { host: "127.0.0.1", port: server.port, security: "none" },
    credentials: { type: "password", username: "user", password: new Secret("pa55word") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 2000,
  };
  let cursor: Cursor | null = null;
  const covers: string[] = [];
  return {
    async audit() {
      const session = await imapConnector.open(options, never);
      const audited = cursor && (await session.audit?.(cursor, { covers, known: () => false }));
      await session.close();
      return audited;
    },
    inbox,
    heard: server.heard,
    async poll(more: Partial<ListOptions> = {}, state: string | null = null) {
      const session = await imapConnector.open(options, never, cursor && state ? { cursor, state } : undefined);
      if (session.nothingNew) await session.close();
      if (session.nothingNew)
        return {
          uids: [],
          recognised: null,
          there: null,
          source: session.source,
          state: session.stateAfter?.(cursor as Cursor),
        };
      const recognised = cursor && (await session.recognises?.(cursor));
      const uids: number[] = [];
      const wanted: ListOptions = { processFrom: null, batchSize: 50, signal: never, known: () => false, ...more };
      for await (const batch of session.listNew(cursor, wanted)) {
        checkBalance(batch);
        uids.push(...batch.messages.map(({ nativeId }) => Number(nativeId.split("-")[1])));
        cursor = batch.cursor;
        if (batch.covers) covers.push(batch.covers);
      }
      await session.close();
      return {
        uids,
        recognised,
        there: session.there?.() ?? null,
        source: session.source,
        state: cursor && session.stateAfter?.(cursor),
      };
    },
  };
}

describe("nothing is missed", () => {
  for (const [what, uidNext] of [
    ["stands still", 4],
    ["goes back", 2],
    ["is not given", 0],
  ] as const)
    test(`where UIDNEXT ${what}`, async (t) => {
      const { inbox, poll } = await given(t, { messages: mails(1, 2, 3) });
      assert.deepEqual((await poll()).uids, [1, 2, 3]);
      inbox.messages = mails(1, 2, 3, 4, 5);
      inbox.uidNext = uidNext;
      const second = await poll();
      assert.deepEqual([second.uids, second.recognised], [[4, 5], "same"]);
      // As many come as go.
      inbox.messages = mails(3, 4, 5, 6, 7);
      assert.deepEqual((await poll()).uids, [6, 7]);
    });

  test("where SEARCH says that there is nothing, or is refused: messages are listed by position", async (t) => {
    const { inbox, poll } = await given(t, { messages: mails(1, 2, 3) });
    for (const search of ["* SEARCH\r\nTAG OK\r\n", "TAG NO [CANNOT] no\r\n", "TAG BAD what\r\n"]) {
      inbox.answer = (command) => (command.startsWith("UID SEARCH") ? search : undefined);
      const last = inbox.messages.at(-1)?.uid ?? 0;
      inbox.messages = [...inbox.messages, ...mails(last + 1, last + 2)];
      const { uids, there } = await poll();
      assert.deepEqual(uids.slice(-2), [last + 1, last + 2]);
      assert.equal(there?.lists, there?.says);
    }
  });

  test("where both ways to list contradict the server's count: it is said, and what comes up later is fetched", async (t) => {
    const { inbox, poll } = await given(t, { messages: mails(1, 3, 5), exists: 5 });
    const first = await poll();
    assert.deepEqual([first.uids, first.there], [[1, 3, 5], { says: 5, lists: 3 }]);
    inbox.messages = mails(1, 2, 3, 5);
    const second = await poll();
    assert.deepEqual([second.uids, second.there], [[2], { says: 5, lists: 4 }]);
    inbox.messages = mails(1, 2, 3, 4, 5);
    inbox.exists = null;
    const third = await poll();
    assert.deepEqual([third.uids, third.there], [[4], { says: 5, lists: 5 }]);
    inbox.messages = mails(1, 2, 3, 4, 5, 6);
    assert.deepEqual((await poll()).uids, [6]);
  });

  test("where SINCE or LARGER is refused: dates and sizes are asked for", async (t) => {
    const large = { raw: `Subject: 3\r\n\r\n${"x".repeat(300_000)}` };
    const old = { date: "01-Jan-2020 00:00:00 +0000" };
    const { poll, heard } = await given(t, {
      messages: [mail(1, old), mail(2), mail(3, large)],
      answer: (command) => (/ (?:LARGER|SINCE) /.test(command) ? "TAG NO [CANNOT] unknown key\r\n" : undefined),
    });
    assert.deepEqual((await poll({ processFrom: Date.parse("2025-01-01") })).uids, [2, 3]);
    assert.ok(
      heard.some((line) => line.includes("UID FETCH 3 (UID INTERNALDATE RFC822.SIZE)")),
      "a stream",
    );
    assert.ok(!heard.some((line) => /UID FETCH 1.* BODY/.test(line)), "what is too old is not fetched");
  });

  test("where LIST and NAMESPACE are refused: INBOX needs neither", async (t) => {
    for (const refusal of ["TAG NO [NOPERM] no\r\n", "TAG BAD what\r\n"]) {
      const { poll } = await given(t, {
        messages: mails(1),
        answer: (command) => (/^(?:LIST|LSUB|NAMESPACE)/.test(command) ? refusal : undefined),
      });
      assert.deepEqual((await poll()).uids, [1]);
    }
  });

  test("where a message comes up behind the cursor: an audit names it, and nothing else", async (t) => {
    const { inbox, poll, audit } = await given(t, { messages: mails(1, 2, 4) });
    await poll({ processFrom: 0 });
    assert.deepEqual(await audit(), { says: 3, lists: 3, missing: [] });
    inbox.messages = mails(1, 2, 3, 4, 5);
    assert.deepEqual((await poll()).there, { says: 2, lists: 1 });
    assert.deepEqual(await audit(), { says: 5, lists: 5, missing: ["0000000007-0000000003"] });
    const name = "0000000007-0000000003";
    assert.deepEqual((await poll({ again: [name], onlyAgain: true })).uids, [3]);
    assert.deepEqual((await audit())?.missing, []);
  });

  test("and a quiet poll asks in one flight", async (t) => {
    const { poll, heard } = await given(t, { messages: mails(1, 2) });
    await poll();
    heard.length = 0;
    assert.deepEqual((await poll()).uids, []);
    const commands = heard.map((line) => line.split(" ").slice(1, 3).join(" "));
    assert.deepEqual(commands.slice(commands.indexOf("EXAMINE INBOX")), [
      "EXAMINE INBOX",
      "UID FETCH",
      "UID SEARCH",
      "LOGOUT",
    ]);
  });
});

describe("an inbox that is settled", () => {
  const commandsIn = (heard: readonly string[]) => {
    const commands = heard.map((line) => line.replace(/^\S+ /, ""));
    return commands.slice(commands.findIndex((command) => command.startsWith("EXAMINE")));
  };

  test("is polled with one flight, and without a search or a look into a message", async (t) => {
    const { inbox, poll, heard } = await given(t, { messages: mails(1, 2), modSeq: "9223372036854775807" });
    const { state } = await poll();
    assert.equal(state, "7 3 2 9223372036854775807 -");
    heard.length = 0;
    assert.equal((await poll({}, state)).recognised, null);
    assert.deepEqual(commandsIn(heard), [
      "EXAMINE INBOX (CONDSTORE)",
      "UID FETCH 2 (UID INTERNALDATE RFC822.SIZE)",
      "LOGOUT",
    ]);
    inbox.messages = mails(1, 2, 3);
    assert.deepEqual((await poll({}, state)).uids, [3]);
  });

  test("is polled with one flight where the server says that only flags were set, or exactly what went", async (t) => {
    const { inbox, poll, heard } = await given(t, { messages: mails(1, 2), modSeq: "5", changes: "" });
    let { state } = await poll();
    for (const [change, since] of [
      [{ modSeq: "6", changes: "* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (6))\r\n" }, "7 5"],
      [{ modSeq: "8", messages: mails(2), changes: "* VANISHED (EARLIER) 1\r\n" }, "7 6"],
    ] as const) {
      Object.assign(inbox, change);
      heard.length = 0;
      const after = await poll({}, state);
      assert.deepEqual(commandsIn(heard), [
        `EXAMINE INBOX (QRESYNC (${since}))`,
        "UID FETCH 2 (UID INTERNALDATE RFC822.SIZE)",
        "LOGOUT",
      ]);
      state = after.state;
    }
    assert.equal(state, "7 3 1 8 -");
  });

  test("is not where the server offers nothing, a message was not given, or UIDNEXT is ahead", async (t) => {
    for (const own of [
      { modSeq: null },
      { modSeq: "5", uidNext: 9 },
      { modSeq: "5", exists: 3 },
      { modSeq: "5", answer: (command: string) => (/BODY/.test(command) ? "TAG OK done\r\n" : undefined) },
    ]) {
      const { poll } = await given(t, { messages: mails(1, 2), ...own });
      assert.equal((await poll()).state, null, JSON.stringify(own));
    }
  });

  test("where EXAMINE with CONDSTORE is refused, it is asked without for a day", async (t) => {
    const answer = (command: string) => (command.includes("CONDSTORE") ? "TAG BAD what\r\n" : undefined);
    const { poll, heard } = await given(t, { messages: mails(1, 2), modSeq: "5", answer });
    assert.deepEqual((await poll()).uids, [1, 2]);
    assert.equal((await poll()).state, null);
    assert.equal(heard.filter((line) => line.includes("CONDSTORE")).length, 1);
  });
});

describe("the source of a cursor", () => {
  test("is another where the last message is: restored from a backup, or replaced", async (t) => {
    const { inbox, poll } = await given(t, { messages: mails(1, 2, 3) });
    await poll();
    inbox.messages = mails(1, 2);
    assert.equal((await poll()).recognised, "another", "UIDNEXT went back");
    inbox.messages = [mail(1), mail(2), mail(3, { raw: "Subject: other\r\n\r\nlonger than the one before\r\n" })];
    assert.equal((await poll()).recognised, "another", "another message has its UID");
    inbox.messages = [];
    assert.equal((await poll()).recognised, "another", "nothing is left, and UIDNEXT went back");
  });

  test("is the same where the last message was only deleted, or its size is estimated anew", async (t) => {
    const { inbox, poll } = await given(t, { messages: mails(1, 2, 3) });
    await poll();
    inbox.messages = [mail(1), mail(2), mail(3, { size: 4711 })];
    assert.equal((await poll()).recognised, "same");
    inbox.messages = mails(1, 2);
    inbox.uidNext = 4;
    assert.equal((await poll()).recognised, "unknown");
    inbox.answer = (command) => (command.startsWith("UID FETCH 3 ") ? "TAG NO no such message\r\n" : undefined);
    assert.equal((await poll()).recognised, "unknown");
  });

  test("is known by its MAILBOXID where the server has one", async (t) => {
    const { poll } = await given(t, { messages: mails(1), mailboxId: "F2212ea87-6097-4256" });
    assert.equal((await poll()).source.mailbox, "F2212ea87-6097-4256");
  });
});
