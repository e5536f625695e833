import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Logger } from "@mailfleet/contracts";
import {
  applyTopology,
  eventually,
  freePort,
  placesFor,
  startMongo,
  startNats,
  startOlderNats,
  startStandaloneMongo,
  tempDir,
} from "@mailfleet/local/testing";
import { connectStore } from "@mailfleet/store";
import { type BadStart, badStarts } from "./bad-input.cases.ts";

const logger: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => logger };
const [nats, emptyNats, mongo, otherMongo, standalone, folder] = await Promise.all([
  startNats(),
  startNats(),
  startMongo(),
  startMongo(),
  startStandaloneMongo(),
  tempDir("bad"),
]);
const olderNats = await startOlderNats(nats.signIn("scheduler").url, "2.9.25");
const started: ChildProcess[] = [];
before(async () => {
  await applyTopology(placesFor("topology", nats, mongo));
  const store = await connectStore({ url: otherMongo.url, database: otherMongo.dbName, appName: "test", logger });
  await store.db.collection<{ _id: string }>("deployment").insertOne({
    _id: "deployment",
    ...{ id: "dp_another", epoch: 1, beat: 7 },
  });
  await store.close();
  await applyTopology(placesFor("topology", nats, otherMongo));
});
after(async () => {
  for (const child of started) child.kill("SIGKILL");
  await Promise.all([nats, emptyNats, olderNats, mongo, otherMongo, standalone].map((engine) => engine.stop()));
  await folder.remove();
});

/** A service with what is wrong. */
async function start({ service, env, file }: BadStart) {
  if (file) await writeFile(join(folder.path, file.name), file.text);
  const port = await freePort();
  const own = Object.entries(env).map(([name, value]) => [
    name,
    value
      .replace("FOLDER", folder.path)
      .replace("EMPTY_NATS", emptyNats.url)
      .replace("OLDER_NATS", olderNats.url)
      .replace("STANDALONE_MONGO", standalone.url)
      .replace("OTHER_DATABASE", otherMongo.dbName)
      .replace("MONGO_OF_OTHER", otherMongo.urlOf(service))
      .replace("NKEY_OF_ALERTING", nats.signIn("alerting").nkeyFile ?? "")
      .replace("MONGO_OF_ALERTING", mongo.urlOf("alerting")),
  ]);
  const admin = join(folder.path, "token");
  const child = fork(fileURLToPath(new URL(`../../services/${service}/main.ts`, import.meta.url)), {
    env: {
      ...process.env,
      ...placesFor(service, nats, mongo),
      MAILFLEET_SEAL_KEY: admin,
      MAILFLEET_NOTIFY_SEAL_KEY: admin,
      MAILFLEET_ADMIN_TOKEN_FILE: admin,
      MAILFLEET_HTTP_PORT: String(port),
      ...Object.fromEntries(own),
    },
    silent: true,
  });
  started.push(child);
  let text = "";
  child.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  return { child, port, text: () => text };
}

for (const one of badStarts)
  test(`${one.what}: one sentence, and nothing is half begun`, { concurrency: true }, async () => {
    const { child, port, text } = await start(one);
    if (one.ends === "exits") {
      const [code] = await once(child, "close");
      assert.equal(code, 1);
      const last = JSON.parse(text().trim().split("\n").at(-1) ?? "null");
      assert.match(last.msg, one.says);
      assert.equal(last.runbook, "docs/runbooks/service-does-not-start.md");
      assert.doesNotMatch(text(), /hunter2/);
      return;
    }
    const readyz = async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      return {
        status: answer.status,
        body: (await answer.json()) as { parts: Record<string, string>; runbook: string },
      };
    };
    const { status, body } = await eventually(
      async () => {
        const now = await readyz();
        assert.match(now.body.parts[one.ends] ?? "", one.says);
        return now;
      },
      { timeoutMs: 60_000 },
    );
    assert.equal(status, 503);
    assert.equal(body.runbook, "docs/runbooks/MailfleetServiceNotReady.md");
    assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200);
  });
