/**
 * The first thing that runs of every npm script: plain JavaScript for Node 18 or later, nothing installed yet.
 *
 *   node packages/local/bootstrap.mjs <task> [arguments]
 *
 * Brings the dependencies (npm ci) and Node 24 where they are missing, then runs the task under Node 24. With nothing
 * to bring it costs a fraction of a second. The task ends with this process and this process with npm, however they end.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { useHooks } from "./tools/use-hooks.mjs";

/** The tasks, each with its script and fixed arguments. */
const tasks = {
  screenshots: ["services/console/test/take-screenshots.ts"],
  page: ["packages/page/src/main.ts", "services/console/dist"],
  demo: ["packages/local/src/demo/main.ts"],
  start: ["packages/local/src/start.ts"],
  test: ["packages/local/src/test-run/main.ts"],
  "test-faults": ["packages/local/src/test-run/main.ts", "--all-faults"],
  "test-skew": ["test/skew/main.ts"],
  "test-cluster": ["packages/local/src/test-run/main.ts", "cluster"],
  verify: ["packages/local/src/verify.ts"],
  bench: ["bench/src/main.ts"],
  soak: ["bench/src/soak/main.ts"],
  image: ["deploy/image/main.ts"],
  secrets: ["deploy/compose/main.ts"],
  "helm-tools": ["deploy/helm/main.ts"],
  "cluster-tools": ["deploy/cluster/main.ts"],
  promtool: ["deploy/observability/main.ts"],
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const modules = join(root, "node_modules");
const startedBy = process.ppid;
const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

/** Runs a program with our terminal. `onOrphaned` is called if npm, or whatever started us, dies. */
function run(program, args, { ipc, env, onOrphaned }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ipc ? ["inherit", "inherit", "inherit", "ipc"] : "inherit",
      env,
    });
    const pass = (signal) => child.kill(signal);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, pass);
    // A killed npm leaves no other trace than a new parent.
    const watch = setInterval(() => {
      if (process.ppid === startedBy) return;
      clearInterval(watch);
      onOrphaned(child);
    }, 250);
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.removeListener(name, pass);
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}

/** The lock file's hash: node_modules with this stamp are up to date. */
const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
const stamp = join(modules, ".mailfleet-lock-sha256");

function isInstalled() {
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === lockHash();
  // Installed by hand: npm writes this file last.
  const installed = join(modules, ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
}

async function install() {
  const local = join(root, ".local");
  mkdirSync(local, { recursive: true });
  const lock = join(local, "installing");
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      break;
    } catch {
      // A lock that old belongs to a process that was killed.
      if (Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs > 300_000) rmdirSync(lock);
      if (!told) say("waiting for another installation in this checkout …");
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    if (isInstalled()) return;
    say("installing dependencies (npm ci, about half a minute) …");
    const began = Date.now();
    const npm = process.env.npm_execpath;
    const [program, args] = npm?.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
    const code = await run(program, [...args, "ci", "--loglevel=error"], {
      env: process.env,
      onOrphaned: (child) => child.kill("SIGTERM"),
    });
    if (code !== 0) throw new Error(`npm ci failed with code ${code}: see above`);
    writeFileSync(stamp, lockHash());
    say(`dependencies installed in ${Math.round((Date.now() - began) / 1000)} s`);
  } finally {
    rmdirSync(lock);
  }
}

/** Node 24: the one that npm brought, else the one that runs this. */
function findNode() {
  const brought = join(modules, `node-linux-${process.arch}`, "bin", "node");
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return fail(
    `Node 24 is needed: npm brings it for Linux on x64 and arm64, here is ${process.platform} on ${process.arch} ` +
      `with Node ${process.versions.node}. Install Node 24 and run this again.`,
  );
}

const [task, ...args] = process.argv.slice(2);
const script = tasks[task];
if (Number(process.versions.node.split(".")[0]) < 18) fail(`Node 18 or later is needed, here is ${process.version}.`);
if (!script) fail(`usage: node packages/local/bootstrap.mjs ${Object.keys(tasks).join("|")} [arguments]`);
if (!isInstalled()) await install().catch((error) => fail(error.message));
const hooks = task === "verify" || task === "test" ? useHooks(root, process.env) : null;
if (hooks) say(hooks);

process.exitCode = await run(findNode(), [join(root, script[0]), ...script.slice(1), ...args], {
  ipc: true,
  env: {
    ...process.env,
    PATH: [join(modules, ".bin"), process.env.PATH].join(delimiter),
    NODE_COMPILE_CACHE: join(root, ".local", "compile-cache"),
  },
  onOrphaned: (child) => {
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill("SIGKILL"), 30_000).unref();
  },
}).catch((error) => fail(`the task could not be started: ${error.message}`));
