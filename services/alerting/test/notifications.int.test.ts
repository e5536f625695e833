import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type AlertRaised, alertFacts, ProblemError, subjects, subjectsOfFacts } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting, startRelay } from "./given-alerting.ts";
import { ownedMailbox, ownedProfile } from "./owned-mailbox.ts";

/** Mailboxes of a provider that goes away; `MAILFLEET_OUTAGE_TRIAL_MAILBOXES=1000` takes more. */
const ofProvider = Number(process.env.MAILFLEET_OUTAGE_TRIAL_MAILBOXES ?? 60);
let given: Awaited<ReturnType<typeof givenAlerting>>;
let relay: Awaited<ReturnType<typeof startRelay>>;
let replica: Awaited<ReturnType<typeof given.startReplica>>;
let port: number;
let number = 0;
/** What `config` knows. */
let known: { mailbox?: string; mailboxes?: string[]; profile?: string; away?: boolean } = {};
let mailbox = { type: "mailbox" as const, id: "mb_none", direction: "inbound" as const, label: "" };

const failed = (at = Date.now()) => ({
  at,
  object: mailbox,
  code: "AUTHENTICATION_REJECTED",
  evidence: { host: "imap.example.org", port: 993, reply: "NO [AUTHENTICATIONFAILED] who are you" },
});
const over = () => ({ at: Date.now(), object: mailbox });
/** A busy machine needs more than the usual ten seconds. */
const timeoutMs = 30_000;
const oneAlert = async (ok: (alert: Awaited<ReturnType<typeof given.list>>[number]) => boolean) =>
  eventually(async () => (await given.list({ objectId: mailbox.id })).find(ok), { what: "the alert", timeoutMs });
const mails = (count: number) => eventually(() => relay.mails.length === count, { what: `${count} mails`, timeoutMs });
/** Long enough for several sweeps: what has not come by then does not come. */
const noMore = async (count: number) => {
  await delay(400);
  assert.deepEqual(relay.subjects().length, count, relay.subjects().join("\n"));
};

describe("notifications, with two replicas", () => {
  before(async () => {
    given = await givenAlerting();
    port = await given.freePort();
    relay = await startRelay(port);
    [replica] = await Promise.all([given.startReplica(), given.startReplica()]);
    await given.useRelay(port);
    const look = (id: string, wanted: string | undefined) => {
      if (known.away) throw new ProblemError("UNAVAILABLE", "config is away");
      if (id !== wanted) throw new ProblemError("NOT_FOUND", "there is none");
    };
    await given.bus.respond({
      "config.mailbox.get": async ({ id }) => {
        look(id, known.mailboxes?.includes(id) ? id : known.mailbox);
        return { ...ownedMailbox(id, "Anna@example.org"), profileId: known.profile ?? "pf_none01" };
      },
      "config.profile.get": async ({ id }) => {
        look(id, known.profile);
        return ownedProfile(id, "Exchange@example.org");
      },
    });
  });
  beforeEach(() => {
    const id = `mb_sales${++number}`;
    mailbox = { type: "mailbox", id, direction: "inbound", label: `${id}@example.org` };
    relay.mails.length = 0;
  });
  after(async () => {
    await relay.stop();
    await given.stop();
  });

  test("one mail when an alert begins, none for its five repetitions, one when it is over", async () => {
    const facts: string[] = [];
    const filters = alertFacts.map((fact) => `fact.alert.*.${fact}`);
    const view = await given.bus.follow({ filters }, (message) => facts.push(message.subject));
    await given.raise(failed());
    await mails(1);
    for (let repeat = 0; repeat < 5; repeat++) await given.raise(failed());
    await given.raise(failed(), "the-same");
    await given.raise(failed(), "the-same");
    const alert = await oneAlert((found) => found.count === 7);
    assert.equal(alert.notification, "sent");
    await noMore(1);
    await given.clear(over());
    await mails(2);
    await oneAlert((found) => found.state === "cleared" && found.notification === "sent");
    await noMore(2);

    const [begin = "", end = ""] = relay.mails.map((mail) => mail.raw);
    assert.deepEqual(relay.mails[0]?.to, ["admin@example.org", "second@example.org"]);
    assert.match(begin, new RegExp(`Subject: \\[Mailfleet\\] Error: mailbox ${mailbox.id}@example.org`));
    for (const words of ["AUTHENTICATIONFAILED", "What to do now", "Auto-Submitted: auto-generated"])
      assert.ok(begin.includes(words), `${words} not in ${begin}`);
    const messageId = /^Message-ID: (.*)\r$/im.exec(begin)?.[1];
    assert.ok(messageId && end.includes(`In-Reply-To: ${messageId}`), end);
    assert.deepEqual(facts, ["fact.alert.error.raised", "fact.alert.error.cleared"]);
    await view.stop();
  });

  test("an alert of which no mail can be made is given up by itself; the mail server is not blamed and others leave", async () => {
    const id = "in_broken01";
    const notice = { state: "pending", toldEpisode: 1, pending: "cleared", due: 1, since: Date.now() };
    const broken = { _id: id, v: 1, object: null, code: "STALLED", severity: "error", state: "cleared", episode: 1 };
    const incidents = replica.db.collection<{ _id: string; notice: { state: string } }>("incidents");
    await incidents.insertOne({
      ...{ ...broken, most: 2, hosts: [], muted: null, notice, handled: [], outbox: [], living: true },
    } as never);
    await given.raise(failed());
    await mails(1);
    await oneAlert((found) => found.notification === "sent");
    assert.equal((await incidents.findOne({ _id: id }))?.notice.state, "failed");
    assert.deepEqual(await given.list({ code: "NOTIFICATION_FAILED" }), []);
    await incidents.deleteOne({ _id: id });
  });

  test("an outage of one provider is one incident, one mail, and one when it is over", async () => {
    const profile = { type: "profile" as const, id: `pf_down${++number}`, label: "Head office" };
    const incidents = async () => (await given.bus.request("alerting.incident.list", { objectId: profile.id })).items;
    const objects = Array.from({ length: ofProvider }, (_, n) => {
      const direction = n % 2 ? ("inbound" as const) : ("outbound" as const);
      return {
        type: "mailbox" as const,
        id: `mb_down${number}x${n}`,
        direction,
        profileId: profile.id,
        label: `d${n}@x.org`,
      };
    });
    const codes = ["CONNECTION_REFUSED", "CONNECTION_TIMEOUT", "SERVER_UNAVAILABLE"];
    for (const [n, object] of objects.entries()) {
      const evidence = { host: n % 2 ? "imap.example.org" : "smtp.example.org", reply: "not now" };
      await given.raise({ at: Date.now(), object, code: codes[n % 3] ?? "", evidence });
    }
    await given.raise({ at: Date.now(), object: profile, code: "PROFILE_MAILBOXES_FAILING" });
    await eventually(async () => (await incidents())[0]?.alerts === ofProvider + 1, {
      what: "all alerts",
      timeoutMs: timeoutMs + ofProvider * 100,
    });
    await mails(1);
    await eventually(async () => (await incidents())[0]?.notification === "sent");
    const [incident] = await incidents();
    assert.deepEqual(incident?.hosts, ["imap.example.org", "smtp.example.org"]);
    assert.match(relay.subjects()[0] ?? "", /(Error|Warning): profile .*\([0-9]+ alerts\)/);
    // Whoever joins later belongs to it, and is shown as told.
    await given.raise({ at: Date.now(), object: { ...mailbox, profileId: profile.id }, code: "CONNECTION_LOST" });
    await eventually(async () =>
      (await given.list({ objectId: mailbox.id })).some((one) => one.notification === "sent"),
    );
    // What is cleared before it was counted does not show in `most`.
    await eventually(async () => (await incidents())[0]?.alerts === ofProvider + 2, { what: "its count", timeoutMs });
    await given.clear({ at: Date.now(), object: { ...mailbox, profileId: profile.id } });
    for (const object of [...objects.slice(1), profile]) await given.clear({ at: Date.now(), object });
    await eventually(async () => (await incidents())[0]?.alerts === 1, { timeoutMs: timeoutMs + ofProvider * 100 });
    await noMore(1);
    await given.clear({ at: Date.now(), object: objects[0] as (typeof objects)[number] });
    await eventually(async () => (await incidents())[0]?.state === "cleared");
    await mails(2);
    assert.match(relay.subjects()[1] ?? "", /Recovered: profile .*: The server refuses/);
    assert.equal((await incidents())[0]?.most, ofProvider + 2);
  });

  test("what workers say without a profile joins the incident of its mailbox's profile; its begin and end are facts, once each", async () => {
    const profileId = `pf_joined${++number}`;
    const ids = [1, 2, 3].map((n) => `mb_joined${number}x${n}`);
    known = { mailboxes: ids, profile: profileId };
    const told: [type: string, mailboxes: number][] = [];
    const filters = subjectsOfFacts(["incident.changed.v1"]);
    const view = await given.bus.follow({ filters }, ({ subject, type, body }) => {
      if (type === "incident.changed.v1" && body.incident.object.id === profileId)
        told.push([subject.split(".").at(-1) ?? "", body.incident.alerts]);
    });
    const object = (id: string) => ({ type: "mailbox" as const, id, direction: "inbound" as const });
    const send = { type: "send" as const, id: `sd_joined${number}`, label: "<one@example.org>" };
    try {
      for (const id of ids) await given.raise({ at: Date.now(), object: object(id), code: "STALLED" });
      await mails(1);
      const mailboxId = ids[0] ?? "";
      await given.bus.publish({
        ...{ id: send.id, subject: subjects.mailFact(mailboxId, "alert-raised"), mailboxId, at: Date.now() },
        ...{ type: "alert.raised.v1", body: { at: Date.now(), object: send, code: "SEND_UNCERTAIN" } },
      });
      await mails(2);
      const incidents = (await given.bus.request("alerting.incident.list", { objectId: profileId })).items;
      assert.deepEqual(incidents.map(({ code, alerts }) => [code, alerts]).toSorted(), [
        ["SEND_UNCERTAIN", 1],
        ["STALLED", 3],
      ]);
      for (const id of ids) await given.clear({ at: Date.now(), object: object(id) });
      await mails(3);
      await eventually(() => told.length === 3, { what: "the facts" });
      assert.deepEqual(
        told.map(([type]) => type),
        ["incident-opened", "incident-opened", "incident-ended"],
      );
    } finally {
      known = {};
      await view.stop();
    }
  });

  test("an incident is acknowledged, muted, deleted, alone or with others; one that nobody looks after escalates", async () => {
    const by = { by: "ada" };
    let n = 0;
    const ask = (verb: "acknowledge" | "unmute" | "delete", id: string) =>
      given.bus.request(`alerting.incident.${verb}`, { ...by, commandId: `${mailbox.id}-${n++}`, id });
    const one = () =>
      eventually(async () => (await given.bus.request("alerting.incident.list", { objectId: mailbox.id })).items[0], {
        what: "the incident",
      });
    await given.change({ escalateTo: ["chief@example.org"], escalateAfterMinutes: 1 });
    await given.raise(failed(Date.now() - 120_000));
    await eventually(() => relay.mails.some(({ to }) => to.includes("chief@example.org")));
    await mails(2);
    assert.match(relay.subjects()[1] ?? "", /Still not repaired/);
    const { id } = await one();
    await ask("acknowledge", id);
    assert.equal((await one()).acknowledged?.by, "ada");
    assert.ok((await one()).escalatedAt);
    const until = Date.now() + 3_600_000;
    const settle = (verb: "mute" | "delete", more = {}) =>
      given.bus.request("alerting.incident.settle", {
        ...by,
        commandId: `${mailbox.id}-${n++}`,
        verb,
        ids: [id],
        ...more,
      });
    await assert.rejects(settle("mute"), /reason/);
    assert.deepEqual(await settle("mute", { reason: "the server moves", until }), { settled: 1 });
    await given.clear(over());
    await noMore(2);
    await ask("unmute", id);
    await mails(3);
    await given.raise(failed());
    await eventually(async () => (await one()).state === "raised");
    await settle("delete");
    await eventually(async () => (await given.list({ objectId: mailbox.id })).length === 0, {
      what: "no alert is listed",
    });
    await noMore(3);
    await given.change({ escalateTo: [] });
  });

  test("the owner of the mailbox gets the mail, too, where the settings say so and an owner can act", async () => {
    known.mailbox = mailbox.id;
    const all = ["admin@example.org", "second@example.org"];
    try {
      await given.raise(failed());
      await mails(1);
      assert.deepEqual(relay.mails[0]?.to, all, "not unless the settings say so");
      await given.change({ notifyOwners: true });
      await given.clear(over());
      await mails(2);
      assert.deepEqual(relay.mails[1]?.to, [...all, "Anna@example.org"]);
      const others = { at: Date.now(), object: { ...mailbox, id: `${mailbox.id}x` } };
      await given.raise({ ...others, code: "AUTHENTICATION_REJECTED" });
      await mails(3);
      assert.deepEqual(relay.mails[2]?.to, all, "a mailbox that is gone has no owner");
      await given.raise({ ...failed(), code: "PROFILE_MISSING" });
      await mails(4);
      assert.deepEqual(relay.mails[3]?.to, all, "only an administrator can do something about it");
      known.away = true;
      await given.raise({ ...failed(), code: "ACCOUNT_DISABLED" });
      await mails(5);
      assert.deepEqual(relay.mails[4]?.to, all, "while config is away the others get it");
    } finally {
      known = {};
      await given.change({ notifyOwners: false });
    }
  });

  test("the owner of the profile gets the mail about what only they can mend, and that it is over", async () => {
    const profile = { type: "profile", id: `pf_owned${++number}` } as const;
    known.mailbox = mailbox.id;
    known.profile = profile.id;
    const all = ["admin@example.org", "second@example.org"];
    const recipients = () => relay.mails.at(-1)?.to;
    const ended = (object: AlertRaised["object"]) => ({ at: Date.now(), object, code: "SECRET_ENDED" });
    try {
      await given.change({ notifyOwners: true });
      await given.raise(ended(profile));
      await mails(1);
      assert.deepEqual(recipients(), [...all, "Exchange@example.org"]);
      await given.clear({ at: Date.now(), object: profile });
      await mails(2);
      assert.deepEqual(recipients(), [...all, "Exchange@example.org"], "also that it is over");
      await given.raise({ ...failed(), code: "HOST_NOT_FOUND" });
      await mails(3);
      assert.deepEqual(recipients(), [...all, "Exchange@example.org"], "of a mailbox: what its profile says is wrong");
      await given.raise(ended({ ...profile, id: "pf_nobody01" }));
      await mails(4);
      assert.deepEqual(recipients(), all, "a profile that is gone has no owner");
    } finally {
      known = {};
      await given.change({ notifyOwners: false });
    }
  });

  test("the owner of a profile is told in any case that more than half of its mailboxes do not work", async () => {
    const profile = { type: "profile", id: `pf_owned${++number}` } as const;
    known.profile = profile.id;
    try {
      await given.raise({ at: Date.now(), object: profile, code: "PROFILE_MAILBOXES_FAILING" });
      await mails(1);
      assert.deepEqual(relay.mails[0]?.to, ["admin@example.org", "second@example.org", "Exchange@example.org"]);
    } finally {
      known = {};
    }
  });

  test("of test and enable the owners are told once of each mailbox, where the settings say so; the recipients are not", async () => {
    known.mailbox = mailbox.id;
    known.profile = "pf_owned99";
    const { direction: _, ...object } = mailbox;
    const passed = () => ({ at: Date.now(), object, code: "MAILBOX_ENABLED", detail: "Receiving works since today." });
    const shown = (notification: string) => oneAlert((found) => found.notification === notification);
    const over = () => given.clear({ at: Date.now(), object, codes: ["MAILBOX_ENABLED"] });
    try {
      await given.raise(passed());
      await shown("none");
      await over();
      await given.change({ notifyOwners: true, ownerSeverities: ["error", "warning"] });
      await given.raise(passed());
      await oneAlert((found) => found.state === "raised" && found.notification === "none");
      await over();
      await given.change({ ownerSeverities: ["information"] });
      const second = { ...object, id: `${object.id}b`, label: "second@example.org" };
      known.mailboxes = [object.id, second.id];
      known.away = true;
      await given.raise(passed(), "passed-once");
      await given.raise(passed(), "passed-once");
      await given.raise({ ...passed(), object: second });
      await noMore(0);
      known.away = false;
      // Together in one mail, unless each replica took one of them at the same moment.
      const told = () => {
        const named = [object.label, second.label];
        const ofEach = ({ to, raw }: (typeof relay.mails)[number]) =>
          named.filter((label) => raw.includes(label)).map((label) => `${to.join()} ${label}`);
        return relay.mails.flatMap(ofEach).toSorted();
      };
      const both = ["Anna@example.org", "Exchange@example.org"];
      const once = both.flatMap((owner) => [`${owner} ${object.label}`, `${owner} ${second.label}`]).toSorted();
      await eventually(() => told().length === once.length, { what: "both owners hear of both" });
      await shown("sent");
      const count = relay.mails.length;
      await noMore(count);
      assert.deepEqual(told(), once);
      await over();
      await oneAlert((found) => found.state === "cleared");
      await noMore(count);
    } finally {
      known = {};
      await given.change({ notifyOwners: false, ownerSeverities: ["error", "warning", "information"] });
    }
  });

  test("an owner whose address the server refuses holds up no other", async () => {
    known.mailbox = mailbox.id;
    known.profile = "pf_owned98";
    const { direction: _, ...object } = mailbox;
    try {
      await given.change({ notifyOwners: true });
      relay.trouble({ code: 550, words: "no such user", only: "Anna@example.org" });
      await given.raise({ at: Date.now(), object, code: "MAILBOX_ENABLED", detail: "Sending works since today." });
      await mails(1);
      assert.deepEqual(relay.mails[0]?.to, ["Exchange@example.org"]);
      await oneAlert((found) => found.notification === "sent");
      await eventually(async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" }))[0], {
        what: "the refusal is said",
      });
      relay.trouble(null);
      await given.raise(failed());
      await eventually(async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" })).length === 0);
    } finally {
      relay.trouble(null);
      known = {};
      await given.change({ notifyOwners: false });
    }
  });

  test("an owner whose mailbox is full is told later; nobody is told twice, and the mail server is not blamed", async () => {
    known.mailbox = mailbox.id;
    known.profile = "pf_owned97";
    const { direction: _, ...object } = mailbox;
    const blamed = () => given.list({ code: "NOTIFICATION_FAILED", state: "raised" });
    try {
      await given.change({ notifyOwners: true });
      relay.trouble({ code: 452, words: "4.2.2 mailbox full", only: "Anna@example.org" });
      await given.raise({ at: Date.now(), object, code: "MAILBOX_ENABLED", detail: "Sending works since today." });
      await mails(1);
      assert.deepEqual(relay.mails[0]?.to, ["Exchange@example.org"]);
      const told = async () => (await replica.db.collection("alerts").findOne({ "object.id": object.id }))?.notice;
      await eventually(async () => (await told())?.settled?.join() === "exchange@example.org", {
        what: "who was told",
      });
      await noMore(1);
      await given.raise({ ...failed(), object: { ...mailbox, id: `${mailbox.id}x` } });
      await mails(2);
      assert.deepEqual(await blamed(), []);
      relay.trouble(null);
      await mails(3);
      assert.deepEqual(relay.mails[2]?.to, ["Anna@example.org"]);
      await oneAlert((found) => found.notification === "sent");
      assert.equal((await told())?.settled, undefined);
    } finally {
      relay.trouble(null);
      known = {};
      await given.change({ notifyOwners: false });
    }
  });

  test("other information is shown, not mailed", async () => {
    await given.raise({ at: Date.now(), object: mailbox, code: "TEST_PASSED" });
    assert.equal((await oneAlert((found) => found.code === "TEST_PASSED")).notification, "none");
    await noMore(0);
  });

  test("the relay is away: said on the wall, never by mail; the mail goes out when it is back, once", async () => {
    await relay.stop();
    await given.raise(failed());
    const wall = () => given.list({ code: "NOTIFICATION_FAILED" });
    const alert = await eventually(async () => (await wall()).find((found) => found.state === "raised"));
    assert.deepEqual(alert.object, { type: "service", id: "alerting", label: "notifications" });
    assert.equal(alert.evidence?.systemCode, "ECONNREFUSED");
    assert.equal(alert.notification, "none");
    assert.equal((await oneAlert(() => true)).notification, "pending");
    await eventually(async () => ((await wall())[0]?.count ?? 0) >= 3, { what: "a third attempt" });

    relay = await startRelay(port);
    await mails(1);
    await eventually(async () => (await wall())[0]?.state === "cleared");
    await noMore(1);
    assert.match(relay.subjects()[0] ?? "", /Error: mailbox/);
  });

  test("a relay that puts off the mail is tried again; its words are shown", async () => {
    relay.refuse("greylisted, come again");
    await given.raise(failed());
    const wall = async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" }))[0];
    assert.match((await eventually(wall)).evidence?.reply ?? "", /451.*greylisted/);
    relay.refuse(null);
    await mails(1);
    await eventually(async () => !(await wall()));
    await noMore(1);
  });

  test("an alert that clears while the relay is away is never mailed", async () => {
    relay.refuse("not now");
    await given.raise(failed());
    await eventually(async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" }))[0]);
    await given.clear(over());
    const { incidentId } = await oneAlert((found) => found.state === "cleared" && found.notification === "none");
    const incident = () => replica.ports.documents.incident.load(incidentId ?? "");
    // What was taken before may still be on its way.
    const isLeft = async () => (await incident())?.notice.leaseUntil === undefined;
    await eventually(isLeft, { what: "nobody sends it", timeoutMs: 40_000 });
    relay.refuse(null);
    await noMore(0);
    mailbox = { ...mailbox, direction: "inbound", id: `${mailbox.id}x` };
    await given.raise(failed());
    await mails(1);
  });

  test("one that flaps is mailed once in the quiet time", async () => {
    await given.raise(failed());
    await mails(1);
    await given.clear(over());
    await mails(2);
    await given.raise(failed());
    await oneAlert((found) => found.state === "raised" && found.notification === "pending");
    await noMore(2);
    await given.clear(over());
    await oneAlert((found) => found.state === "cleared");
    await noMore(2);
  });

  test("settings: what is missing is refused, a repeated command gets its answer, the password is never shown", async () => {
    const request = (change: object, more: object = {}) =>
      given.bus.request("alerting.notification-settings.update", { commandId: "c1", by: "t", change, ...more });
    const problem = (code: string) => (error: unknown) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.problem.code, code);
      return true;
    };
    await assert.rejects(request({ relay: null }), problem("INVALID"));
    await assert.rejects(request({ to: [] }, { ifVersion: 77 }), problem("STALE_VERSION"));
    const first = await request({ from: "fleet@example.org" });
    assert.deepEqual(await request({ from: "fleet@example.org" }), first);
    const other = request({ from: "fleet@example.org" }, { secretsHash: "of-another-password" });
    await assert.rejects(other, problem("COMMAND_ID_REUSED"));
    const shown = await given.bus.request("alerting.notification-settings.get", {});
    assert.deepEqual(shown, first);
    assert.equal(shown.credentials?.username, "notifier");
    assert.ok(shown.credentials?.setAt);
    assert.doesNotMatch(JSON.stringify(shown), /rel4y|ciphertext/);
  });

  test("a change that is only tried changes nothing, and secrets go where the settings lead after it", async () => {
    const ask = (change: object) => given.bus.request("alerting.notification-settings.destinations", { change });
    const before = await given.bus.request("alerting.notification-settings.get", {});
    const input = { commandId: "try", by: "t", dryRun: true, change: { enabled: false, format: "text" } } as const;
    const tried = await given.bus.request("alerting.notification-settings.update", input);
    assert.deepEqual([tried.enabled, tried.format], [false, "text"]);
    assert.deepEqual(await given.bus.request("alerting.notification-settings.get", {}), before);
    await given.raise(failed());
    await mails(1);
    // The same id is free for the real command.
    const { dryRun: _, ...real } = input;
    const done = await given.bus.request("alerting.notification-settings.update", {
      ...real,
      change: { format: "text" },
    });
    assert.equal(done.v, before.v + 1);

    const relayTo = { host: "other.example.org", port: 25, security: "none" };
    const { to, holder } = await ask({ relay: relayTo });
    assert.deepEqual([to.credentials, holder], ["smtp other.example.org:25", "notifications"]);
    assert.equal((await ask({})).to.credentials, `smtp ${before.relay?.host}:${before.relay?.port}`);
  });

  test("a wrong password is said in the relay's words; off means off", async () => {
    await given.useRelay(port, "wrong");
    await given.raise(failed());
    const wall = async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" }))[0];
    const alert = await eventually(wall);
    assert.match(alert.evidence?.reply ?? "", /535/);
    assert.ok(!JSON.stringify(alert).includes("rel4y"));
    await given.bus.request("alerting.notification-settings.update", {
      commandId: "off",
      by: "test",
      change: { enabled: false },
    });
    await oneAlert((found) => found.notification === "none");
    await eventually(async () => !(await wall()));
    await noMore(0);
  });
});
