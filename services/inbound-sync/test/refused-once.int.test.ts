import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ewsInbound } from "@mailfleet/connector-ews";
import { imapConnector } from "@mailfleet/connector-imap";
import { type EwsDouble, startEwsDouble } from "@mailfleet/local/doubles";
import { type Dovecot, eventually, mailServers, startDovecot } from "@mailfleet/local/testing";
import { type GivenInbound, givenInbound } from "./given-inbound.ts";

const { skip } = await mailServers();
const connectors = { ews: ewsInbound, imap: imapConnector };
const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };
const count = 20;

describe("the wrong password of an account that opens twenty mailboxes", { timeout: 120_000 }, () => {
  let given: GivenInbound;
  let exchange: EwsDouble;
  /** What the replicas take for the time, ahead of it. */
  let ahead = 0;
  const now = () => Date.now() + ahead;
  before(async () => {
    [given, exchange] = await Promise.all([
      givenInbound(),
      startEwsDouble({ accounts: [{ address: "svc@example.test", password: "right", impersonates: true }] }),
    ]);
    await Promise.all([given.startReplica({ connectors, now }), given.startReplica({ connectors, now })]);
  });
  after(async () => {
    await given?.stop();
    await exchange?.stop();
  });

  /** Twenty mailboxes of a profile: `password` is sealed anew with each `tag`. */
  function connect(profile: string, password: string, tag: string, more: (address: string) => object) {
    const ids = Array.from({ length: count }, (_, n) => `mb_${profile}${String(n).padStart(2, "0")}`);
    for (const id of ids)
      given.connect(id, {
        // Enough for all: who waits for a connection waits by a clock that is not ahead.
        ...{ profileId: `pf_${profile}`, profileName: profile, watch: null, maximumConcurrentConnections: 2 * count },
        credentials: {
          ...{ type: "password", holder: `pf_${profile}`, username: "svc@example.test", purpose: "inbound-password" },
          password: { ...sealed, ciphertext: password, tag },
        },
        ...more(`${id}@example.test`),
      });
    return ids;
  }
  /** Runs all of them at once, in both replicas; how those ended that failed. */
  async function runAll(ids: readonly string[], failures: number) {
    const told = given.results.length;
    const since = now();
    await Promise.all(ids.map((id) => given.runAnew(id)));
    await Promise.all(ids.map((id) => given.untilRead(id, since)));
    await eventually(() => given.results.length >= told + failures, { what: `${failures} results` });
    return given.results.slice(told).map(({ body }) => (body as { failure?: { code: string } }).failure?.code);
  }
  const alerts = (profile: string, type: string) =>
    given.facts.filter((fact) => fact.type === type && fact.subject.includes(`.pf_${profile}.`)).length;

  describe("of Exchange", () => {
    const server = () => ({
      ...{ protocol: "ews", host: "127.0.0.1", port: Number(new URL(exchange.url).port), security: "none" as const },
      ...{ authentication: "basic" as const, access: "impersonation" as const },
    });
    const given20 = (password: string, tag: string) =>
      connect("exchange", password, tag, (address) => {
        exchange.addAccount({ address, password: "unused" });
        return { server: server() };
      });
    const tries = () => exchange.requests.filter(({ status }) => status === 401).length;
    /** The double notes a request when its answer has left. */
    const tried = async (times: number, why: string) => {
      await eventually(() => tries() >= times, { what: `${times} tries` });
      assert.equal(tries(), times, why);
    };

    test("is tried once, by whichever of two replicas, and the profile is alerted once", async () => {
      const ids = given20("wrong", "1");
      const codes = await runAll(ids, count);
      await tried(1, "by one of twenty");
      assert.deepEqual(codes, Array(count).fill("PROFILE_CREDENTIALS_REFUSED"));
      await eventually(() => alerts("exchange", "alert.raised.v1") > 0);
      assert.equal(alerts("exchange", "alert.raised.v1"), 1);
      const failed = given.results.at(-1)?.body as {
        failure: { retryAfterMs?: number; evidence?: { reply?: string } };
      };
      const { retryAfterMs = 0 } = failed.failure;
      assert.ok(retryAfterMs > 30_000 && retryAfterMs <= 60_000, `${retryAfterMs}`);
      assert.match(failed.failure.evidence?.reply ?? "", /^401/, "with the server's words");
      ahead += 61_000;
      // The same result is reported once.
      await runAll(ids, 0);
      await tried(2, "servers refuse, too, when they are overloaded");
      ahead += 61_000;
      await runAll(ids, 0);
      await tried(2, "not a third time");
    });

    test("when another is set all work, and the alert is over", async () => {
      const ids = given20("right", "2");
      assert.deepEqual(await runAll(ids, 0), [], "a running mailbox reports no success");
      await tried(2, "it is not refused");
      await eventually(() => alerts("exchange", "alert.cleared.v1") === 1);
    });

    test("that the server no longer takes is tried by one of each replica, and once more after a minute", async () => {
      const ids = given20("right", "2");
      exchange.setPassword("svc@example.test", "changed");
      ahead += 6000;
      const before = tries();
      await runAll(ids, 0);
      await eventually(() => tries() > before);
      assert.ok(tries() - before <= 2, `${tries() - before} tries`);
      const after = tries();
      ahead += 61_000;
      await runAll(ids, 0);
      await tried(after + 1, "servers refuse, too, when they are overloaded");
      ahead += 61_000;
      await runAll(ids, 0);
      await tried(after + 1, "not a third time");
    });
  });

  describe("of Dovecot's master user", { skip }, () => {
    let dovecot: Dovecot;
    before(async () => {
      const numbered = (profile: string) =>
        Array.from({ length: count }, (_, n) => `mb_${profile}${String(n).padStart(2, "0")}@example.test`);
      // Three of the second profile do not exist.
      const addresses = [...numbered("dovecot"), ...numbered("robots").slice(3)];
      const users = Object.fromEntries(addresses.map((address) => [address, "unused"]));
      dovecot = await startDovecot({ users, masterUsers: { robot: "right" } });
    });
    after(() => dovecot?.stop());
    const robots = (password: string, tag: string, profile = "dovecot") =>
      connect(profile, password, tag, (address) => ({
        server: { protocol: "imap", host: "127.0.0.1", port: dovecot.ports.imap, security: "none" },
        credentials: {
          ...{ type: "password", holder: `pf_${profile}`, username: "robot", purpose: "inbound-password" },
          ...{ authorizationIdentity: address, password: { ...sealed, ciphertext: password, tag } },
        },
      }));
    const tries = () => dovecot.log.filter((line) => /imap-login: .*\(auth failed/.test(line)).length;

    test("is tried for three mailboxes, because one alone may not exist", async () => {
      const codes = await runAll(robots("wrong", "1"), count);
      await eventually(() => tries() >= 3);
      assert.equal(tries(), 3);
      assert.equal(codes.filter((code) => code === "PROFILE_CREDENTIALS_REFUSED").length, count - 2);
      assert.equal(codes.filter((code) => code === "AUTHENTICATION_REJECTED").length, 2);
    });

    test("that is right lets all in", async () => {
      assert.deepEqual(await runAll(robots("right", "2"), 0), []);
      assert.equal(tries(), 3);
    });

    test("that is right is not refused for good because three mailboxes do not exist", async () => {
      const ids = robots("right", "3", "robots");
      const gone = ids.slice(0, 3);
      const good = ids.slice(3);
      const codes = await runAll(gone, 3);
      assert.equal(codes.filter((code) => code === "AUTHENTICATION_REJECTED").length, 2);
      assert.deepEqual(new Set(await runAll(good, good.length)), new Set(["PROFILE_CREDENTIALS_REFUSED"]));
      ahead += 61_000;
      assert.deepEqual(await runAll(good, 0), []);
      await eventually(() => alerts("robots", "alert.cleared.v1") === 1);
    });
  });
});
