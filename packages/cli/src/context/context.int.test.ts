import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "../test/api-double.ts";

describe("contexts", () => {
  let api: ApiDouble;
  let home: string;
  before(async () => {
    [api, home] = [await startApiDouble(), await mkdtemp(join(tmpdir(), "mailfleet-context-"))];
    api.on("GET /profiles", { body: { items: [], next: null } });
  });
  after(async () => {
    await api?.stop();
    await rm(home, { recursive: true, force: true });
  });
  const file = () => join(home, "mailfleet", "contexts.json");
  const mailfleet = (args: string, options: Parameters<typeof run>[2] = {}) =>
    run(api.url, args.split(" "), { ...options, env: { XDG_CONFIG_HOME: home, ...options.env } });
  const asks = () => api.seen.at(-1)?.headers.authorization;

  it("keep a token that was asked for or read, in a file that only this user can read", async () => {
    const first = await mailfleet(`login --url ${api.url}`, { secret: "mft_first" });
    assert.equal(first.code, 0, first.err);
    assert.equal((await stat(file())).mode & 0o777, 0o600);
    const second = await mailfleet(`login --url ${api.url} --context test --token-stdin`, { input: "mft_second\n" });
    assert.equal(second.code, 0, second.err);
    assert.equal((await mailfleet("profile list")).code, 0);
    assert.equal(asks(), "Bearer mft_second");
    await mailfleet("profile list --context default");
    assert.equal(asks(), "Bearer mft_first");
    assert.match((await mailfleet("context list")).out, /^\* +test +http.* kept$/m);
    assert.doesNotMatch((await mailfleet("context list -o json")).out, /mft_/);
    await mailfleet("context use -");
    await mailfleet("profile list");
    assert.equal(asks(), "Bearer mft_first");
  });

  it("give way to what is named, and their token goes nowhere else", async () => {
    const env = { MAILFLEET_URL: api.url, MAILFLEET_TOKEN: "mft_env" };
    await mailfleet("profile list", { env });
    assert.equal(asks(), "Bearer mft_env");
    const { code, err } = await mailfleet("profile list --url http://192.0.2.1");
    assert.deepEqual([code, /No token/.test(err)], [2, true]);
    assert.equal((await mailfleet(`profile list --context test --url ${api.url}`)).code, 2);
    assert.match((await mailfleet("profile list --context tset")).err, /no context tset\. There are default, test/);
  });

  it("are not kept with a wrong token, or where the token could be read on its way", async () => {
    api.on("GET /profiles", { status: 401, body: { code: "UNAUTHENTICATED", detail: "Not valid." } });
    assert.equal((await mailfleet(`login --url ${api.url} --context bad`, { secret: "mft_bad" })).code, 1);
    api.on("GET /profiles", { body: { items: [], next: null } });
    const before = api.seen.length;
    const plain = await mailfleet("login --url http://mail.example.org", { secret: "mft_x" });
    assert.deepEqual([plain.code, /--url must begin with https/.test(plain.err)], [2, true]);
    assert.equal((await mailfleet("login --url https://u:p@mail.example.org", { secret: "mft_x" })).code, 2);
    assert.equal(api.seen.length, before);
    assert.doesNotMatch(await readFile(file(), "utf8"), /mft_bad|mft_x/);
  });

  it("are refused if others can read them", async () => {
    await chmod(file(), 0o644);
    assert.match((await mailfleet("profile list")).err, /Others can read .*chmod 600/);
    await chmod(file(), 0o600);
  });

  it("sign in at the identity provider by a code, and end that session with them", async () => {
    const begun = { deviceCode: "dc-secret", userCode: "ABCD-EFGH", verificationUri: "https://id.example.test/device" };
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    api.on("POST /sessions/device", { body: { ...begun, provider: "Example", expiresAt, intervalMs: 10 } });
    const asked: unknown[] = [];
    api.on("POST /sessions/device/poll", ({ body }, response) => {
      asked.push(body);
      const done = { state: "done", token: "mft_session", name: "ada@example.test", role: "administrator" };
      response.end(JSON.stringify(asked.length < 3 ? { state: "pending" } : done));
    });
    const ended: unknown[] = [];
    api.on("DELETE /sessions/own", ({ headers }, response) => {
      ended.push(headers.authorization);
      response.writeHead(204).end();
    });
    const { code, err, out } = await mailfleet(`login --url ${api.url} --context person --device`);
    assert.equal(code, 0, err);
    assert.match(err, /Sign in at Example: open https:\/\/id\.example\.test\/device and enter the code ABCD-EFGH/);
    assert.deepEqual(asked, Array(3).fill({ deviceCode: "dc-secret" }));
    assert.doesNotMatch(`${out}${err}`, /dc-secret|mft_/);
    await mailfleet("profile list");
    assert.equal(asks(), "Bearer mft_session");
    assert.match((await mailfleet("logout")).out, /Its session is over/);
    assert.deepEqual(ended, ["Bearer mft_session"]);
    const both = await mailfleet(`login --url ${api.url} --device --token-stdin`, { input: "mft_x" });
    assert.equal(both.code, 2);
  });

  it("can have the token in a file of its own, and be forgotten", async () => {
    const tokenFile = join(home, "token");
    await writeFile(tokenFile, "mft_file\n", { mode: 0o600 });
    assert.equal((await mailfleet(`login --url ${api.url} --context file --token-file ${tokenFile}`)).code, 0);
    assert.doesNotMatch(await readFile(file(), "utf8"), /mft_file/);
    await mailfleet("profile list");
    assert.equal(asks(), "Bearer mft_file");
    assert.equal((await mailfleet("logout")).code, 0);
    assert.doesNotMatch((await mailfleet("context list")).out, /^\W+file /m);
  });
});
