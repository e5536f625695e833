import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Incoming } from "@mailfleet/bus";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { type GivenWorker, givenWorker, listeningLogger, until } from "./given-worker.ts";

describe("a test", { timeout: 60_000 }, () => {
  let given: GivenWorker;
  before(async () => {
    given = await givenWorker();
  });
  after(() => given.stop());

  const passes = async () => ({ steps: [], failure: null });
  const resultOf = async (mailboxId: string) => {
    await until(() => given.toldOf(mailboxId).some(({ type }) => type.startsWith("mailbox.run-")));
    const found = given.toldOf(mailboxId).find(({ type }) => type.startsWith("mailbox.run-"));
    return found as Incoming<"mailbox.run-failed.v1">;
  };
  const permitsOf = async (mailboxId: string) =>
    (await given.permits.findOne({ _id: `holder:${mailboxId}` }))?.permits.length ?? 0;

  test("tells steps while they happen, then its end, and has a permit meanwhile", async () => {
    given.mailbox("mb_good");
    const worker = await given.worker();
    let during = 0;
    const handle = worker.tests({
      deadlineMs: 5000,
      test: async (_run, { connector }, tell) => {
        during = await permitsOf("mb_good");
        tell({ step: "connect", outcome: "ok", ms: 1, detail: connector.name }, 0);
        return { steps: [{ step: "connect", outcome: "ok", ms: 1 }], failure: null };
      },
    });
    await given.run(handle, "mb_good", "test");
    assert.equal((await resultOf("mb_good")).type, "mailbox.run-succeeded.v1");
    const facts = given.toldOf("mb_good").filter(({ type }) => type.startsWith("run."));
    assert.deepEqual(
      facts.map(({ type }) => type),
      ["run.step.v1", "run.finished.v1"],
    );
    assert.equal(during, 1);
    assert.equal(await permitsOf("mb_good"), 0);
  });

  test("is logged with mailbox, correlation and the server's words", async () => {
    given.mailbox("mb_logged");
    const { logger, lines } = listeningLogger();
    const reply = "[AUTHENTICATIONFAILED] wrong password for anna@example.test";
    const handle = (await given.worker({ logger })).tests({
      deadlineMs: 5000,
      test: async () => ({ steps: [], failure: failureOf("AUTHENTICATION_REJECTED", { reply }) }),
    });
    await given.run(handle, "mb_logged", "test");
    const { code, reply: words, ...line } = lines.find(({ message }) => message === "tested") ?? { message: "none" };
    const { correlation } = await resultOf("mb_logged");
    const { mailbox, direction, purpose } = line;
    assert.deepEqual(
      [mailbox, direction, purpose, line.correlation, code],
      ["mb_logged", "inbound", "test", correlation, "AUTHENTICATION_REJECTED"],
    );
    assert.match(String(words), /^\[AUTHENTICATIONFAILED\] wrong password for [0-9a-f]{12}$/);
  });

  test("opens a password for the server that it is about to go to, and for no other", async () => {
    given.mailbox("mb_moved", { server: { protocol: "imap", host: "New.example.test", port: 143, security: "none" } });
    const asked: string[] = [];
    const openSecret = async (_: unknown, aad: string) => {
      asked.push(aad);
      throw new FailureError(failureOf("CREDENTIALS_FOR_ANOTHER_SERVER"));
    };
    let connected = false;
    const handle = (await given.worker({ openSecret })).tests({
      deadlineMs: 5000,
      test: () => {
        connected = true;
        return passes();
      },
    });
    await given.run(handle, "mb_moved", "test");
    assert.deepEqual(asked, ["mb_moved|mailbox-password|imap new.example.test:143"]);
    assert.equal((await resultOf("mb_moved")).body.failure.code, "CREDENTIALS_FOR_ANOTHER_SERVER");
    assert.equal(connected, false);
  });

  test("nothing is signed in with where the profile says that the server takes mail from anybody", async () => {
    given.mailbox("mb_anybody", { credentials: { type: "anonymous", holder: "pf_4fz81k" } });
    const seen: unknown[] = [];
    const handle = (await given.worker()).tests({
      deadlineMs: 5000,
      test: (_run, { options }) => {
        seen.push(options.credentials);
        return passes();
      },
    });
    await given.run(handle, "mb_anybody", "test");
    assert.deepEqual(seen, [null]);
  });

  for (const [name, code, mailbox, ports] of [
    ["no connector", "NO_CONNECTOR", { server: { protocol: "x400", host: "h", port: 1, security: "none" } }, {}],
    [
      "credentials that cannot be opened",
      "CREDENTIALS_UNREADABLE",
      {},
      {
        openSecret: async () => {
          throw new FailureError(failureOf("CREDENTIALS_UNREADABLE"));
        },
      },
    ],
    [
      "a server of mail without credentials",
      "CREDENTIALS_MISSING",
      {
        server: { protocol: "smtp", host: "h", port: 25, security: "none" },
        credentials: { type: "none", reason: "CREDENTIALS_MISSING" },
      },
      {},
    ],
    ["nothing to sign in with", "CONSENT_MISSING", { credentials: { type: "none", reason: "CONSENT_MISSING" } }, {}],
  ] as const)
    test(`says at once that it cannot be run: ${name}; and nothing is held`, async () => {
      const mailboxId = `mb_${code.toLowerCase().replaceAll("_", "")}`;
      const { credentials, ...rest } = { credentials: undefined, ...mailbox };
      given.mailbox(mailboxId, { ...rest, ...(credentials && { credentials: { ...credentials, holder: mailboxId } }) });
      const handle = (await given.worker(ports)).tests({ deadlineMs: 5000, test: passes });
      await given.run(handle, mailboxId, "test");
      const { failure, steps } = (await resultOf(mailboxId)).body;
      assert.equal(failure.code, code);
      assert.equal(steps?.at(-1)?.code, code);
      assert.equal(await permitsOf(mailboxId), 0);
    });

  test("says at once that its profile is gone", async () => {
    const handle = (await given.worker()).tests({ deadlineMs: 5000, test: passes });
    await given.run(handle, "mb_gone", "test");
    assert.equal((await resultOf("mb_gone")).body.failure.code, "PROFILE_MISSING");
  });

  test("says so where config gives an answer that cannot be understood", async () => {
    given.mailbox("mb_strange", { profileId: "no id" });
    const handle = (await given.worker()).tests({ deadlineMs: 5000, test: passes });
    await given.run(handle, "mb_strange", "test");
    assert.equal((await resultOf("mb_strange")).body.failure.code, "INTERNAL_ERROR");
  });

  test("that hangs is broken off and says so", async () => {
    given.mailbox("mb_hangs");
    const handle = (await given.worker()).tests({
      deadlineMs: 200,
      test: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("closed")))),
    });
    await given.run(handle, "mb_hangs", "test");
    assert.equal((await resultOf("mb_hangs")).body.failure.code, "RUN_TIMEOUT");
    assert.equal(await permitsOf("mb_hangs"), 0);
  });

  test("that comes before its mailbox heard of a change of its profile comes again, and is not lost", async () => {
    given.mailbox("mb_early", { allowed: false });
    const handle = (await given.worker()).tests({ deadlineMs: 5000, test: passes });
    await given.run(handle, "mb_early", "test");
    await until(() => given.timers.some(({ mailboxId }) => mailboxId === "mb_early"));
    assert.deepEqual(given.toldOf("mb_early"), []);
  });

  test("of a generation that is over is dropped: the machine has asked for another", async () => {
    given.mailbox("mb_over", { generation: 4 });
    const handle = (await given.worker()).tests({ deadlineMs: 5000, test: passes });
    await given.run(handle, "mb_over", "test");
    assert.deepEqual(given.toldOf("mb_over"), []);
    assert.ok(!given.timers.some(({ mailboxId }) => mailboxId === "mb_over"));
  });

  test("that is over already, delivered a second time, ends: its direction waits for nothing", async () => {
    given.mailbox("mb_ended", { allowed: false, state: "idle" });
    const handle = (await given.worker()).tests({ deadlineMs: 5000, test: passes });
    await given.run(handle, "mb_ended", "test");
    assert.deepEqual(given.toldOf("mb_ended"), []);
    assert.ok(!given.timers.some(({ mailboxId }) => mailboxId === "mb_ended"));
  });

  test("that finds no connection free comes again by a timer", async () => {
    given.mailbox("mb_full", { maximumConcurrentConnections: 1 });
    const worker = await given.worker();
    const other = await (await given.permitsOf("outbound/1")).take([{ key: "holder:mb_full", most: 1 }]);
    assert.ok(other);
    await given.run(worker.tests({ deadlineMs: 5000, test: passes }), "mb_full", "test");
    await until(() => given.timers.some(({ mailboxId }) => mailboxId === "mb_full"));
    assert.deepEqual(given.toldOf("mb_full"), []);
    await other.give();
  });
});
