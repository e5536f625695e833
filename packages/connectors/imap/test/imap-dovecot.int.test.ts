import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { ConnectOptions, Cursor, FetchedMessage } from "@mailfleet/connector-api";
import { imapConnector } from "@mailfleet/connector-imap";
import { FailureError, Secret } from "@mailfleet/contracts";
import { type Dovecot, mailServers, startDovecot } from "@mailfleet/local/testing";

const never = new AbortController().signal;
const { skip } = await mailServers();

describe("an IMAP connector and Dovecot", { skip }, () => {
  let dovecot: Dovecot;
  before(async () => {
    const users = ["many", "mixed", "large", "dates", "empty", "renumbered", "settled"].map((name) => [
      `${name}@example.test`,
      "secret",
    ]);
    dovecot = await startDovecot({ users: Object.fromEntries(users) });
  });
  after(() => dovecot?.stop());

  const optionsFor = (name: string, more: Partial<ConnectOptions["server"]> = {}): ConnectOptions => ({
    mailboxId: "mb_test",
    address: `${name}@example.test`,
    server: {
      host: "127.0.0.1",
      port: dovecot.ports.imaps,
      security: "tls",
      trustedCertificates: dovecot.certificate,
      ...more,
    },
    credentials: { type: "password", username: `${name}@example.test`, password: new Secret("secret") },
    allowedPorts: null,
    allowedNetworks: ["127.0.0.0/8", "::1"],
    connectionTimeoutMs: 10_000,
  });

  /** All that is new, whole, and the cursors it came with. */
  async function readAll(name: string, cursor: Cursor | null, processFrom: number | null = null, batchSize = 50) {
    const session = await imapConnector.open(optionsFor(name), never);
    const found: (Omit<FetchedMessage, "raw"> & { raw: Buffer; streamed: boolean })[] = [];
    const cursors: Cursor[] = [];
    try {
      for await (const batch of session.listNew(cursor, {
        processFrom,
        batchSize,
        signal: never,
        known: () => false,
      })) {
        assert.ok(batch.messages.length <= batchSize);
        for (const { raw, ...message } of batch.messages) {
          const streamed = !(raw instanceof Uint8Array);
          const pieces: Uint8Array[] = [];
          if (raw instanceof Uint8Array) pieces.push(raw);
          else for await (const piece of raw) pieces.push(piece);
          found.push({ ...message, raw: Buffer.concat(pieces), streamed });
        }
        cursors.push(batch.cursor);
      }
    } finally {
      await session.close();
    }
    return { found, cursor: cursors.at(-1) ?? cursor };
  }
  const crlf = (text: string) => text.replace(/\n/g, "\r\n");

  for (const [security, port] of [
    ["tls", "imaps"],
    ["starttls", "imap"],
    ["none", "imap"],
  ] as const)
    test(`every step passes with ${security}`, async () => {
      const options = optionsFor("empty", { security, port: dovecot.ports[port] });
      const { steps, failure } = await imapConnector.test(options, () => {}, never);
      assert.equal(failure, null, JSON.stringify(failure));
      const tls = security === "none" ? "skipped" : "ok";
      assert.deepEqual(
        steps.map((step) => `${step.step} ${step.outcome}`),
        ["resolve ok", "connect ok", `tls ${tls}`, "authenticate ok", "list ok"],
      );
      if (security !== "none") assert.match(steps[2]?.detail ?? "", /^TLSv1\.[23] /);
    });

  for (const [what, more, code] of [
    ["a certificate of an unknown authority", { trustedCertificates: undefined }, "TLS_CERTIFICATE_UNTRUSTED"],
    [
      "the same with STARTTLS",
      { trustedCertificates: undefined, security: "starttls", imap: true },
      "TLS_CERTIFICATE_UNTRUSTED",
    ],
  ] as const)
    test(`${what}: ${code}`, async () => {
      const { imap, ...server } = { imap: false, ...more };
      const options = optionsFor("empty", { ...server, ...(imap && { port: dovecot.ports.imap }) });
      const { failure } = await imapConnector.test(options, () => {}, never);
      assert.equal(failure?.code, code);
    });

  test("a wrong password is a refusal of the credentials", async () => {
    const options = {
      ...optionsFor("empty"),
      credentials: { type: "password" as const, username: "empty@example.test", password: new Secret("no") },
    };
    const { steps, failure } = await imapConnector.test(options, () => {}, never);
    assert.deepEqual([failure?.code, steps.at(-1)?.step], ["AUTHENTICATION_REJECTED", "authenticate"]);
    await assert.rejects(
      imapConnector.open(options, never),
      (error) => error instanceof FailureError && error.failure.code === "AUTHENTICATION_REJECTED",
    );
  });

  test("300 messages come once, in order, byte for byte, and their flags stay", async () => {
    await dovecot.drop("many@example.test", 300, (n) => crlf(`Subject: ${n}\n\nbody ${n}\n`));
    const { found, cursor } = await readAll("many", null);
    assert.deepEqual(
      found.map((one) => one.raw.toString()),
      Array.from({ length: 300 }, (_, n) => crlf(`Subject: ${n}\n\nbody ${n}\n`)),
    );
    assert.deepEqual(
      found.map((one) => one.nativeId),
      found.map((one) => one.nativeId).sort(),
    );
    assert.equal(new Set(found.map((one) => one.nativeId)).size, 300);
    assert.deepEqual((await readAll("many", cursor)).found, []);
    const names = await readdir(join(dovecot.maildir("many@example.test"), "cur"));
    assert.ok(
      names.every((name) => !/:2,\w*S/.test(name)),
      "nothing is marked as seen",
    );

    await dovecot.drop("many@example.test", 1, () => crlf("Subject: later\n\nx\n"));
    const later = await readAll("many", cursor);
    assert.deepEqual(
      later.found.map((one) => one.raw.toString()),
      [crlf("Subject: later\n\nx\n")],
    );
  });

  test("large messages are streamed in their place among small ones", async () => {
    const large = (n: number) => crlf(`Subject: large ${n}\n\n${"0123456789abcdef\n".repeat(130_000)}`);
    const small = (n: number) => crlf(`Subject: small ${n}\n\nx\n`);
    await dovecot.drop("large@example.test", 7, (n) => (n === 2 || n === 6 ? large(n) : small(n)));
    const { found } = await readAll("large", null);
    assert.deepEqual(
      found.map((one) => one.streamed),
      [false, false, true, false, false, false, true],
    );
    const sha = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");
    assert.deepEqual(
      found.map((one) => sha(one.raw)),
      [0, 1, 2, 3, 4, 5, 6].map((n) => sha(n === 2 || n === 6 ? large(n) : small(n))),
    );
  });

  test("what is older than the date is passed over, and the cursor passes it too", async () => {
    await dovecot.drop("dates@example.test", 3, (n) => crlf(`Subject: ${n}\n\nx\n`));
    const { found, cursor } = await readAll("dates", null, Date.now() + 3_600_000);
    assert.deepEqual(found, []);
    assert.notEqual(cursor, null);
    assert.deepEqual((await readAll("dates", cursor)).found, []);
    assert.equal((await readAll("dates", null, Date.now() - 3_600_000)).found.length, 3);
  });

  test("a session says whose mail it reads, and how the server numbers it", async () => {
    const session = await imapConnector.open(optionsFor("renumbered"), never);
    assert.match(session.source.numbering ?? "", /^[1-9]\d*$/);
    assert.equal(session.source.account, "renumbered@example.test");
    await session.close();
  });

  test("8-bit bytes and bare line feeds survive", async () => {
    const raw = Buffer.concat([
      Buffer.from("Subject: x\r\n\r\n"),
      Buffer.from([0xff, 0x80, 0x0d, 0x0a, 0xc3, 0xbc, 0x0d, 0x0a]),
    ]);
    await dovecot.drop("mixed@example.test", 1, () => raw);
    assert.deepEqual((await readAll("mixed", null)).found[0]?.raw, raw);
  });

  test("nothing is new in an inbox while only flags are set and messages go, and only then", async () => {
    const address = "settled@example.test";
    const drop = (subject: string) => dovecot.drop(address, 1, () => crlf(`Subject: ${subject}\n\nx\n`));
    const box = dovecot.maildir(address);
    // EXAMINE moves nothing out of `new`.
    const files = async () => (await readdir(join(box, "new"))).sort().map((name) => join(box, "new", name));
    const remove = async (at: number) => rm((await files()).at(at) ?? "");
    const setFlag = async () => {
      const [one = ""] = await files();
      await rename(one, `${one.replace("/new/", "/cur/")}:2,S`);
    };
    const copy = (from: string, to: string) => execFileSync("cp", ["-a", from, to]);
    const restore = async () => {
      await dovecot.stopListening();
      await rm(box, { recursive: true });
      copy(`${box}-backup`, box);
      await dovecot.listenAgain();
      await drop("after the restore");
    };
    let cursor: Cursor | null = null;
    /** Whether the inbox is as it was at the last poll, and how many are new. */
    async function poll(state: string | null) {
      const session = await imapConnector.open(
        optionsFor("settled"),
        never,
        cursor && state ? { cursor, state } : undefined,
      );
      if (!session.nothingNew && cursor && (await session.recognises?.(cursor)) === "another") cursor = null;
      let fresh = 0;
      const wanted = { processFrom: null, batchSize: 50, signal: never, known: () => false };
      for await (const batch of session.listNew(cursor, wanted)) {
        fresh += batch.messages.length;
        cursor = batch.cursor;
      }
      await session.close();
      return { nothingNew: session.nothingNew, fresh, state: (cursor && session.stateAfter?.(cursor)) ?? null };
    }
    await dovecot.drop(address, 5, (n) => crlf(`Subject: ${n}\n\nx\n`));
    let { state } = await poll(null);
    copy(box, `${box}-backup`);
    // As many as went; what is new has the UID of the last one.
    const changes: Readonly<Record<string, [change: () => Promise<unknown>, nothingNew: boolean, fresh: number]>> = {
      "one comes": [() => drop("lost"), false, 1],
      "a flag is set": [setFlag, true, 0],
      "a backup is restored, and one comes": [restore, false, 6],
      "one goes": [() => remove(0), true, 0],
      "one goes and one comes": [async () => Promise.all([remove(0), drop("other")]), false, 1],
    };
    for (const [what, [change, nothingNew, fresh]] of Object.entries(changes)) {
      assert.equal((await poll(state)).nothingNew, true, `before ${what}`);
      await change();
      const after = await poll(state);
      assert.deepEqual([after.nothingNew, after.fresh], [nothingNew, fresh], what);
      state = after.state;
      assert.ok(state, what);
    }
    assert.equal((await poll(state)).nothingNew, true);
  });

  test("a run that is stopped leaves nothing open", async () => {
    const controller = new AbortController();
    const session = await imapConnector.open(optionsFor("many"), controller.signal);
    const listing = session.listNew(null, {
      processFrom: null,
      batchSize: 20,
      signal: controller.signal,
      known: () => false,
    });
    await assert.rejects(async () => {
      for await (const _ of listing) controller.abort(new Error("stop now"));
    }, /stop now/);
    await session.close();
  });
});
