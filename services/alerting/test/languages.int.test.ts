import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting, startRelay } from "./given-alerting.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let relay: Awaited<ReturnType<typeof startRelay>>;
const object = { type: "mailbox", id: "mb_tongue1", direction: "inbound", label: "tongue@example.org" } as const;
/** To whom which mail went, with its language. */
const sent = () =>
  relay.mails.map(({ to, raw }) => [
    to.join(),
    /^Message-ID: <[^.]+\.1\.(\w+)(?:\.(\w+))?@/im.exec(raw)?.slice(1).join(" "),
  ]);

before(async () => {
  given = await givenAlerting();
  relay = await startRelay(await given.freePort());
  await given.startReplica();
  await given.useRelay(relay.port);
  await given.change({ language: "de", recipientLanguages: ["second@example.org ja"] });
});
after(async () => {
  await relay.stop();
  await given.stop();
});

test("each recipient gets one mail in the own language; where the second one is put off, the first is not told twice", async () => {
  relay.trouble({ code: 451, words: "later", only: "second@example.org" });
  await given.raise({ at: Date.now(), object, code: "AUTHENTICATION_REJECTED" });
  await eventually(async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" })).length === 1, {
    what: "the second mail was put off",
  });
  assert.deepEqual(sent(), [["admin@example.org", "raised de"]]);
  relay.trouble(null);
  await eventually(() => relay.mails.length === 2, { timeoutMs: 30_000, what: "the second mail" });
  await given.clear({ at: Date.now(), object });
  await eventually(() => relay.mails.length === 4, { what: "both hear that it is over" });
  assert.deepEqual(sent().toSorted(), [
    ["admin@example.org", "cleared de"],
    ["admin@example.org", "raised de"],
    ["second@example.org", "cleared ja"],
    ["second@example.org", "raised ja"],
  ]);
});

test("a language that there is not is refused", async () => {
  await assert.rejects(given.change({ recipientLanguages: ["second@example.org fr"] }), /en, de, ja or it/);
});
