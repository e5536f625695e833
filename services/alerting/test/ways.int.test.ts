import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { givenAlerting } from "./given-alerting.ts";
import { recipients, sender, startWays, type Way } from "./ways.ts";

let given: Awaited<ReturnType<typeof givenAlerting>>;
let world: Awaited<ReturnType<typeof startWays>>;
let replica: Awaited<ReturnType<typeof given.startReplica>>;
let number = 0;
let mailbox = "";

const names = ["basic", "smtpMicrosoft", "smtpGoogle", "byGraph", "byGmail"] as const;
const troubles = ["throttled", "unavailable", "cut off"] as const;

const raise = () =>
  given.raise({
    at: Date.now(),
    object: { type: "mailbox", id: mailbox, label: `${mailbox}@example.org` },
    code: "AUTHENTICATION_REJECTED",
    evidence: { reply: "NO <b>who</b> are you" },
  });
const wall = async () => (await given.list({ code: "NOTIFICATION_FAILED", state: "raised" }))[0];
const noticeOf = async () => (await given.list({ objectId: mailbox }))[0]?.notification;
const about = (way: Way) => way.mails().filter((raw) => raw.includes(mailbox));
const arrived = (way: Way) => eventually(() => about(way)[0], { what: "the mail", timeoutMs: 15_000 });
const quietWall = () => eventually(async () => !(await wall()), { what: "the alert is over" });
/** The failure is told with its code and what to do, and the notice waits. */
const told = async (code: string) => {
  const alert = await eventually(wall, { what: "the alert about the mail server" });
  const detail = alert.detail ?? "";
  assert.ok(detail.startsWith(`${code}: `), `${code} expected: ${detail}`);
  assert.match(detail, /Next attempt \d{4}-/);
  assert.equal(alert.notification, "none");
  assert.equal(await noticeOf(), "pending");
  return alert;
};

describe("the notification mail server", () => {
  before(async () => {
    given = await givenAlerting();
    world = await startWays(given);
    replica = await given.startReplica();
  });
  beforeEach(() => {
    mailbox = `mb_way${++number}`;
    for (const name of names) world.ways[name].trouble(null);
  });
  afterEach(async () => {
    const spoken = [given.lines.join("\n"), JSON.stringify(await given.list())].join("\n");
    for (const secret of world.secrets()) assert.ok(!spoken.includes(secret), "a secret was spoken");
  });
  after(async () => {
    await given.stop();
    await world.stop();
  });

  for (const name of names) {
    test(`${name}: a notice arrives as HTML and text, and a test says its steps`, async () => {
      const way = world.ways[name];
      await way.use();
      const found = await given.test();
      assert.equal(found.outcome, "ok", JSON.stringify(found.steps));
      assert.deepEqual(found.to, recipients);
      const steps = found.steps.map(({ step }) => step);
      assert.equal(steps[0], "settings");
      assert.deepEqual(steps.slice(-2), ["authenticate", "send"]);
      await raise();
      const raw = await arrived(way);
      for (const address of recipients) assert.ok(raw.includes(address));
      assert.match(raw, new RegExp(`From: .*${sender}`));
      assert.match(raw, /multipart\/alternative/);
      await eventually(async () => (await noticeOf()) === "sent");
    });

    test(`${name}: a wrong secret is told, the notice waits and goes out after the repair`, async () => {
      const way = world.ways[name];
      await way.use({ wrong: true });
      await raise();
      await told(way.codes.wrong);
      const found = await given.test();
      assert.equal(found.outcome, "failed");
      const failed = found.steps.at(-1);
      assert.equal(failed?.code, way.codes.wrong);
      assert.ok(failed?.remedy && failed.detail, JSON.stringify(failed));
      assert.equal(about(way).length, 0);
      await way.use();
      await arrived(way);
      await quietWall();
      assert.doesNotMatch(
        JSON.stringify(await given.bus.request("alerting.notification-settings.get", {})),
        /ciphertext/,
      );
    });

    for (const trouble of troubles)
      test(`${name}: ${trouble}, told and tried again`, async () => {
        const way = world.ways[name];
        await way.use();
        way.trouble(trouble);
        await raise();
        const alert = await told(way.codes[trouble]);
        assert.ok(trouble === "cut off" || alert.evidence?.reply, JSON.stringify(alert.evidence));
        way.trouble(null);
        await eventually(async () => (await noticeOf()) === "sent", { timeoutMs: 15_000 });
        await quietWall();
        assert.ok(about(way).length >= 1);
        // Whoever was cut off may have taken it: the repetition says that it is one.
        const ids = new Set(about(way).map((raw) => /^(?:X-Google-Original-)?Message-ID: (.*)$/im.exec(raw)?.[1]));
        if (name !== "byGmail") assert.equal(ids.size, 1);
      });
  }

  test("a Retry-After is kept: nobody tries before", async () => {
    const way = world.ways.byGraph;
    await way.use();
    way.trouble("throttled");
    const began = Date.now();
    await raise();
    const alert = await told("RATE_LIMITED");
    const next = Date.parse(/Next attempt (\S+Z)/.exec(alert.detail ?? "")?.[1] ?? "");
    assert.ok(next >= began + 2000, alert.detail ?? "");
    way.trouble(null);
    await arrived(way);
    assert.ok(Date.now() >= next);
    await quietWall();
  });

  test("no delegation at Google: the remedy names client id and scope; a test that works lets the notices out", async () => {
    const way = world.ways.byGmail;
    world.oauth.undelegate(world.key.client_id);
    await way.use();
    await raise();
    const detail = (await told("DELEGATION_MISSING")).detail ?? "";
    assert.ok(detail.includes(world.key.client_id) && detail.includes(world.sendScope), detail);
    world.oauth.delegate(world.key.client_id, [world.sendScope]);
    assert.equal((await given.test()).outcome, "ok");
    await quietWall();
    await arrived(way);
  });

  test("no consent at Microsoft: the remedy names the permission and the consent", async () => {
    const way = world.ways.byGraph;
    await way.use();
    world.graph.trouble({ status: 403, code: "ErrorAccessDenied", message: "Access is denied. Check credentials." });
    await raise();
    const alert = await told("MAILBOX_OUT_OF_SCOPE");
    assert.match(alert.detail ?? "", /Mail\.Send.*consent/);
    assert.match(alert.evidence?.reply ?? "", /403 ErrorAccessDenied: Access is denied/);
    world.graph.trouble(null);
    await given.test();
    await arrived(way);
  });

  test("a recipient who is refused fails the test and is told; the others get the mail, once", async () => {
    const way = world.ways.basic;
    await way.use();
    const refused = recipients[1] ?? "";
    world.relay.trouble({ code: 550, words: "5.1.1 nobody of this name", only: refused });
    const { outcome, steps } = await given.test();
    assert.equal(outcome, "failed");
    assert.equal(steps.at(-1)?.code, "RECIPIENT_REFUSED");
    await raise();
    await arrived(way);
    const alert = await eventually(wall);
    assert.ok(alert.evidence?.reply?.includes(refused), JSON.stringify(alert.evidence));
    assert.equal(await noticeOf(), "sent");
    assert.equal(about(way).length, 1);
    world.relay.trouble(null);
    await given.test();
    await quietWall();
  });

  test("recipients beyond those that the server takes at once get the mail behind the others, and are not refused", async () => {
    const way = world.ways.basic;
    await way.use();
    world.relay.trouble({ code: 452, words: "4.5.3 too many recipients", beyond: 1 });
    assert.equal((await given.test()).outcome, "ok");
    await raise();
    await eventually(async () => (await noticeOf()) === "sent", { what: "the notice is sent" });
    const mails = world.relay.mails.filter(({ raw }) => raw.includes(mailbox));
    assert.deepEqual(
      mails.map(({ to }) => to),
      recipients.map((one) => [one]),
    );
    assert.equal(await wall(), undefined);
  });

  test("one that is refused behind the others is told; who got the mail gets it once", async () => {
    const way = world.ways.basic;
    await way.use();
    await raise();
    await eventually(async () => (await noticeOf()) === "sent", { what: "the first notice is sent" });
    mailbox = `mb_way${++number}`;
    let asked = 0;
    world.relay.trouble({
      get code() {
        return asked++ === 0 ? 452 : 550;
      },
      words: "4.5.3 not this one",
      only: recipients[1] ?? "",
    });
    await raise();
    const alert = await eventually(wall);
    assert.ok(alert.evidence?.reply?.includes(recipients[1] ?? ""), JSON.stringify(alert.evidence));
    assert.equal(await noticeOf(), "sent");
    assert.equal(about(way).length, 1);
    world.relay.trouble(null);
    await given.test();
    await quietWall();
  });

  test("the end of the secret is told in time, and no longer once a new one is set", async () => {
    const way = world.ways.byGraph;
    await way.use();
    const ends = async () =>
      (await given.list({ objectId: "notifications" })).filter(({ state }) => state === "raised");
    await given.change({ secretExpiresAt: Date.now() + 2 * 86_400_000 });
    const [alert] = await eventually(async () => ((await ends()).length > 0 ? ends() : null));
    assert.equal(alert?.code, "SECRET_ENDS_IN_3_DAYS");
    await eventually(() => way.mails().some((raw) => raw.includes("SECRET_ENDS_IN_3_DAYS")));
    await way.use();
    await eventually(async () => (await ends()).length === 0);
  });

  test("failures are counted by code, and what waits is a gauge", async () => {
    const metrics = () => replica.metrics.metrics();
    assert.match(await metrics(), /mailfleet_notice_failures_total\{code="RATE_LIMITED"\} [1-9]/);
    await eventually(async () => (await metrics()).includes("mailfleet_notice_pending 0"));
  });

  test("settings that are not whole are told by the first step, and nothing is sent", async () => {
    await given.change({ enabled: false, mode: "smtp", relay: null });
    const { outcome, steps } = await given.test();
    assert.equal(outcome, "failed");
    assert.deepEqual(
      steps.map(({ step, detail }) => `${step}: ${detail}`),
      ["settings: /relay is not set"],
    );
  });
});
