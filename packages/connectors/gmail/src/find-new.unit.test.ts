import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusedError } from "@mailfleet/connector-http";
import { failureOf } from "@mailfleet/contracts";
import { findNew } from "./find-new.ts";
import type { GmailClient } from "./gmail-client.ts";
import { nativeIdOf, readCursor, writeCursor } from "./gmail-cursor.ts";
import { sameMailbox } from "./same-address.ts";

const options = { processFrom: null, signal: new AbortController().signal, checkAddress: () => {} };
const cursor = { historyId: "10", at: 1_700_000_000_000 };

/** A client that answers from these; what is not given is not expected. */
function client(answers: Partial<GmailClient>): GmailClient {
  const unexpected = async () => assert.fail("not expected");
  const profile = async () => ({ emailAddress: "a@x.org", messagesTotal: 2, historyId: "99" });
  return { profile, messages: unexpected, history: unexpected, inboxTotal: async () => null, ...answers };
}

const added = (id: string, ...labelIds: string[]) => ({ messagesAdded: [{ message: { id, labelIds } }] });
const lost = (google: boolean) => async () => {
  throw new RefusedError(failureOf("PROTOCOL_ERROR"), 404, google ? "NOT_FOUND" : null);
};

test("history tells what came or was moved into the inbox, once, and no drafts; the first page's id holds", async () => {
  const pages = [
    {
      historyId: "20",
      nextPageToken: "next",
      history: [added("a1", "INBOX"), added("b2", "SENT"), added("c3", "INBOX", "DRAFT"), added("d4", "SENT", "INBOX")],
    },
    {
      historyId: "30",
      history: [
        { labelsAdded: [{ message: { id: "e5", labelIds: ["INBOX"] }, labelIds: ["INBOX"] }] },
        { labelsAdded: [{ message: { id: "f6", labelIds: ["INBOX", "STARRED"] }, labelIds: ["STARRED"] }] },
        added("a1", "INBOX"),
        {},
      ],
    },
  ];
  const asked: (string | undefined)[] = [];
  const history: GmailClient["history"] = async ({ pageToken }) => {
    asked.push(pageToken);
    return pages[asked.length - 1] ?? {};
  };
  const found = await findNew(client({ history }), cursor, options);
  assert.deepEqual(found, { ids: ["a1", "d4", "e5"], historyId: "20", resynchronised: false, there: null });
  assert.deepEqual(asked, [undefined, "next"]);
});

test("a list begins a day before the newest seen when history is lost, but not before the date limit", async () => {
  const asked: (string | undefined)[] = [];
  const lists = client({
    history: lost(true),
    profile: async () => ({ emailAddress: "a@x.org", messagesTotal: 2, historyId: "99" }),
    messages: async ({ q }) => {
      asked.push(q);
      return { messages: [{ id: "b" }, { id: "a" }] };
    },
  });
  const found = await findNew(lists, cursor, options);
  assert.deepEqual(found, { ids: ["a", "b"], historyId: "99", resynchronised: true, there: null });
  await findNew(lists, cursor, { ...options, processFrom: cursor.at });
  await findNew(lists, { historyId: null, at: cursor.at }, options);
  await findNew(lists, { historyId: null, at: 0 }, { ...options, processFrom: 1000 });
  await findNew(lists, { historyId: "10", at: 0 }, options);
  assert.deepEqual(asked, ["after:1699913600", "after:1699996400", undefined, "after:0", undefined]);
});

test("a message with a date in the future does not make the list begin there", async () => {
  let asked = "";
  const lists = client({
    history: lost(true),
    profile: async () => ({ emailAddress: "a@x.org", messagesTotal: 1, historyId: "99" }),
    messages: async ({ q }) => {
      asked = q ?? "";
      return { messages: [] };
    },
  });
  await findNew(lists, { historyId: "10", at: Date.now() + 365 * 86_400_000 }, options);
  const after = Number(asked.replace("after:", "")) * 1000;
  assert.ok(after <= Date.now() - 86_400_000, asked);
});

test("a proxy's 404 is no lost history", async () => {
  await assert.rejects(findNew(client({ history: lost(false) }), cursor, options), RefusedError);
});

test("a list that repeats its pages, or holds something that is not an id, fails", async () => {
  const first = { historyId: null, at: 0 };
  const around = client({ messages: async () => ({ nextPageToken: "same" }) });
  await assert.rejects(findNew(around, first, options), /same page/);
  let page = 0;
  const endless = client({ messages: async () => ({ messages: [{ id: "a" }], nextPageToken: `${page++}` }) });
  await assert.rejects(findNew(endless, first, options), /20 pages that bring nothing new/);
  assert.ok(page < 30, `${page} pages`);
  let id = 0;
  const growing = client({ messages: async () => ({ messages: [{ id: `${id++}` }], nextPageToken: `${id}` }) });
  await assert.rejects(findNew(growing, first, options), /more than 4000 pages/);
  for (const name of ["../../etc", "", "a b", "g1", "a".repeat(33)]) {
    const strange = client({ messages: async () => ({ messages: [{ id: name }] }) });
    await assert.rejects(findNew(strange, first, options), /not a message id/);
  }
});

const nonsense: Readonly<Record<string, GmailClient["history"]>> = {
  "the same page again": async () => ({ historyId: "11", nextPageToken: "same" }),
  "pages without end": async ({ pageToken }) => ({ historyId: "11", nextPageToken: `${pageToken ?? ""}x` }),
  "no historyId": async () => ({}),
  "an id that is none": async () => ({ historyId: "11", history: [added("../../etc", "INBOX")] }),
  "ids that go back": async () => ({ historyId: "9" }),
};
for (const [what, history] of Object.entries(nonsense))
  test(`a history that makes no sense is asked for in another way, as a list: ${what}`, async () => {
    const found = await findNew(
      client({ history, messages: async () => ({ messages: [{ id: "a" }] }) }),
      cursor,
      options,
    );
    assert.deepEqual(found, { ids: ["a"], historyId: "99", resynchronised: true, there: null });
  });

test("whose history it is, is asked where something has happened", async () => {
  const asked: string[] = [];
  const checkAddress = (address: string) => void asked.push(address);
  await findNew(client({ history: async () => ({ historyId: "10" }) }), cursor, { ...options, checkAddress });
  assert.deepEqual(asked, []);
  await findNew(client({ history: async () => ({ historyId: "11" }) }), cursor, { ...options, checkAddress });
  assert.deepEqual(asked, ["a@x.org"]);
});

test("cursors and names survive their way through the store", () => {
  assert.deepEqual(readCursor(writeCursor(cursor)), cursor);
  assert.deepEqual(readCursor(null), { historyId: null, at: 0 });
  assert.deepEqual(readCursor({ historyId: "x", at: "y" }), { historyId: null, at: 0 });
  const ids = [nativeIdOf(0, "FF"), nativeIdOf(999_999_999_999, "1"), nativeIdOf(1_790_000_000_000, "0")];
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(ids[0], "000000000-ff");
});

test("one mailbox has several spellings at Gmail, two mailboxes never have one", () => {
  assert.ok(sameMailbox("Jane.Doe@gmail.com", "janedoe@googlemail.com"));
  assert.ok(sameMailbox("Jane@Example.org", "jane@example.org"));
  assert.ok(!sameMailbox("jane.doe@example.org", "janedoe@example.org"));
  assert.ok(!sameMailbox("jane@gmail.com", "jane@example.org"));
});
