import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AlertObject } from "@mailfleet/contracts";
import { alertIdOf, raised } from "../alert/decide.ts";
import type { AlertDocument } from "../alert/document.ts";
import { noticeDropped, noticePutOff, noticeSent } from "../notice/decide.ts";
import { incidentMail } from "../notice/text.ts";
import { commands } from "./commands.ts";
import { type Seen, settled } from "./decide.ts";
import type { IncidentBody, IncidentDocument } from "./document.ts";
import { incidentFactsOf } from "./facts.ts";
import { incidentOf } from "./group.ts";

const pace = { quietMs: 1000, gatherMs: 50 };
const seen = (raisedNow: number, more: Partial<Seen> = {}): Seen => ({
  ...{ raised: raisedNow, object: { type: "profile", id: "pf_one1", label: "Head office" } },
  first: { code: "CONNECTION_REFUSED", text: "The server refuses connections.", remedy: "Start it.", firstAt: 90 },
  ...{ severity: "error", hosts: ["imap.example.org"], isTold: false },
  ...more,
});
function kept(body: IncidentBody | null, v = 1): IncidentDocument {
  assert.ok(body, "something changes");
  return { ...body, _id: "in_one1", v, handled: [], outbox: [], createdAt: 1, changedAt: 1 };
}
const look = (before: IncidentDocument | null, count: number, now: number, more?: Partial<Seen>) =>
  settled(before, seen(count, more), { now, keptMs: 40 * 86_400_000, ...pace });
const opened = (now = 100) => kept(look(null, 1, now));
const told = (one: IncidentDocument, at: number) =>
  noticeSent(one, { kind: one.notice.pending ?? "raised", episode: one.episode }, at, pace);
function present<Value>(value: Value | null): Value {
  assert.ok(value, "something changes");
  return value;
}

test("that an incident begins and that it is over is told once each, nothing in between", () => {
  const of = (before: IncidentDocument | null, after: IncidentBody) =>
    incidentFactsOf("in_one1", before, after, 100).map(({ id, subject }) => [id, subject]);
  const open = opened();
  const grown = kept(look(open, 3, 150));
  const over = kept(look(grown, 0, 200));
  const again = kept(look(over, 1, 300));
  assert.deepEqual(of(null, open), [["in_one1:1:incident-opened", "fact.alert.error.incident-opened"]]);
  assert.deepEqual(of(open, grown), []);
  assert.deepEqual(of(grown, over), [["in_one1:1:incident-ended", "fact.alert.error.incident-ended"]]);
  assert.deepEqual(of(over, over), []);
  assert.deepEqual(of(over, again), [["in_one1:2:incident-opened", "fact.alert.error.incident-opened"]]);
});

describe("an alert belongs to the incident", () => {
  const of = (object: AlertObject, code: string, audience: "mailbox" | "profile" | "administrator" = "mailbox") =>
    incidentOf({ object, code, severity: "error", audience })?.id;
  const mailbox = (id: string, more = {}): AlertObject => ({ type: "mailbox", id, profileId: "pf_one1", ...more });

  test("of its profile, if its servers or the profile are the cause, whatever each mailbox met first", () => {
    const one = of(mailbox("mb_one1"), "CONNECTION_REFUSED", "profile");
    assert.equal(of(mailbox("mb_two2", { direction: "outbound" }), "CONNECTION_TIMEOUT", "profile"), one);
    assert.equal(of(mailbox("mb_two2"), "SERVER_UNAVAILABLE", "mailbox"), one);
    assert.equal(of({ type: "profile", id: "pf_one1" }, "PROFILE_MAILBOXES_FAILING", "profile"), one);
    assert.notEqual(of(mailbox("mb_one1", { profileId: "pf_two2" }), "CONNECTION_REFUSED", "profile"), one);
    const secret = of(mailbox("mb_one1"), "CLIENT_SECRET_MISSING", "profile");
    assert.equal(of(mailbox("mb_two2"), "CLIENT_SECRET_MISSING", "profile"), secret);
    assert.notEqual(secret, one);
  });

  test("of its profile, if sends of many mailboxes meet the same; each code is its own", () => {
    const of = (id: string, code: string) =>
      incidentOf({
        ...{ object: { type: "send", id, profileId: "pf_one1" }, code },
        ...{ severity: "warning", audience: "mailbox" },
      })?.id;
    assert.equal(of("sd_one1", "SEND_UNCERTAIN"), of("sd_two2", "SEND_UNCERTAIN"));
    assert.notEqual(of("sd_one1", "SEND_UNCERTAIN"), of("sd_one1", "SEND_EXPIRED"));
  });

  test("of its own, if only its mailbox can be the cause; both directions share it", () => {
    const one = of(mailbox("mb_one1", { direction: "inbound" }), "AUTHENTICATION_REJECTED");
    assert.equal(of(mailbox("mb_one1", { direction: "outbound" }), "AUTHENTICATION_REJECTED"), one);
    assert.notEqual(of(mailbox("mb_two2"), "AUTHENTICATION_REJECTED"), one);
    assert.notEqual(of({ type: "mailbox", id: "mb_one1" }, "CONNECTION_REFUSED", "profile"), one);
  });

  test("of none, if it is information", () => {
    assert.equal(
      incidentOf({ object: mailbox("mb_one1"), code: "X", severity: "information", audience: "mailbox" }),
      null,
    );
  });
});

describe("an incident", () => {
  test("opens, grows in silence, and is over when its last alert is", () => {
    const one = opened();
    assert.deepEqual([one.state, one.alerts, one.episode, one.firstAt], ["raised", 1, 1, 90]);
    const grown = kept(look(one, 203, 120));
    assert.deepEqual([grown.alerts, grown.most, grown.notice], [203, 203, one.notice]);
    assert.equal(look(grown, 203, 130), null, "nothing is new");
    const less = kept(look(grown, 2, 140));
    const over = kept(look(less, 0, 150));
    assert.deepEqual([over.state, over.alerts, over.most, over.clearedAt], ["cleared", 0, 203, 150]);
    assert.equal(over.forgetAt?.getTime(), 150 + 40 * 86_400_000);
    assert.equal(look(over, 0, 160), null);
    assert.equal(look(null, 0, 160), null, "it never was");
  });

  test("begins anew without who looked after it, but stays muted as long as somebody said", () => {
    const muted = kept(commands.mute(opened(), { by: "ada", at: 110, reason: "a new server", until: 500 }));
    const over = kept(look(kept(commands.acknowledge(muted, { by: "eve", at: 120 })), 0, 150));
    const again = kept(look(over, 1, 200));
    assert.deepEqual([again.episode, again.acknowledged, again.muted?.until], [2, null, 500]);
    assert.equal(kept(look(over, 1, 600)).muted, null);
  });

  test("of alerts that people were told of before there were incidents is not told again, but that it is over is", () => {
    const one = kept(look(null, 3, 100, { isTold: true }));
    assert.deepEqual([one.notice.state, one.notice.pending], ["sent", undefined]);
    assert.equal(kept(look(one, 0, 150)).notice.pending, "cleared");
  });

  test("that is over cannot be acknowledged; a mute has an end in the future; a deleted one is told nobody", () => {
    const over = kept(look(opened(), 0, 150));
    assert.throws(() => commands.acknowledge(over, { by: "ada", at: 160 }), /is over/);
    for (const until of [100, 160, 160 + 400 * 86_400_000])
      assert.throws(() => commands.mute(over, { by: "ada", at: 160, reason: "r", until }), /\/until/);
    const gone = commands.delete(told(opened(), 120), { by: "ada", at: 130 });
    assert.deepEqual([gone.state, gone.notice.pending, gone.notice.toldEpisode], ["cleared", undefined, 0]);
  });
});

describe("its mail", () => {
  test("waits a moment for more alerts, and is one for an episode", () => {
    const one = opened();
    assert.deepEqual(
      [one.notice.state, one.notice.pending, one.notice.due, one.notice.since],
      ["pending", "raised", 150, 100],
    );
    const sent = told(one, 170);
    assert.deepEqual([sent.notice.state, sent.notice.pending, sent.notice.due], ["sent", undefined, undefined]);
    assert.equal(kept(look(sent, 9, 200)).notice.pending, undefined);
  });

  test("is followed by one about the recovery, at once, if people were told", () => {
    const over = kept(look(told(opened(), 120), 0, 130));
    assert.deepEqual([over.notice.pending, over.notice.due], ["cleared", 130]);
    const done = told(over, 140);
    assert.deepEqual([done.notice.state, done.notice.pending, done.notice.toldEpisode], ["sent", undefined, 0]);
  });

  test("is not sent at all if it is over before", () => {
    const over = kept(look(opened(), 0, 110));
    assert.deepEqual([over.notice.state, over.notice.pending, over.notice.due], ["none", undefined, undefined]);
  });

  test("that leaves while it ends is followed by the recovery all the same", () => {
    const over = kept(look(opened(), 0, 110));
    const sent = noticeSent(over, { kind: "raised", episode: 1 }, 120, pace);
    assert.deepEqual([sent.notice.pending, sent.notice.due], ["cleared", 120]);
  });

  test("keeps quiet about what flaps: no recovery, then nothing new, while people think it is raised", () => {
    const over = kept(look(told(opened(), 120), 0, 130));
    const again = kept(look(over, 1, 140));
    assert.deepEqual([again.notice.state, again.notice.pending], ["sent", undefined]);
  });

  test("of the next episode waits for the quiet time since the last one", () => {
    const over = kept(look(told(opened(), 120), 0, 130));
    const again = kept(look(told(over, 135), 1, 200));
    assert.deepEqual([again.notice.pending, again.notice.due], ["raised", 120 + pace.quietMs]);
  });

  test("is never about mail that does not leave", () => {
    const relay = { ...seen(1).first, code: "NOTIFICATION_FAILED" };
    assert.deepEqual(kept(look(null, 1, 100, { first: relay })).notice, { state: "none", toldEpisode: 0 });
  });

  test("that failed is due again; that was given up is not, nor is its recovery", () => {
    assert.equal(present(noticePutOff(opened(), 500)).notice.due, 500);
    const dropped = present(noticeDropped(opened(), "failed", { episode: 1, now: 500 }));
    assert.deepEqual([dropped.notice.state, dropped.notice.pending], ["failed", undefined]);
    const over = kept(look(dropped, 0, 600));
    assert.equal(over.notice.pending, undefined);
    assert.equal(noticePutOff(over, 700), null);
  });

  test("that is given up while it ends, or begins anew, holds up nothing that comes after", () => {
    const taken = { ...opened(), notice: { ...opened().notice, due: 9000, leaseUntil: 9000 } };
    const first = { episode: 1, now: 700 };
    const over = kept(look(taken, 0, 600));
    const free = present(noticeDropped(over, "none", first));
    assert.equal(kept(look(free, 1, 800)).notice.due, 800 + pace.gatherMs, "nobody waits for the lease");
    const anew = kept(look(over, 1, 650));
    assert.equal(anew.notice.due, 9000);
    const { state, pending, due, leaseUntil } = present(noticeDropped(anew, "none", first)).notice;
    assert.deepEqual([state, pending, due, leaseUntil], ["pending", "raised", 700, undefined]);
  });

  const sales: AlertObject = { type: "mailbox", id: "mb_sales1", direction: "inbound", label: "sales@example.org" };
  const alert = (object: AlertObject): AlertDocument => {
    const evidence = { host: "imap.example.org", port: 993, reply: "NO [AUTHENTICATIONFAILED] no such user" };
    const fact = { at: Date.UTC(2026, 0, 2, 3, 4), object, code: "AUTHENTICATION_REJECTED", evidence };
    const decision = present(raised(null, fact, { origin: { id: "m" }, now: 1, ...pace }));
    const frame = { _id: alertIdOf(object, fact.code), v: 1, handled: [], outbox: [], createdAt: 1, changedAt: 1 };
    return { ...decision.after, ...frame };
  };

  test("of one alert says what happened, to which mailbox, in the server's words, and what to do now", () => {
    const one = alert({ ...sales, label: "sales@example.org\r\nBcc: x@y" });
    const incident = kept(look(null, 1, 100, { object: one.object, first: one }));
    const mail = incidentMail(incident, [one], "raised", { domain: "example.org", language: "en" });
    assert.equal(
      mail.subject,
      "[Mailfleet] Error: mailbox sales@example.org Bcc: x@y (inbound): The server rejected the user name or password.",
    );
    for (const words of [
      "2026-01-02T03:04:00.000Z",
      "What the server said: NO [AUTHENTICATIONFAILED] no such user",
      "Server: imap.example.org:993",
      "What to do now:\nSet the right credentials",
    ])
      assert.ok(mail.text.includes(words), `${words} is not in ${mail.text}`);
    const over = kept(look(told(incident, 120), 0, 130));
    const recovery = incidentMail(over, [one], "cleared", { domain: "example.org", language: "en" });
    assert.equal(recovery.inReplyTo, mail.messageId);
    assert.match(recovery.subject, /Recovered: .*sales@example\.org/);
  });

  test("of many alerts names the profile, the servers and the mailboxes, and counts what is too many", () => {
    const incident = kept(look(null, 203, 100));
    const alerts = Array.from({ length: 101 }, (_, n) =>
      alert({ type: "mailbox", id: `mb_${n}`, label: `m${n}@x.org` }),
    );
    const mail = incidentMail(incident, alerts, "raised", { domain: "example.org", language: "en" });
    assert.equal(mail.subject, "[Mailfleet] Error: profile Head office: The server refuses connections. (203 alerts)");
    for (const words of [
      "Servers: imap.example.org",
      "m99@x.org",
      "and 102 more alerts",
      "mailfleet incident show in_one1",
    ])
      assert.ok(mail.text.includes(words), `${words} is not in ${mail.text}`);
    assert.ok(!mail.text.includes("m100@x.org"));
    const escalated = incidentMail(told(incident, 120), alerts, "escalated", { domain: "example.org", language: "en" });
    assert.match(escalated.subject, /Still not repaired/);
    assert.match(escalated.text, /Nobody has acknowledged/);
  });
});
