import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AlertId, failureOf, MailboxId } from "@mailfleet/contracts";
import { z } from "zod";
import {
  createResting,
  EnvironmentError,
  failureFields,
  hashAddress,
  idFrom,
  newId,
  readEnvironment,
  variablesOf,
} from "../src/index.ts";
import { showAddresses } from "../src/service/address.ts";
import { createReadiness } from "../src/service/readiness.ts";

test("ids fit their schema; those made from a text are the same again and differ by text and prefix", () => {
  const many = new Set(Array.from({ length: 1000 }, () => MailboxId.parse(newId("mb"))));
  assert.equal(many.size, 1000);
  assert.equal(AlertId.parse(idFrom("al", "mb_1|X")), idFrom("al", "mb_1|X"));
  assert.notEqual(idFrom("al", "mb_1|X"), idFrom("al", "mb_1|Y"));
  assert.notEqual(idFrom("al", "a").slice(2), idFrom("dl", "a").slice(2));
});

test("variables become frozen camel-case fields with defaults; an empty one is one that is not set", () => {
  const environment = readEnvironment(
    { MAILFLEET_OPEN_KEYS: z.string(), MAILFLEET_CONSOLE_PORT: z.coerce.number().default(8480) },
    {
      MAILFLEET_NATS_URL: "nats://127.0.0.1:4222, nats://127.0.0.1:4223",
      MAILFLEET_MONGO_URL: "mongodb://127.0.0.1/",
      MAILFLEET_MONGO_DB: "",
      MAILFLEET_OPEN_KEYS: "/keys/open.json",
      OTHER: "ignored",
    },
  );
  assert.equal(environment.openKeys, "/keys/open.json");
  assert.equal(environment.consolePort, 8480);
  assert.equal(environment.mongoDb, "mailfleet");
  assert.equal(environment.httpPort, 0);
  assert.ok(Object.isFrozen(environment));
  assert.throws(() => readEnvironment({}, {}), EnvironmentError);
});

test("an address with a password may stand in a file; the error names the file and never its content", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mailfleet-environment-"));
  try {
    const file = join(folder, "nats-url");
    await writeFile(file, "nats://config:s3cret@127.0.0.1:4222\n");
    const others = { MAILFLEET_MONGO_URL: "mongodb://127.0.0.1/" };
    const read = (given: Record<string, string>) => readEnvironment({}, { ...others, ...given });
    assert.equal(read({ MAILFLEET_NATS_URL_FILE: file }).natsUrl, "nats://config:s3cret@127.0.0.1:4222");
    assert.equal(read({ MAILFLEET_NATS_URL_FILE: "", MAILFLEET_NATS_URL: "nats://b:4222" }).natsUrl, "nats://b:4222");
    assert.throws(
      () => read({ MAILFLEET_NATS_URL_FILE: file, MAILFLEET_NATS_URL: "nats://b:4222" }),
      /MAILFLEET_NATS_URL and MAILFLEET_NATS_URL_FILE are both set: set one of them/,
    );
    assert.throws(
      () => read({ MAILFLEET_NATS_URL_FILE: `${file}s` }),
      /MAILFLEET_NATS_URL_FILE names .*nats-urls, which cannot be read: ENOENT/,
    );
    await writeFile(file, "s3cret");
    assert.throws(
      () => read({ MAILFLEET_NATS_URL_FILE: file }),
      (error: Error) => /MAILFLEET_NATS_URL must be nats/.test(error.message) && !error.message.includes("s3cret"),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("what whoever starts a service must know of its variables", () => {
  const variables = variablesOf({
    MAILFLEET_OPEN_KEYS: z.string(),
    MAILFLEET_CONSOLE_PORT: z.coerce.number().default(1),
  });
  const named = (name: string) => variables.find((one) => one.name === `MAILFLEET_${name}`);
  assert.deepEqual(named("NATS_URL"), { name: "MAILFLEET_NATS_URL", isNeeded: true, mayBeInFile: true });
  assert.deepEqual(named("OPEN_KEYS"), { name: "MAILFLEET_OPEN_KEYS", isNeeded: true, mayBeInFile: false });
  assert.equal(named("CONSOLE_PORT")?.isNeeded, false);
  assert.equal(named("REPLICA")?.isNeeded, false);
});

test("addresses are hashed in logs unless they are asked for", () => {
  assert.match(hashAddress("Sales@Example.org"), /^[0-9a-f]{12}$/);
  assert.equal(hashAddress("Sales@Example.org"), hashAddress("sales@example.org "));
  showAddresses("plain");
  assert.equal(hashAddress("Sales@Example.org"), "Sales@Example.org");
  showAddresses("hash");
});

test("a failure is logged with the server's words on one line, without the addresses in them", () => {
  const reply = "550 5.1.1 <Anna.Smith@example.org>:\r\n no such user here, ask <post@example.org>";
  const logged = failureFields(failureOf("RECIPIENT_REFUSED", { command: "RCPT", reply }));
  assert.equal(logged.code, "RECIPIENT_REFUSED");
  assert.equal(logged.command, "RCPT");
  const anna = hashAddress("anna.smith@example.org");
  const post = hashAddress("post@example.org");
  assert.equal(logged.reply, `550 5.1.1 <${anna}>:  no such user here, ask <${post}>`);
  assert.equal(failureFields(failureOf("RECIPIENT_REFUSED", { reply: "x".repeat(2000) })).reply?.length, 300);
  assert.deepEqual(failureFields(failureOf("CONNECTION_REFUSED", { systemCode: "ECONNREFUSED" })), {
    code: "CONNECTION_REFUSED",
    reply: "ECONNREFUSED",
  });
  assert.deepEqual(failureFields(failureOf("PROFILE_MISSING")), { code: "PROFILE_MISSING" });
});

test("a readiness check that hangs or throws is a part that is not ready", async () => {
  const readiness = createReadiness(20);
  readiness.add("good", () => null);
  readiness.add("hangs", () => new Promise(() => {}));
  readiness.add("throws", async () => {
    throw new Error("no primary");
  });
  assert.deepEqual(await readiness.report(), {
    ready: false,
    parts: { good: "ok", hangs: "no answer in 20 ms", throws: "no primary" },
  });
});

test("a log line shows neither a Secret nor a plain password by mistake, at any place where one is likely", () => {
  const program = `
    import { Secret } from "@mailfleet/contracts";
    import { createLogger } from "../src/service/logger.ts";
    const secret = new Secret("hunter2");
    const logger = createLogger("info", { service: "config", replica: "r1" });
    const error = Object.assign(new Error("no"), { secret, auth: { pass: "hunter2" } });
    logger.info({ secret, deep: [{ secret }], auth: { user: "u", pass: "hunter2" }, password: "hunter2", err: error }, "x " + secret);
  `;
  const line = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  assert.ok(!line.includes("hunter2"), line);
  const parsed = JSON.parse(line);
  assert.equal(parsed.service, "config");
  assert.equal(parsed.replica, "r1");
  assert.equal(parsed.level, "info");
  assert.equal(parsed.deep[0].secret, "[secret]");
});

test("what failed rests, longer each time, until one of them works again", () => {
  let now = 0;
  const resting = createResting(() => now);
  for (const id of ["a", "b"]) resting.failed(id);
  assert.deepEqual(resting.ids(), ["a", "b"]);
  now = 5_000;
  assert.deepEqual(resting.ids(), []);
  resting.failed("a");
  now = 14_999;
  assert.deepEqual(resting.ids(), ["a"]);
  resting.worked("c");
  assert.deepEqual(resting.ids(), ["a"], "another one that works says nothing about it");
  resting.worked("b");
  assert.deepEqual(resting.ids(), []);
});
