import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { eventually, placesFor, startMongo, startNats, type TestMongo, tempDir } from "@mailfleet/local/testing";
import { generateKeyFiles } from "@mailfleet/secrets";
import { type Bundle, bundle } from "./bundle.ts";
import { programs } from "./programs.ts";

const services = Object.keys(programs).filter((name) => name !== "cli");

describe("bundled programs", () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let mongo: TestMongo;
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let bundles: Readonly<Record<string, Bundle>>;
  let env: Record<string, string>;
  const started: ChildProcess[] = [];

  before(async () => {
    folder = await tempDir("bundle");
    [nats, mongo, bundles] = await Promise.all([
      startNats(),
      startMongo(),
      bundle(Object.keys(programs), join(folder.path, "app")),
    ]);
    const keys = await generateKeyFiles(join(folder.path, "keys"));
    env = {
      MAILFLEET_OPEN_KEYS: keys.mailboxOpenKeys,
      MAILFLEET_SEAL_KEY: keys.mailboxSealKey,
      MAILFLEET_NOTIFY_OPEN_KEYS: keys.notifyOpenKeys,
      MAILFLEET_NOTIFY_SEAL_KEY: keys.notifySealKey,
      MAILFLEET_ADMIN_TOKEN_FILE: join(folder.path, "admin-token"),
      MAILFLEET_CONSOLE_PORT: "0",
    };
  });
  after(async () => {
    for (const child of started) child.kill("SIGKILL");
    await Promise.all([nats?.stop(), mongo?.stop()]);
    await folder?.remove();
  });

  const main = (name: string) => join(bundles[name]!.folder, "main.js");
  const piecesOf = async (name: string) =>
    (await readdir(bundles[name]!.folder)).filter((file) => file.endsWith(".js") && file !== "main.js");

  /** The port in the log line "ready". */
  const start = async (name: string) => {
    const child = spawn(process.execPath, ["--enable-source-maps", main(name)], {
      env: { ...env, ...placesFor(name, nats, mongo) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    started.push(child);
    let log = "";
    child.stdout?.on("data", (some) => {
      log += some;
    });
    const line = await eventually(
      () => {
        assert.equal(child.exitCode, null, log);
        return log.split("\n").find((one) => one.includes('"msg":"ready"'));
      },
      { what: `${name} says that it is ready`, timeoutMs: 60_000 },
    );
    return { child, port: JSON.parse(line!).httpPort as number };
  };

  test("the command line makes the topology, then each service is ready and ends when it is asked to", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main("cli"), "topology", "apply"], {
      env: { ...env, ...placesFor("topology", nats, mongo) },
    });
    assert.match(stdout, /Nothing is missing/);
    await Promise.all(
      services.map(async (name) => {
        const { child, port } = await start(name);
        const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
        assert.equal(answer.status, 200, `${name}: ${await answer.text()}`);
        child.kill("SIGTERM");
        const [code] = await once(child, "exit");
        assert.equal(code, 0, name);
      }),
    );
  });

  test("names no source, and every thread that it names is there", async () => {
    for (const name of Object.keys(programs))
      for (const file of ["main.js", ...(await piecesOf(name))]) {
        const text = await readFile(join(bundles[name]!.folder, file), "utf8");
        assert.doesNotMatch(text, /new URL\("[^"]*\.ts", import\.meta\.url\)/, `${name} ${file}`);
        for (const [, thread = ""] of text.matchAll(/new URL\("\.\/([\w-]+\.js)", import\.meta\.url\)/g))
          await access(join(bundles[name]!.folder, thread));
      }
  });

  test("every piece loads, also those that wait for a profile that needs them", async () => {
    const pieces = await Promise.all(
      ["inbound-sync", "console"].map(async (name) =>
        (await piecesOf(name)).map((file) => pathToFileURL(join(bundles[name]!.folder, file)).href),
      ),
    );
    const urls = pieces.flat().filter((url) => !url.includes("-thread"));
    const code = `for (const url of ${JSON.stringify(urls)}) await import(url);`;
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
  });

  test("what is lazy stays out of what a service loads at its start", async () => {
    const first = await readFile(main("inbound-sync"), "utf8");
    assert.doesNotMatch(first, /https:\/\/www\.googleapis\.com\/auth\/gmail/);
  });

  test("inbound-sync brings the thread that parses messages", async () => {
    const raw = new TextEncoder().encode("Subject: hello\r\n\r\nA text.\r\n");
    const worker = new Worker(join(bundles["inbound-sync"]!.folder, "parse-body-thread.js"), { workerData: raw });
    const said: { text?: string }[] = [];
    worker.on("message", (one) => said.push(one));
    await once(worker, "exit");
    // First that it begins, then what it has found.
    assert.equal(said.length, 2);
    assert.match(said[1]?.text ?? "", /A text\./);
  });

  test("the console brings the administrator's page, and the licences of what is in that", async () => {
    const { folder, packages } = bundles.console!;
    const page = await readFile(join(folder, "dist/index.html"), "utf8");
    for (const [, file = ""] of page.matchAll(/(?:src|href)="\/admin\/([^"]+)"/g))
      for (const packing of ["", ".br", ".gz"]) await access(join(folder, "dist", `${file}${packing}`));
    assert.ok(packages.some((name) => name.startsWith("preact@")));
  });

  test("beside it stand a bill of materials and the licences of what is in it", async () => {
    const file = (name: string) => readFile(join(bundles.scheduler!.folder, name), "utf8");
    const { components } = JSON.parse(await file("bom.json"));
    const purls: string[] = components.map(({ purl }: { purl: string }) => purl);
    assert.ok(purls.some((purl) => /^pkg:npm\/mongodb@\d/.test(purl)));
    assert.ok(purls.some((purl) => /^pkg:npm\/%40nats-io\/jetstream@\d/.test(purl)));
    assert.ok(!purls.some((purl) => purl.includes("fastify")), "the console's packages are not in the scheduler");
    const texts = await file("LICENCES.txt");
    for (const name of bundles.scheduler!.packages) assert.ok(texts.includes(name.replace(/@(?=[^@]*$)/, " ")), name);
  });
});
