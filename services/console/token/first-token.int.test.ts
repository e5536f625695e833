import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { startMongo, type TestMongo, tempDir } from "@mailfleet/local/testing";
import { connectStore, makeCollections, type Store } from "@mailfleet/store";
import { collections } from "../collections.ts";
import { type KeptLog, keptLog } from "../test/console-under-test.ts";
import { ensureFirstToken } from "./first-token.ts";
import { createTokenRepository, type TokenRepository } from "./store.ts";
import { hashToken, newTokenSecret } from "./token-secret.ts";

describe("the first administrator token", () => {
  let mongo: TestMongo;
  let store: Store;
  let tokens: TokenRepository;
  let folder: Awaited<ReturnType<typeof tempDir>>;
  let log: KeptLog;
  let file: string;

  before(async () => {
    mongo = await startMongo();
    log = keptLog();
    const connect = (user: string) =>
      connectStore({ url: mongo.urlOf(user), database: mongo.dbName, appName: "test", logger: log });
    const topology = await connect("topology");
    await makeCollections(topology, Object.values(collections));
    await topology.close();
    store = await connect("console");
  });
  after(async () => {
    await store?.close();
    await mongo?.stop();
  });
  beforeEach(async () => {
    tokens = createTokenRepository(store);
    for (const { id } of (await tokens.list({ limit: 100 }, "tokens", (one) => one)).items) await tokens.remove(id);
    folder = await tempDir("token");
    file = join(folder.path, "deep", "admin-token");
    log = keptLog();
  });
  afterEach(() => folder.remove());

  const ensure = (at = file) => ensureFirstToken({ file: at, tokens, logger: log, now: Date.now });
  const inFile = async (at = file) => (await readFile(at, "utf8")).trim();

  it("is written once, for its owner only, and is valid", async () => {
    await ensure();
    const secret = await inFile();
    assert.match(secret, /^mft_/);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await tokens.findByHash(hashToken(secret)))?.role, "administrator");
    await ensure();
    assert.equal(await inFile(), secret);
    assert.equal((await tokens.list({ limit: 10 }, "tokens", (one) => one)).items.length, 1);
    assert.doesNotMatch(log.lines.join(), /mft_/);
    assert.deepEqual(await readdir(join(folder.path, "deep")), ["admin-token"], "no draft stays behind");
  });

  it("is made by one of several replicas, on one disk or on several", async () => {
    await Promise.all([ensure(), ensure(), ensure()]);
    assert.ok(await tokens.findByHash(hashToken(await inFile())));
    await tokens.remove("tk_bootstrap");
    const files = ["a", "b", "c"].map((name) => join(folder.path, name, "token"));
    await Promise.all(files.map(ensure));
    const left = (await Promise.all(files.map((at) => inFile(at).catch(() => null)))).filter((text) => text !== null);
    assert.equal(left.length, 1, "who lost removes its file");
    assert.ok(await tokens.findByHash(hashToken(left[0] ?? "")));
  });

  it("survives a crash between file and database", async () => {
    await ensure();
    const secret = await inFile();
    await tokens.remove("tk_bootstrap");
    await ensure();
    assert.ok(await tokens.findByHash(hashToken(secret)));
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("is not made again when its file is gone; the log says how to make another", async () => {
    await ensure();
    await rm(file);
    await ensure();
    await assert.rejects(inFile());
    assert.match(log.lines.at(-1) ?? "", /mailfleet tokens create/);
  });

  it("does not believe a file that somebody else may have planted", async () => {
    const planted = newTokenSecret();
    await mkdir(join(folder.path, "deep"));
    await writeFile(file, planted, { mode: 0o600 });
    await chmod(file, 0o644);
    await assert.rejects(ensure(), /before the first start/);
    const target = join(folder.path, "elsewhere");
    await rm(file);
    await writeFile(target, planted, { mode: 0o600 });
    await symlink(target, file);
    await assert.rejects(ensure(), /before the first start/);
    assert.equal(await tokens.countAdministrators(), 0);
  });

  it("refuses a file that holds something else", async () => {
    await ensure();
    await tokens.remove("tk_bootstrap");
    await writeFile(file, "nonsense");
    await assert.rejects(ensure(), /holds no token/);
  });
});
