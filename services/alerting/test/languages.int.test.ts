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

test("the code for a mailbox goes to its address alone, in its language, also while notices are off", async () => {
  relay.mails.length = 0;
  await given.change({ recipientLanguages: ["@example.org ja"], enabled: false });
  const ask = () =>
    given.bus.request("alerting.notification-settings.send-code", {
      ...{ address: "anna@example.org", code: "ABCDE-23456", endsAt: Date.UTC(2026, 11, 1, 9, 30) },
    });
  await ask();
  const [{ to, raw } = { to: [], raw: "" }] = relay.mails;
  assert.deepEqual([relay.mails.length, to], [1, ["anna@example.org"]]);
  for (const words of ["ABCDE-23456", "2026-12-01 09:30 UTC", 'lang=3D"ja"']) assert.ok(raw.includes(words), raw);
  relay.trouble({ code: 550, words: "no such user" });
  await assert.rejects(
    ask(),
    /could not be sent to anna@example.org \(RECIPIENT_REFUSED\)\. The server says: .*no such user/,
  );
  relay.trouble(null);
});

test("a language that there is not is refused", async () => {
  await assert.rejects(given.change({ recipientLanguages: ["second@example.org fr"] }), /en, de, ja or it/);
});
