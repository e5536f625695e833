import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type Bus, connectBus } from "@mailfleet/bus";
import { newNkeySeed, openStreamTopology, publicNkeyOf } from "@mailfleet/bus/topology";
import { consumers, expand, type Logger, streams, subjects } from "@mailfleet/contracts";
import { eventually, startNats, tempDir } from "@mailfleet/local/testing";
import { connect, type NatsConnection, nkeyAuthenticator } from "@nats-io/transport-node";
import { natsAccount } from "./nats-users.ts";
import { nkeyFileOf, readOrMakeNkeys } from "./nkey-files.ts";
import { outsideAccount, outsideAccounts, outsideConsumer } from "./outside.ts";

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const page = readFileSync(new URL("../../docs/facts.md", import.meta.url), "utf8");
const blockOf = (language: string) =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? assert.fail(`no ${language}`);

describe("an account outside, set up as docs/facts.md says", () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let inbound: Bus;
  let raw: NatsConnection;
  let nkeyFile: string;
  before(async () => {
    folder = await tempDir("outside");
    const seed = newNkeySeed();
    nkeyFile = join(folder.path, "erp");
    writeFileSync(nkeyFile, `${seed}\n`);
    const account = natsAccount(readOrMakeNkeys(folder.path), ["ERP"]);
    assert.ok(blockOf("text").includes(outsideAccount("ERP", "UABC…")), "`npm run secrets` writes what the page shows");
    // A server would look for the file beside its configuration.
    const configuration = blockOf("text")
      .replace('include "mailfleet.conf"', () => account)
      .replace("UABC…", publicNkeyOf(seed));
    nats = await startNats({ configuration: [configuration] });
    const signIn = (user: string) => ({ url: nats.url, nkeyFile: join(folder.path, nkeyFileOf(user)) });
    const step = await openStreamTopology({ ...signIn("topology"), name: "topology", logger: silent, replicas: 1 });
    // What a program that was killed had taken comes again soon.
    const own = { ...outsideConsumer("ERP"), ackWaitMs: 2000 };
    await expand(await step.plan(Object.values(streams), [...Object.values(consumers), own]));
    await step.close();
    inbound = await connectBus({
      ...signIn("inbound-sync"),
      name: "inbound-sync",
      logger: silent,
      isOutage: () => false,
    });
    const authenticator = nkeyAuthenticator(new TextEncoder().encode(seed));
    raw = await connect({ servers: nats.url, authenticator });
  });
  after(async () => {
    await inbound?.stop();
    await raw?.close();
    await nats?.stop();
    await folder?.remove();
  });

  const tell = (id: string) =>
    inbound.publish({
      ...{ id, subject: subjects.mailFact("mb_one1", "received"), type: "mail.received.v1" },
      ...{ mailboxId: "mb_one1", at: Date.now() },
      body: { mailboxId: "mb_one1", messageId: `<${id}@example.org>`, subject: id } as never,
    });
  /** The program of the page, with what it wrote. */
  const start = (t: { after(end: () => void): void }) => {
    const env = { ...process.env, NATS_URL: nats.url, NKEY_FILE: nkeyFile };
    // A file has each line before the fact is acknowledged; what a pipe has not taken is lost with the process.
    const written = join(folder.path, `written-${randomUUID()}`);
    const file = openSync(written, "w");
    const program = spawn(process.execPath, ["--input-type=module", "--eval", blockOf("js")], {
      ...{ cwd: import.meta.dirname, env },
      stdio: ["ignore", file, "inherit"],
    });
    closeSync(file);
    t.after(() => void program.kill("SIGKILL"));
    const ids = () => {
      const lines = readFileSync(written, "utf8").split("\n").slice(0, -1);
      return lines.map((line) => JSON.parse(line).id as string);
    };
    return { program, ids };
  };

  test("the program reads facts, and goes on after it was away where it stopped", async (t) => {
    await tell("before");
    const first = start(t);
    await eventually(() => first.ids().includes("before"), { timeoutMs: 20_000 });
    await tell("meanwhile");
    await eventually(() => first.ids().length === 2, { timeoutMs: 20_000 });
    first.program.kill("SIGTERM");
    assert.deepEqual(await once(first.program, "exit"), [0, null]);
    await tell("away");
    const second = start(t);
    await eventually(() => second.ids().length > 0, { timeoutMs: 20_000 });
    assert.deepEqual([first.ids(), second.ids()], [["before", "meanwhile"], ["away"]]);
  });

  test("the program gets 10,000 facts, each once by its id, although it is killed in the middle", async (t) => {
    const many = Array.from({ length: 10_000 }, (_, n) => `many-${n}`);
    const first = start(t);
    await inbound.publishAll(
      many.map((id) => ({
        ...{ id, subject: subjects.mailFact("mb_one1", "received"), type: "mail.received.v1", at: Date.now() },
        ...{
          mailboxId: "mb_one1",
          body: { mailboxId: "mb_one1", messageId: `<${id}@example.org>`, subject: id } as never,
        },
      })),
    );
    await eventually(() => first.ids().length > 2000, { timeoutMs: 60_000 });
    first.program.kill("SIGKILL");
    const second = start(t);
    const hasAll = () => {
      const ids = new Set([...first.ids(), ...second.ids()]);
      return many.every((id) => ids.has(id));
    };
    // What was taken and not acknowledged comes again.
    await eventually(hasAll, { timeoutMs: 90_000, everyMs: 500 });
    second.program.kill("SIGKILL");
  });

  test("facts come as they are told, under the account's prefix", async () => {
    const heard: string[] = [];
    raw.subscribe("mailfleet.fact.mail.*.received", { callback: (_, { subject }) => void heard.push(subject) });
    await raw.flush();
    await tell("live");
    await eventually(() => heard.length > 0);
    assert.deepEqual(heard, ["mailfleet.fact.mail.mb_one1.received"]);
  });

  /** What would change, ask or read something else. Nothing of ours answers or hears it. */
  const others = [
    ...["$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.INFO.FACTS", "$JS.API.STREAM.DELETE.FACTS"],
    ...["$JS.API.STREAM.PURGE.FACTS", "$JS.API.STREAM.MSG.GET.MAILBOX", "$JS.API.DIRECT.GET.FACTS"],
    ...["$JS.API.CONSUMER.CREATE.FACTS.mine", "$JS.API.CONSUMER.DELETE.FACTS.outside-ERP"],
    ...["$JS.API.CONSUMER.MSG.NEXT.FACTS.alerting-facts", "$JS.API.CONSUMER.MSG.NEXT.RUNS.inbound-runs"],
    ...["mailfleet.API.CONSUMER.MSG.NEXT.FACTS.alerting-facts", "mailfleet.API.STREAM.INFO.FACTS"],
    ...["config.v1.profile.list", "console.v1.token.list", "$SRV.PING"],
  ];
  for (const subject of others)
    test(`it may not ask ${subject}`, async () => {
      const answer = await raw.request(subject, "{}", { timeout: 5000 }).then(
        (message) => message.string(),
        (error: Error) => error.message,
      );
      // Its account has no JetStream of its own.
      assert.match(answer, /no responders|"err_code":10039/);
    });

  test("what it publishes never reaches Mailfleet, and it hears nothing but facts", async () => {
    const heard: string[] = [];
    // What a program that was killed had still asked its consumer for comes here, too: under the fact's own subject.
    const isPulled = (reply: string | undefined) => reply?.startsWith("$JS.ACK.") ?? false;
    raw.subscribe(">", { callback: (_, { subject, reply }) => void (isPulled(reply) || heard.push(subject)) });
    const mark = "fact.mail.mb_one1.forged";
    for (const subject of [
      mark,
      `mailfleet.${mark}`,
      "mailbox.event.mb_one1",
      "$JS.ACK.FACTS.alerting-facts.1.1.1.1.1",
    ])
      raw.publish(subject, "{}");
    await raw.flush();
    await tell("after");
    await inbound.publish({
      ...{ id: "event", subject: subjects.mailboxEvent("mb_one1"), type: "mailbox.timer-fired.v1", at: 1 },
      body: { mailboxId: "mb_one1", direction: "inbound", generation: 1 },
    });
    await eventually(() => heard.includes("mailfleet.fact.mail.mb_one1.received"));
    const own = [mark, `mailfleet.${mark}`, "mailbox.event.mb_one1", "$JS.ACK.FACTS.alerting-facts.1.1.1.1.1"];
    assert.deepEqual(
      heard.filter((subject) => !own.includes(subject)),
      ["mailfleet.fact.mail.mb_one1.received"],
    );
    assert.equal(await inbound.latest("FACTS", mark, "mail.received.v1").catch(() => null), null);
  });

  test("a name that is no account is refused in a sentence", () => {
    assert.deepEqual(outsideAccounts.parse("ERP, CRM_2"), ["ERP", "CRM_2"]);
    for (const wrong of ["erp", "MAILFLEET", "A B", "ERP,,CRM", "X*"])
      assert.match(
        outsideAccounts.safeParse(wrong).error?.issues[0]?.message ?? "",
        /must be names of accounts/,
        wrong,
      );
  });
});
