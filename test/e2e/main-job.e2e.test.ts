import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { after, before, describe, it } from "node:test";
import type { ConnectionTest, Mailbox, Problem, Profile, Send } from "@mailfleet/contracts";
import { startOtlpReceiver } from "@mailfleet/local/testing";
import { type FleetWorld, startWorld } from "../world/fleet-world.ts";
import { holds } from "../world/holds.ts";
import { traceWith, wayTo } from "../world/traces.ts";

const sales = "sales@sandbox.test";
const mail = (subject: string, ...more: string[]) =>
  Buffer.from([`From: a@elsewhere.test`, `To: ${sales}`, `Subject: ${subject}`, ...more, "", "text", ""].join("\r\n"));

/** What operators watch besides mail, by the service that shows it. */
const watched: Readonly<Record<string, readonly string[]>> = {
  config: ["mailfleet_outbox_oldest_seconds", "mailfleet_grant_ends_seconds", "mailfleet_profile_secret_ends_seconds"],
  scheduler: ["mailfleet_timer_lag_seconds"],
  "inbound-sync": ["mailfleet_lease_lost_total", "mailfleet_permit_held", "mailfleet_source_proof_oldest_seconds"],
  "outbound-send": ["mailfleet_lease_lost_total", "mailfleet_permit_held", "mailfleet_send_overdue_seconds"],
  alerting: ["mailfleet_outbox_oldest_seconds", "mailfleet_consumer_waiting", "mailfleet_stream_used_ratio"],
  console: ["mailfleet_http_request_seconds"],
};
const ofAll = ["nodejs_eventloop_lag_p99_seconds", "mailfleet_service_ready", "mailfleet_trace_spans_total"];

describe("the main job, through separate processes and the public API", () => {
  let world: FleetWorld;
  let mailbox: Mailbox;
  let profile: Profile;
  let collector: Awaited<ReturnType<typeof startOtlpReceiver>>;
  const said: string[] = [];
  before(async () => {
    collector = await startOtlpReceiver();
    world = await startWorld({ env: { MAILFLEET_OTLP_URL: collector.url }, logs: ({ raw }) => said.push(raw) });
    profile = await world.sandboxProfile();
  });
  after(async () => {
    await world?.stop();
    await collector.stop();
  });

  it("tests the profile's connections before there is a mailbox: as far as nobody has to sign in", async () => {
    const test = await world.api.post<ConnectionTest>(`/profiles/${profile.id}/test-connection`, {});
    assert.equal(test.outcome, "partial");
    const steps = test.directions.map((one) => one.steps.map(({ step, outcome }) => `${step} ${outcome}`).join(", "));
    const reached = "resolve ok, connect ok, tls skipped, authenticate skipped";
    assert.deepEqual(steps, [`${reached}, list skipped`, `${reached}, send skipped`]);
    assert.match(test.directions[0]?.steps.at(-1)?.detail ?? "", /no mailbox is named, and each mailbox has its own/);
  });

  it("approves, tests each step and enables", async () => {
    mailbox = await world.enabledMailbox(sales);
    const { inbound, outbound } = mailbox.directions;
    assert.equal(inbound.verdict, "Success");
    assert.equal(outbound.verdict, "Success");
    assert.deepEqual(
      inbound.lastTest?.steps.filter(({ outcome }) => outcome === "ok").map(({ step }) => step),
      ["resolve", "connect", "authenticate", "list"],
    );
    assert.ok(outbound.lastTest?.steps.some(({ step, outcome }) => step === "send" && outcome === "ok"));
    await holds(async () => {
      const found = (await world.raisedAlerts(mailbox.id)).filter(({ code }) => code === "MAILBOX_ENABLED");
      assert.match(found[0]?.detail ?? "", /^Receiving works since \S+Z\. Sending works since \S+Z\.$/);
    });
  });

  it("tests the profile's connections in the name of the mailbox, which stays as it is", async () => {
    const at = `/mailboxes/${mailbox.id}`;
    const seen = async () => ({
      mailbox: await world.api.get<Mailbox>(at),
      history: await world.api.get<object>(`${at}/history`),
      alerts: await world.raisedAlerts(mailbox.id),
    });
    const before = await seen();
    const run = (body: object) => world.api.post<ConnectionTest>(`/profiles/${profile.id}/test-connection`, body);
    const good = await run({ mailboxId: mailbox.id });
    assert.deepEqual([good.outcome, good.mailbox], ["ok", sales]);
    assert.match(good.directions[0]?.steps.at(-1)?.detail ?? "", /messages? in the inbox/);
    assert.match(good.directions[1]?.steps.at(-1)?.detail ?? "", /sends no message/);
    const bare = await world.api.post<Mailbox>("/mailboxes", { address: "bare@sandbox.test" });
    const wrong = await run({ mailboxId: bare.id, direction: "outbound" });
    await world.api.delete(`/mailboxes/${bare.id}`);
    assert.deepEqual(
      wrong.directions.map(({ steps }) => steps.map(({ outcome, code }) => code ?? outcome)),
      [["ok", "ok", "skipped", "CREDENTIALS_MISSING"]],
    );
    assert.ok(wrong.outcome === "failed" && wrong.directions[0]?.steps.at(-1)?.remedy);
    assert.ok(!JSON.stringify([good, wrong]).includes("secret"));
    const after = await seen();
    assert.deepEqual(
      [after.mailbox.v, after.mailbox.lifecycle, after.history, after.alerts],
      [before.mailbox.v, before.mailbox.lifecycle, before.history, before.alerts],
    );
    assert.equal(world.sandbox.messages(sales).length, 1, "no message was sent");
  });

  it("never shows its own test message as received mail, but keeps it as evidence", async () => {
    await holds(async () => {
      const { directions } = await world.api.get<{
        directions: { inbound: { activity: { lastProbeReceivedAt: string | null } | null } };
      }>(`/mailboxes/${mailbox.id}`);
      assert.ok(directions.inbound.activity?.lastProbeReceivedAt);
    });
    assert.equal(world.sandbox.messages(sales).length, 1);
    assert.deepEqual(await world.messages(sales), []);
  });

  it("receives each message once, whatever its shape", async () => {
    const raws = [
      mail("plain"),
      mail("=?utf-8?q?Gr=C3=BC=C3=9Fe?="),
      Buffer.from("no header at all\r\nreally\r\n"),
      mail("plain"),
      // Anybody can write such a header; only a code of ours makes it a probe.
      mail(
        "made up",
        `X-Mailfleet-Probe: ${mailbox.id}; generation=1; at=1; code=made-up`,
        "Auto-Submitted: auto-generated",
      ),
    ];
    for (const raw of raws) world.sandbox.deliver(sales, raw);
    await holds(async () => assert.equal((await world.messages(sales)).length, raws.length));
    const received = await world.messages(sales);
    const subjects = received.map(({ subject }) => subject).sort();
    assert.deepEqual(subjects.filter(Boolean), ["Grüße", "made up", "plain", "plain"]);
  });

  it("sends once per idempotency key, and the message arrives", async () => {
    const body = { to: [sales], subject: "out", text: "hello" };
    const submit = () => world.api.post<Send>(`/mailboxes/${mailbox.id}/sends`, body, { idempotencyKey: "order-4711" });
    const [first, second] = [await submit(), await submit()];
    assert.equal(first.id, second.id);
    await holds(async () => {
      const send = await world.api.get<Send>(`/sends/${first.id}`);
      assert.equal(send.state, "sent");
      assert.ok(send.answer);
    });
    const arrivals = world.sandbox.submissions.filter(({ messageId }) => messageId === first.messageId);
    assert.equal(arrivals.length, 1);
    await holds(async () => assert.ok((await world.messages(sales)).some(({ subject }) => subject === "out")));
  });

  it("stops at a wrong password, says why, and comes back with the right one", async () => {
    world.sandbox.setPassword(sales, "another");
    // Connections that are open stay signed in; a server that starts again makes everybody sign in anew.
    await world.sandbox.pause();
    await world.sandbox.resume();
    const waiting = await world.api.post<Send>(`/mailboxes/${mailbox.id}/sends`, {
      to: [sales],
      subject: "waits",
      text: "x",
    });
    const stopped = await world.reads(sales, "disabled.credentialsExpired");
    const error = stopped.directions.inbound.lastError;
    assert.equal(error?.code, "AUTHENTICATION_REJECTED");
    assert.match(error?.evidence?.reply ?? "", /Invalid user name or password/);
    assert.ok(error?.remedy);
    await holds(async () => {
      const codes = (await world.raisedAlerts(mailbox.id)).map(({ code }) => code);
      assert.ok(codes.includes("AUTHENTICATION_REJECTED"));
    });
    await world.api.put(`/mailboxes/${mailbox.id}/credentials`, { username: sales, password: "another" });
    await world.reads(sales, "enabled.running");
    await holds(async () => assert.equal((await world.api.get<Send>(`/sends/${waiting.id}`)).state, "sent"));
    await holds(async () => {
      const codes = (await world.raisedAlerts(mailbox.id)).map(({ code }) => code);
      assert.ok(!codes.includes("AUTHENTICATION_REJECTED"));
    });
  });

  it("retries while the server is away and recovers by itself", async () => {
    await world.sandbox.pause();
    const retrying = await world.reads(sales, "enabled.retrying");
    assert.match(retrying.directions.inbound.lastError?.code ?? "", /^CONNECTION_/);
    await world.sandbox.resume();
    await world.reads(sales, "enabled.running");
  });

  it("sends no password to a server that it was not entered for, and goes on when the right one is named again", async (t) => {
    let connections = 0;
    const stranger = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    t.after(() => stranger.close());
    await once(stranger, "listening");
    const profilePath = `/profiles/${mailbox.profileId}`;
    const { inbound } = await world.api.get<Profile>(profilePath);
    const { port } = stranger.address() as AddressInfo;
    await world.api.patch(profilePath, { inbound: { ...inbound, port } });
    await holds(async () => {
      const { lifecycle, directions } = await world.mailbox(sales);
      const { lastError } = directions.inbound;
      assert.equal(lifecycle, "enabled.degraded");
      assert.equal(lastError?.code, "CREDENTIALS_FOR_ANOTHER_SERVER");
      assert.match(lastError?.evidence?.reply ?? "", new RegExp(`:${inbound.port}, not for .*:${port}`));
      assert.ok(directions.outbound.enabled, "the other direction works on");
    });
    assert.equal(connections, 0);
    await world.api.patch(profilePath, { inbound });
    await world.reads(sales, "enabled.running");
  });

  it("refuses bad input with its reason and writes nothing", async () => {
    const before = await world.api.get<{ items: unknown[] }>("/profiles");
    const server = { host: "mail.example.org", security: "tls" };
    const refused: { problem: Problem & { status: number } } = await world.api
      .post("/profiles", {
        name: "x",
        inbound: { protocol: "imap", ...server, port: 99_999 },
        outbound: { protocol: "smtp", ...server, port: 465, colour: "red" },
      })
      .then(
        () => assert.fail("it was taken"),
        (error) => error,
      );
    assert.equal(refused.problem.status, 400);
    assert.deepEqual(
      refused.problem.errors?.map(({ pointer, reason }) => `${pointer} ${reason}`),
      ["/inbound/port must be 1 to 65535", "/outbound/colour is not a known field"],
    );
    assert.deepEqual(await world.api.get("/profiles"), before);
  });

  it("a command is one trace, from the request to the mail servers and back, across the outbox", async () => {
    const begin = "console: POST /api/v1/mailboxes/:mailbox/test-and-enable";
    const told = "config: handle mailbox.run-succeeded.v1";
    const trace = await traceWith(collector, begin, "inbound-sync: imap test", "outbound-send: smtp test", told);
    const asked = [
      begin,
      "console: ask config.mailbox.test-and-enable",
      "config: answer config.mailbox.test-and-enable",
    ];
    const run = (service: string) => [
      ...[...asked, "config: publish run.requested.v1"],
      ...[`${service}: handle run.requested.v1`, `${service}: run test`],
    ];
    assert.deepEqual(wayTo(trace, "inbound-sync: imap test"), [...run("inbound-sync"), "inbound-sync: imap test"]);
    assert.deepEqual(wayTo(trace, "outbound-send: smtp test"), [...run("outbound-send"), "outbound-send: smtp test"]);
    assert.deepEqual(wayTo(trace, "config: decide"), [...asked, "config: decide"]);
    assert.match(wayTo(trace, told).join(), /: run test,[^,]+: publish mailbox.run-succeeded.v1,config: handle/);
  });

  it("a poll is one trace, from the timer to the mail server", async () => {
    const trace = await traceWith(collector, "scheduler: timer", "inbound-sync: receive", "inbound-sync: publish");
    const run = ["scheduler: timer", "inbound-sync: handle run.requested.v1", "inbound-sync: run sync"];
    assert.deepEqual(wayTo(trace, "inbound-sync: receive"), [...run, "inbound-sync: receive"]);
    assert.deepEqual(wayTo(trace, "inbound-sync: publish").slice(0, run.length), run, "what came is told in it");
  });

  it("a poll that fails is one trace, from the timer to the alert, across the outbox", async () => {
    const told = "alerting: handle alert.raised.v1";
    const trace = await traceWith(collector, "scheduler: timer", "inbound-sync: run sync", told);
    assert.deepEqual(wayTo(trace, told), [
      ...["scheduler: timer", "inbound-sync: handle run.requested.v1", "inbound-sync: run sync"],
      ...["inbound-sync: publish mailbox.run-failed.v1", "config: handle mailbox.run-failed.v1"],
      ...["config: publish alert.raised.v1", told],
    ]);
  });

  it("a send is one trace, from the request to the mail server and to what is told of it", async () => {
    const begin = "console: POST /api/v1/mailboxes/:mailbox/sends";
    const trace = await traceWith(collector, begin, "outbound-send: submit", "outbound-send: publish");
    const asked = [begin, "console: ask outbound-send.send.submit", "outbound-send: answer outbound-send.send.submit"];
    assert.deepEqual(wayTo(trace, "outbound-send: submit"), [
      ...asked,
      ...["outbound-send: attempt", "outbound-send: submit"],
    ]);
    const { traceId } = trace[0] ?? {};
    const logged = () =>
      said.some((line) => line.includes(`"trace_id":"${traceId}"`) && line.includes('"msg":"request"'));
    await holds(async () => assert.ok(logged(), "the line about the request names its trace"));
  });

  it("spans name mailboxes by id, and nothing that people or servers wrote", () => {
    const inSpans = [
      ...new Set(collector.spans.flatMap(({ name, attributes }) => [name, ...Object.values(attributes)])),
    ];
    assert.deepEqual(
      inSpans.filter((one) => /@|^secret$|sandbox\.test|hello/.test(String(one))),
      [],
    );
    assert.ok(inSpans.includes(mailbox.id));
  });

  for (const [service, names] of Object.entries(watched))
    it(`${service} shows what operators watch`, async () => {
      const process = world.stack.services.find(({ name }) => name === service);
      const text = await (await fetch(`http://127.0.0.1:${process?.httpPort}/metrics`)).text();
      const shown = [...names, ...ofAll].filter((name) => text.includes(`# TYPE ${name} `));
      assert.deepEqual(shown, [...names, ...ofAll]);
    });
});
