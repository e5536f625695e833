import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, test } from "node:test";
import { CONTAINERS_VARIABLE, containerEngine, eventually, startContainer } from "@mailfleet/local/testing";
import { ensureImage } from "./build-image.ts";
import { docker } from "./docker-api.ts";

/** A test file that is ended half-way. */
const ownEngine = `
import { containerEngine, startNats } from "@mailfleet/local/testing";
const { folder } = await containerEngine();
const { pid } = await startNats();
console.log(JSON.stringify({ folder, pid }));
setInterval(() => {}, 60_000);
`;
const isThere = (pid: number) => existsSync(`/proc/${pid}`);

describe("containers of a test", async () => {
  const engine = await containerEngine();
  const newFolder = () => mkdtemp(join(engine.folder, "test-"));
  const containersOf = async (image: string) => {
    const filters = JSON.stringify({ ancestor: [image] });
    const query = new URLSearchParams({ all: "1", filters });
    return JSON.parse(await docker(engine.dockerHost, "GET", `/containers/json?${query}`));
  };

  test("an image whose program is missing: a sentence, and no container", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "Dockerfile"), 'FROM scratch\nCOPY Dockerfile /\nENTRYPOINT ["/nothing"]\n');
    const context = { name: "mailfleet-test-nothing", folder, parts: ["Dockerfile"] };
    const image = await ensureImage(engine.dockerHost, context);
    await assert.rejects(startContainer(engine, { image, folder: await newFolder() }), (error: Error) => {
      assert.match(error.message, /a container of localhost\/mailfleet-test-nothing:\w+ did not start: .*\/nothing/);
      return true;
    });
    await eventually(async () => assert.deepEqual(await containersOf(image), []) ?? true);
  });

  test("a program that ends at once: its own words, and no container", async () => {
    const image = engine.images["nats-server"]!;
    const order = { image, args: ["-c", "/no-such-file"], folder: await newFolder(), ready: /Server is ready/ };
    await assert.rejects(startContainer(engine, order), /did not start: [\s\S]*open \/no-such-file: no such file/);
  });

  test("an image that is not there: a sentence", async () => {
    const order = { image: "localhost/mailfleet-test-none:1", folder: await newFolder() };
    await assert.rejects(
      startContainer(engine, order),
      /a container of localhost\/mailfleet-test-none:1 did not start/,
    );
  });

  test("an image is built once for what is in it", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "files"));
    const build = async (text: string) => {
      await writeFile(join(folder, "Dockerfile"), "FROM scratch\nCOPY files/ /\n");
      await writeFile(join(folder, "files/text"), text);
      const context = { name: "mailfleet-test-text", folder, parts: ["Dockerfile", "files"] };
      const image = await ensureImage(engine.dockerHost, context);
      return { image, ...JSON.parse(await docker(engine.dockerHost, "GET", `/images/${image}/json`)) };
    };
    const [first, second, other] = [await build("one"), await build("one"), await build("two")];
    assert.equal(second.Created, first.Created);
    assert.notEqual(other.image, first.image);
  });

  test("after Ctrl-C nothing of them is left", async (t) => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", ownEngine], {
      env: { ...process.env, MAILFLEET_TEST_ENGINES: "containers", [CONTAINERS_VARIABLE]: "", NODE_TEST_CONTEXT: "" },
      stdio: ["ignore", "pipe", "inherit"],
      cwd: import.meta.dirname,
    });
    t.after(() => child.kill("SIGKILL"));
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    const { folder, pid } = JSON.parse(line);
    assert.ok(isThere(pid));
    child.kill("SIGINT");
    await eventually(() => !isThere(pid) && !existsSync(folder), { timeoutMs: 60_000, what: "the end of everything" });
  });
});
