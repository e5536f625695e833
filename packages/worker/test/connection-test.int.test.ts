import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions } from "@mailfleet/connector-api";
import { FailureError, failureOf, ProblemError } from "@mailfleet/contracts";
import { type GivenWorker, givenWorker, until } from "./given-worker.ts";

const never = new AbortController().signal;
const sealed = { protected: "", encrypted_key: "", iv: "", ciphertext: "", tag: "", aad: "" };
const password = { type: "password", username: "u", password: sealed, purpose: "inbound-password" } as const;
const passes = async () => ({ steps: [], failure: null });

describe("a test of a profile's connection", { timeout: 60_000 }, () => {
  let given: GivenWorker;
  before(async () => {
    given = await givenWorker();
  });
  after(() => given.stop());

  const question = (holder: string, more: object = {}) => ({
    ...{ profileId: holder, mailbox: null, ends: null },
    server: { protocol: "imap", host: "imap.example.test", port: 993, security: "tls" as const },
    credentials: { ...password, holder },
    ...{ allowedPorts: null, allowedNetworks: [], maximumConcurrentConnections: 1, connectionTimeoutMs: 1000 },
    ...{ eightBitPolicy: "encode" as const, ehloName: null },
    ...more,
  });
  const heldBy = async (holder: string) =>
    (await given.permits.findOne({ _id: `holder:${holder}` }))?.permits.length ?? 0;

  test("has a permit as any connection, waits for it, and gives it back", async () => {
    const worker = await given.worker();
    const free = Promise.withResolvers<void>();
    const asked = question("pf_busy01");
    const first = worker.testConnection(asked, never, async () => {
      await free.promise;
      return passes();
    });
    await until(async () => (await heldBy("pf_busy01")) === 1);
    let during = 0;
    const second = worker.testConnection(asked, never, async () => {
      during = await heldBy("pf_busy01");
      return passes();
    });
    free.resolve();
    assert.deepEqual(await Promise.all([first, second]), Array(2).fill({ steps: [], failed: false }));
    assert.equal(during, 1);
    assert.equal(await heldBy("pf_busy01"), 0);
  });

  test("goes as far as it can without credentials, and fails for their want", async () => {
    const worker = await given.worker();
    const credentials = { type: "none" as const, holder: "pf_none01", reason: "CREDENTIALS_MISSING" as const };
    const seen: ConnectOptions[] = [];
    const found = await worker.testConnection(question("pf_none01", { credentials }), never, async ({ options }) => {
      seen.push(options);
      return { steps: [{ step: "authenticate", outcome: "skipped", ms: 0, detail: "offers PLAIN" }], failure: null };
    });
    assert.deepEqual([seen[0]?.ends?.before, seen[0]?.credentials, found.failed], ["sign-in", null, true]);
    const [{ outcome, code, detail, remedy } = {}] = found.steps as { [field: string]: unknown }[];
    assert.deepEqual([outcome, code, detail], ["failed", "CREDENTIALS_MISSING", "offers PLAIN"]);
    assert.ok(remedy);
  });

  test("says what it left out, and what cannot be opened", async () => {
    const openSecret = async () => {
      throw new FailureError(failureOf("CREDENTIALS_UNREADABLE"));
    };
    const worker = await given.worker({ openSecret });
    const ends = { before: "sign-in", why: "no mailbox is named" } as const;
    const partial = await worker.testConnection(question("pf_ends01", { ends }), never, passes);
    assert.deepEqual(partial.steps, [{ step: "list", outcome: "skipped", ms: 0, detail: "no mailbox is named" }]);
    const failed = await worker.testConnection(question("pf_ends01"), never, passes);
    assert.deepEqual([failed.failed, failed.steps[0]?.code], [true, "CREDENTIALS_UNREADABLE"]);
  });

  test("nine at once are one too many; a service that stops waits for none", async () => {
    const worker = await given.worker();
    const stopping = new AbortController();
    const hangs = (_: unknown, __: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const asked = Array.from({ length: 8 }, (_, n) =>
      worker.testConnection(question(`pf_many0${n}`), stopping.signal, hangs),
    );
    const ended = Promise.allSettled(asked);
    const isTooMany = (error: unknown) => error instanceof ProblemError && error.problem.code === "TOO_MANY";
    await assert.rejects(worker.testConnection(question("pf_many09"), never, passes), isTooMany);
    await until(async () => (await heldBy("pf_many07")) === 1);
    stopping.abort(new Error("stops"));
    assert.deepEqual(new Set((await ended).map(({ status }) => status)), new Set(["rejected"]));
    assert.equal(await heldBy("pf_many07"), 0);
  });
});
