import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { failureOf, Secret } from "@mailfleet/contracts";
import { eventually } from "@mailfleet/local/testing";
import { type GivenConnection, type GivenInbound, givenInbound, transitioned } from "./given-inbound.ts";
import type { GivenReplica } from "./replica.ts";
import { scriptedConnector } from "./scripted-connector.ts";
import { scriptedWatch } from "./scripted-watch.ts";

describe("watches of servers that a test scripts", () => {
  let given: GivenInbound;
  before(async () => {
    given = await givenInbound();
  });
  after(() => given?.stop());

  /** One replica with a server of its own, and a clock that a test can put forward. */
  async function watched(name: string, more: GivenConnection = {}, own: GivenReplica = {}) {
    const mailboxId = `mb_${name}`;
    const server = scriptedWatch();
    const clock = { ahead: 0 };
    const replica = await given.startReplica({
      connectors: { imap: server.connector },
      now: () => Date.now() + clock.ahead,
      ...own,
    });
    given.connect(mailboxId, more);
    await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
    const source = async () => await given.sources.get(mailboxId);
    const watching = async () => (await source())?.watching;
    const shown = () => given.world.request("inbound-sync.activity.get", { mailboxId });
    const run = async () => {
      const runs = server.state.runs;
      await given.runAnew(mailboxId);
      await eventually(async () => server.state.runs > runs && !(await source())?.lease?.owner, { timeoutMs: 20_000 });
    };
    const stop = async () => {
      await replica.stop();
      await given.world.publish(transitioned(mailboxId, { v: 1000, state: "off" }));
    };
    return { mailboxId, server, clock, watching, shown, run, stop, source };
  }
  const alerts = (mailboxId: string, type: "raised" | "cleared") =>
    given.factsOf(mailboxId, `alert.${type}.v1`).map(({ body }) => {
      const { code, codes } = body as { code?: string; codes?: string[] };
      return code ?? codes?.[0];
    });
  const patience = { timeoutMs: 20_000 };

  test("a watch that is deaf is opened anew, called stalled the second time, and well when it hears again", async () => {
    const { mailboxId, server, clock, run, watching, shown, stop } = await watched("deaf");
    await eventually(() => server.open === 1, patience);
    for (const times of [1, 2]) {
      clock.ahead += 20_000;
      await run();
      clock.ahead += 20_000;
      server.deliver();
      await run();
      assert.equal(server.state.opened, times, "the server may still say it");
      clock.ahead += 20_000;
      await eventually(async () => (await watching())?.deaf === times && server.state.opened === times + 1, patience);
      assert.equal((await shown()).watch, "stalled");
      await eventually(() => alerts(mailboxId, "raised").length === times - 1);
    }
    assert.deepEqual(alerts(mailboxId, "raised"), ["WATCH_STALLED"]);
    await eventually(() => server.open === 1, patience);
    server.deliver();
    server.tell();
    // Announced before it is noted.
    await eventually(() => alerts(mailboxId, "cleared").length === 1, patience);
    await eventually(async () => (await shown()).watch === "idle", patience);
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length === 3, patience);
    await stop();
  });

  test("a watch that heard is not deaf, and neither is one that was opened behind a poll", async () => {
    const { server, clock, run, watching, stop } = await watched("hears");
    await eventually(() => server.open === 1, patience);
    clock.ahead += 20_000;
    await run();
    clock.ahead += 20_000;
    server.deliver();
    server.tell();
    await run();
    clock.ahead += 20_000;
    server.end();
    await eventually(() => server.state.opened === 2, patience);
    assert.equal((await watching())?.deaf ?? 0, 0);
    await stop();
  });

  test("a watch with a token is opened anew, with a token of then, before an hour is over; one with a password stays", async () => {
    const oauth: GivenConnection["credentials"] = {
      type: "oauth",
      holder: "mb_token",
      username: "user",
      client: {
        ...{ provider: "custom", flow: "sign-in", clientId: "us", clientAuthentication: "none", secret: null },
        ...{ issuer: "https://login.test", authorizationEndpoint: "https://login.test/authorize" },
        ...{ tokenEndpoint: "https://login.test/token", deviceAuthorizationEndpoint: null, apiUrl: null, scopes: [] },
      },
      grant: { v: 1 },
    };
    let asked = 0;
    const tokenCredentials = () => ({
      type: "token" as const,
      username: "user",
      accessToken: async () => new Secret(`token ${++asked}`),
    });
    const byToken = await watched("token", { credentials: oauth }, { tokenCredentials });
    await eventually(() => byToken.server.open === 1, patience);
    given.connect("mb_password", {});
    await given.world.publish(transitioned("mb_password", { v: 1, state: "enabled.running" }));
    await eventually(() => byToken.server.open === 2, patience);
    const rounds = async () => {
      // What a round does for another mailbox shows that it has come by.
      given.connect("mb_tokenbeside", { watch: null });
      await given.world.publish(transitioned("mb_tokenbeside", { v: 1, state: "enabled.running" }));
      await eventually(async () => (await given.sources.get("mb_tokenbeside"))?.watching?.why, patience);
    };
    byToken.clock.ahead = 54 * 60_000;
    await rounds();
    assert.deepEqual([byToken.server.state.opened, byToken.server.state.tokens], [2, ["token 1"]], "not yet");
    byToken.clock.ahead = 55.5 * 60_000;
    await eventually(() => byToken.server.state.opened === 3 && byToken.server.open === 2, patience);
    assert.deepEqual(byToken.server.state.tokens, ["token 1", "token 2"], "each sign-in asks for its own");
    assert.equal((await byToken.watching())?.state, "idle");
    await given.world.publish(transitioned("mb_password", { v: 2, state: "off" }));
    await byToken.stop();
  });

  test("a failure on a connection that a watch has lent is told to nobody; the run goes on over one of its own", async () => {
    const { mailboxId, server, stop } = await watched("lent");
    await eventually(() => server.open === 1, patience);
    server.state.lentFail = failureOf("CONNECTION_LOST");
    server.deliver();
    server.tell();
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length === 1, patience);
    assert.deepEqual([server.state.lent, server.state.runs], [1, 1]);
    assert.deepEqual(
      given.results.filter((result) => result.mailboxId === mailboxId),
      [],
    );
    assert.deepEqual(
      given.timers.filter((timer) => timer.mailboxId === mailboxId),
      [],
      "it does not wait: a watch that moves to another process ends what it has lent",
    );
    await stop();
  });

  test("what is heard while a run is under way is asked for again", async () => {
    const { mailboxId, server, source, stop } = await watched("again");
    await eventually(() => server.open === 1, patience);
    server.tell();
    const heardAt = Date.now();
    // As if the run that was under way had listed before.
    await given.store.db
      .collection<{ _id: string }>("sources")
      .updateOne({ _id: mailboxId }, { $set: { listedAt: 1 } });
    server.deliver();
    await eventually(async () => ((await source())?.listedAt ?? 0) >= heardAt, patience);
    await stop();
  });

  test("what is heard once a run has listed is fetched when that run has ended, whatever the rounds do", async () => {
    const { mailboxId, server, clock, stop } = await watched("during");
    await eventually(() => server.open === 1, patience);
    const listed = Promise.withResolvers<void>();
    server.state.listsAfter = listed.promise;
    // To the rounds it looks as if the run began after the mail was heard.
    clock.ahead = 100_000;
    await given.runAnew(mailboxId);
    await eventually(() => server.state.listsAfter === null, patience);
    clock.ahead = 0;
    server.deliver();
    server.tell();
    listed.resolve();
    await eventually(() => given.factsOf(mailboxId, "mail.received.v1").length === 1, patience);
    await stop();
  });

  test("when a server wants fewer connections the watch gives way to polls, and says so", async () => {
    const { server, shown, run, watching, stop } = await watched("crowded");
    await eventually(() => server.open === 1, patience);
    const reply = "[ALERT] Too many simultaneous connections. (Failure)";
    server.state.runsFail = failureOf("TOO_MANY_CONNECTIONS", { reply });
    await run();
    await eventually(() => server.open === 0, patience);
    server.state.runsFail = null;
    const { watch, watchWhy } = await shown();
    assert.equal(watch, "polling");
    assert.match(watchWhy ?? "", /Too many simultaneous connections/);
    assert.ok(((await watching())?.restUntil ?? 0) > Date.now() + 50 * 60_000);
    // A new generation, as after each failure, changes nothing about that.
    await given.world.publish(transitioned("mb_crowded", { v: 5, state: "enabled.running", generation: 2 }));
    given.connect("mb_crowded", { generation: 2 });
    given.connect("mb_fresh", {});
    await given.world.publish(transitioned("mb_fresh", { v: 1, state: "enabled.running" }));
    await eventually(async () => (await given.sources.get("mb_fresh"))?.watching?.state === "idle", patience);
    assert.equal(server.open, 1, "the fresh one alone is watched");
    await given.world.publish(transitioned("mb_fresh", { v: 2, state: "off" }));
    await stop();
  });

  const rests: readonly {
    readonly name: string;
    readonly refuses?: NonNullable<ReturnType<typeof scriptedWatch>["state"]["refuses"]>;
    readonly connection?: GivenConnection;
    readonly why: RegExp;
    readonly minutes: readonly [number, number];
  }[] = [
    { name: "offersnone", refuses: "nothing", why: /does not offer IDLE/, minutes: [60, 75] },
    {
      name: "oneonly",
      connection: { maximumConcurrentConnections: 1 },
      why: /too few connections/,
      minutes: [60, 75],
    },
    { name: "switchedoff", connection: { watch: null }, why: /wants no watches/, minutes: [10, 12.5] },
    {
      name: "refused",
      refuses: failureOf("AUTHENTICATION_REJECTED", { reply: "no such user" }),
      why: /no such user/,
      minutes: [60, 75],
    },
    {
      name: "away",
      refuses: failureOf("SERVER_UNAVAILABLE", { reply: "come back later" }),
      why: /come back later/,
      minutes: [0.25, 0.32],
    },
  ];
  for (const { name, refuses, connection = {}, why, minutes } of rests)
    test(`a mailbox that cannot be watched is polled, and says why: ${name}`, async () => {
      const mailboxId = `mb_${name}`;
      const server = scriptedWatch();
      server.state.refuses = refuses ?? null;
      const replica = await given.startReplica({ connectors: { imap: server.connector } });
      given.connect(mailboxId, connection);
      await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
      await eventually(async () => (await given.sources.get(mailboxId))?.watching?.why, patience);
      const { watching } = (await given.sources.get(mailboxId)) ?? {};
      assert.match(watching?.why ?? "", why);
      assert.deepEqual([watching?.state, watching?.holder], ["polling", null]);
      const inMinutes = ((watching?.restUntil ?? 0) - Date.now()) / 60_000;
      assert.ok(inMinutes > minutes[0] - 0.1 && inMinutes <= minutes[1], `${inMinutes} minutes`);
      await given.world.publish(transitioned(mailboxId, { v: 2, state: "off" }));
      await replica.stop();
    });

  test("a protocol that says nothing is polled", async () => {
    const replica = await given.startReplica({ connectors: { imap: scriptedConnector({}) } });
    given.connect("mb_silent", {});
    await given.world.publish(transitioned("mb_silent", { v: 1, state: "enabled.running" }));
    await eventually(
      async () => /says nothing/.test((await given.sources.get("mb_silent"))?.watching?.why ?? ""),
      patience,
    );
    await replica.stop();
  });

  test("a watch ends when its mailbox is disabled, and is opened anew when something has changed", async () => {
    const { mailboxId, server, stop, shown } = await watched("changes");
    await eventually(() => server.open === 1, patience);
    given.connect(mailboxId, { generation: 2 });
    await given.world.publish(transitioned(mailboxId, { v: 2, state: "enabled.running", generation: 2 }));
    await eventually(() => server.state.opened === 2 && server.open === 1, patience);
    await given.world.publish(transitioned(mailboxId, { v: 3, state: "idle", generation: 2 }));
    await eventually(() => server.open === 0, patience);
    assert.equal((await shown()).watch, null);
    await stop();
  });

  test("two replicas share the watches, never two have one, and one that stops leaves its own to the other", async () => {
    const server = scriptedWatch();
    const first = await given.startReplica({ connectors: { imap: server.connector } });
    const ids = Array.from({ length: 20 }, (_, n) => `mb_shared${n}`);
    for (const mailboxId of ids) {
      given.connect(mailboxId, {});
      await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
    }
    await eventually(() => server.open === 20, patience);
    const second = await given.startReplica({ connectors: { imap: server.connector } });
    const holders = async () => {
      const all = await Promise.all(ids.map(async (id) => (await given.sources.get(id))?.watching?.holder));
      return [...Map.groupBy(all, (one) => one ?? "").values()].map(({ length }) => length);
    };
    await eventually(async () => (await holders()).length === 2 && Math.max(...(await holders())) <= 12, patience);
    await eventually(() => server.open === 20, patience);
    await first.stop();
    await eventually(async () => (await holders())[0] === 20 && server.open === 20, patience);
    for (const mailboxId of ids) await given.world.publish(transitioned(mailboxId, { v: 2, state: "off" }));
    await eventually(() => server.open === 0, patience);
    await second.stop();
    assert.equal(server.open, 0);
  });

  test("a watch that moves to another process is open all the time, also while its last one cannot close it", async (t) => {
    const server = scriptedWatch();
    const ids = Array.from({ length: 10 }, (_, n) => `mb_handed${n}`);
    for (const mailboxId of ids) {
      given.connect(mailboxId, {});
      await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
    }
    const holders = async () => {
      const found = await Promise.all(ids.map((id) => given.sources.get(id)));
      return Map.groupBy(found, (one) => one?.watching?.holder ?? "");
    };
    const first = await given.startReplica({ connectors: { imap: server.connector } });
    await eventually(() => server.open === 10, patience);
    const [before = ""] = (await holders()).keys();
    server.state.fewest = 10;
    const second = await given.startReplica({ connectors: { imap: server.connector } });
    await eventually(async () => (await holders()).size === 2 && server.open === 10, patience);
    const closed = Promise.withResolvers<void>();
    t.after(() => closed.resolve());
    server.state.closesAfter = closed.promise;
    const stopped = first.stop();
    await eventually(async () => (await holders()).size === 1 && server.open === 11, patience);
    assert.equal((await holders()).get(before), undefined);
    closed.resolve();
    await stopped;
    await eventually(() => server.open === 10, patience);
    assert.equal(server.state.fewest, 10);
    for (const mailboxId of ids) await given.world.publish(transitioned(mailboxId, { v: 2, state: "off" }));
    await second.stop();
  });

  const narrow: readonly { readonly name: string; readonly connection: GivenConnection; readonly most?: number }[] = [
    { name: "permits", connection: { maximumConcurrentConnections: 2 } },
    { name: "server", connection: {}, most: 1 },
  ];
  for (const { name, connection, most } of narrow)
    test(`a watch with no room for a second connection moves when the first is closed: ${name}`, async () => {
      const mailboxId = `mb_narrow${name}`;
      const server = scriptedWatch();
      if (most !== undefined) server.state.most = most;
      given.connect(mailboxId, connection);
      const first = await given.startReplica({ connectors: { imap: server.connector } });
      await given.world.publish(transitioned(mailboxId, { v: 1, state: "enabled.running" }));
      await eventually(() => server.open === 1, patience);
      const second = await given.startReplica({ connectors: { imap: server.connector } });
      const watchers = given.store.db.collection("watchers");
      const living = () => watchers.countDocuments({ "lease.until": { $gt: new Date() } });
      await eventually(async () => (await living()) === 2, patience);
      await first.stop();
      await eventually(async () => (await given.sources.get(mailboxId))?.watching?.state === "idle", patience);
      const { restUntil, crowded } = (await given.sources.get(mailboxId))?.watching ?? {};
      assert.deepEqual([server.state.opened, restUntil, crowded], [2, undefined, false]);
      await given.world.publish(transitioned(mailboxId, { v: 2, state: "off" }));
      await second.stop();
    });
});
