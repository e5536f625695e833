import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { RequestArguments } from "@mailfleet/contracts";
import { startMongo } from "@mailfleet/local/testing";
import { connectStore, makeCollections } from "@mailfleet/store";
import { collections } from "../collections.ts";
import type { NewMessage } from "../message/document.ts";
import { searchMessages } from "../message/search-messages.ts";
import { createMessageStore } from "../message/store.ts";
import { logger } from "./replica.ts";

let stop: () => Promise<void>;
let db: Awaited<ReturnType<typeof connectStore>>["db"];
let messages: ReturnType<typeof createMessageStore>;

const person = (address: string) => [{ name: null, address }];
/** 2,500 messages of ten mailboxes; several are stored at the same millisecond. */
const stored = (n: number): NewMessage => ({
  id: `mb_search${n % 10}/1-${String(n).padStart(6, "0")}`,
  mailboxId: `mb_search${n % 10}`,
  receivedAt: n,
  storedAt: Math.floor(n / 7),
  size: 3,
  sha256: "",
  messageId: `<Message.${n}@Example.net>`,
  subject: n === 3 ? "Invoice 4711" : `Letter ${n}`,
  from: [{ name: "Kim", address: `Sender${n % 100}@Example.net` }],
  to: person(`mb_search${n % 10}@example.org`),
  cc: n === 40 ? person("copied@example.org") : [],
  recipients: 1,
  date: null,
  unparsed: null,
  expireAt: Date.now() + 1e9,
  raw: Buffer.from("raw"),
  ...(n === 50 && {
    undeliverable: {
      recipients: [{ address: "nobody@example.com", status: "5.1.1" }],
      messageId: "<sent@example.org>",
    },
  }),
});

before(async () => {
  const mongo = await startMongo();
  const connect = (url: string) => connectStore({ url, database: mongo.dbName, appName: "test", logger });
  const topology = await connect(mongo.urlOf("topology"));
  await makeCollections(topology, [collections.messages]);
  await topology.close();
  const store = await connect(mongo.urlOf("inbound-sync"));
  // Only an administrator sees what the database reads.
  const administrator = await connect(mongo.url);
  stop = async () => {
    await Promise.all([store.close(), administrator.close()]);
    await mongo.stop();
  };
  db = administrator.db;
  messages = createMessageStore(store);
  await messages.insertAll(Array.from({ length: 2500 }, (_, n) => stored(n)));
});
after(() => stop?.());

const aside = [{ name: "1-9", tries: 2, since: 3, nextAt: 9, words: "cannot be read" }];
const sources = { get: async () => ({ _id: "", setAside: aside }) } as never;
type Wanted = Partial<RequestArguments<"inbound-sync.message.search">>;
const page = (wanted: Wanted) => searchMessages({ messages, sources }, { limit: 100, ...wanted });

async function all(wanted: Wanted) {
  const found = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const { items, next } = await page({ ...wanted, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...items);
    cursor = next ?? undefined;
    pages += 1;
  } while (cursor !== undefined);
  return { found, pages };
}

const cases: { what: string; wanted: Wanted; found: number | string[] }[] = [
  { what: "its Message-ID", wanted: { messageId: "<message.7@example.NET>" }, found: ["mb_search7/1-000007"] },
  { what: "its Message-ID without brackets", wanted: { messageId: "Message.7@Example.net" }, found: 1 },
  { what: "the message that a report is about", wanted: { messageId: "sent@example.org" }, found: 1 },
  { what: "its sender, in other letters", wanted: { from: "sender5@EXAMPLE.net" }, found: 25 },
  { what: "its recipient", wanted: { to: "mb_search4@example.org" }, found: 250 },
  { what: "who gets a copy", wanted: { to: "copied@example.org" }, found: ["mb_search0/1-000040"] },
  { what: "part of its subject", wanted: { subject: "invoice" }, found: ["mb_search3/1-000003"] },
  { what: "a mailbox, with what is set aside there", wanted: { mailboxId: "mb_search2" }, found: 251 },
  { what: "all of what is named", wanted: { from: "sender5@example.net", to: "mb_search5@example.org" }, found: 25 },
  { what: "what does not fit together", wanted: { from: "sender5@example.net", to: "copied@example.org" }, found: 0 },
  { what: "a time", wanted: { since: 350 }, found: 50 },
  { what: "nobody", wanted: { from: "nobody@example.net" }, found: 0 },
  { what: "nothing", wanted: {}, found: 2500 },
];
for (const { what, wanted, found } of cases)
  for (const limit of [97, 500])
    test(`received mail is found by ${what}, newest first, each once, ${limit} at a time`, async () => {
      const ids = (await all({ ...wanted, limit })).found.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      if (typeof found === "number") assert.equal(ids.length, found);
      else assert.deepEqual(ids, found);
      const times = (await all({ ...wanted, limit })).found.map(({ at }) => at);
      assert.deepEqual(
        times,
        times.toSorted((one, other) => other - one),
      );
    });

test("a page reads at most a thousand messages, along an index, whatever is searched and however far", async () => {
  const middle = `${Math.floor(1200 / 7)}/mb_search0/1-001200`;
  const searches: Wanted[] = cases.flatMap(({ wanted }) => [wanted, { ...wanted, cursor: middle }]);
  searches.push({ subject: "is nowhere" }, { subject: "is nowhere", mailboxId: "mb_search2" });
  await db.command({ profile: 2 });
  for (const wanted of searches) await page(wanted).finally(() => {});
  await db.command({ profile: 0 });
  const seen = await db
    .collection("system.profile")
    .find({ ns: `${db.databaseName}.messages`, op: { $in: ["query", "getmore"] } })
    .toArray();
  assert.ok(seen.length >= searches.length);
  for (const { planSummary, docsExamined, hasSortStage, command } of seen) {
    assert.match(planSummary, /^IXSCAN/, JSON.stringify(command));
    assert.ok(docsExamined <= 1020, `${docsExamined} for ${JSON.stringify(command)}`);
    assert.notEqual(hasSortStage, true);
  }
  const { items, next } = await page({ subject: "is nowhere" });
  assert.deepEqual(items, []);
  assert.notEqual(next, null);
});
