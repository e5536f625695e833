import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { eventually } from "./engines/eventually.ts";
import { CHECKOUT } from "./engines/local-folder.ts";
import { startMongo, startNats, tempDir } from "./testing/start-engines.ts";

/** Longest way to the end: 8 s of a service's own grace, 5 s of a guardian's, on a busy machine. */
const GONE_WITHIN_MS = 40_000;

/** Command lines by process id of everything that carries the mark in its environment. */
async function marked(mark: string): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  for (const pid of (await readdir("/proc")).map(Number).filter(Boolean)) {
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (!environment.includes(mark)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command) found.set(pid, command.replaceAll("\0", " "));
  }
  return found;
}

async function startMarked(extra: Record<string, string> = {}) {
  const mark = `MAILFLEET_MARK=${randomUUID()}`;
  const data = await tempDir("npm-start");
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const npm = spawn("npm", ["start", "--", "--logs", "none", "--data", data.path], {
    cwd: CHECKOUT,
    env: { ...env, ...extra, [mark.split("=")[0]!]: mark.split("=")[1] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  npm.stdout.on("data", (part) => {
    output += part;
  });
  npm.stderr.on("data", (part) => {
    output += part;
  });
  const exit = once(npm, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  let exited = false;
  void exit.then(() => {
    exited = true;
  });
  await eventually(
    () => {
      if (exited) assert.fail(`npm start ended:\n${output}`);
      return output.includes("Mailfleet runs.");
    },
    { timeoutMs: 90_000, what: "npm start" },
  );
  const nothingLeft = async () => {
    await eventually(async () => (await marked(mark)).size === 0, { timeoutMs: GONE_WITHIN_MS, everyMs: 200 }).catch(
      async () => assert.fail(`left behind: ${JSON.stringify([...(await marked(mark))])}`),
    );
    await data.remove();
  };
  return { npm, exit, nothingLeft, processes: await marked(mark) };
}

for (const [who, pattern] of [
  ["npm", /^npm start/],
  ["the bootstrap", /bootstrap\.mjs start/],
  ["the supervisor", /src\/start\.ts/],
] as const)
  test(`SIGKILL of ${who} alone leaves no process behind`, { timeout: 180_000 }, async () => {
    const { exit, processes, nothingLeft } = await startMarked();
    assert.ok(processes.size >= 3 + 6 + 4, `npm, bootstrap, supervisor, services, engines: ${[...processes.values()]}`);
    const victims = [...processes].filter(([, command]) => pattern.test(command));
    assert.equal(victims.length, 1, JSON.stringify([...processes]));
    process.kill(victims[0]![0], "SIGKILL");
    await exit;
    await nothingLeft();
  });

test("SIGINT ends everything in order with exit code 0, and nothing that was there before", {
  timeout: 180_000,
}, async () => {
  const nats = await startNats();
  const mongo = await startMongo({ own: true });
  try {
    // Servers that somebody names are used as they are: by everybody with the user in the address.
    const { npm, exit, nothingLeft } = await startMarked({
      MAILFLEET_NATS_URL: nats.url,
      MAILFLEET_MONGO_URL: mongo.url,
    });
    npm.kill("SIGINT");
    const [code] = await exit;
    assert.equal(code, 0);
    await nothingLeft();
    process.kill(nats.pid, 0); // throws if it has gone
    process.kill(mongo.engine!.pid, 0);
  } finally {
    await nats.stop();
    await mongo.stop();
  }
});
