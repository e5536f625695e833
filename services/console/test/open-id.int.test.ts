import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { eventually } from "@mailfleet/local/testing";
import { openIdEnvironment, readOpenId } from "../admin-page/open-id.ts";
import { type Browser, openBrowser } from "./browser.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { type OpenIdWorld, people, startOpenIdWorld } from "./open-id-world.ts";

const { administrator: ada, operator: bob, nothing: eve } = people;

describe("the sign-in at the organisation's provider", () => {
  let world: OpenIdWorld;
  let console: ConsoleUnderTest;
  let browser: Browser;
  /** Moves the console's clock. */
  let ahead = 0;
  before(async () => {
    world = await startOpenIdWorld();
    const handlers = { "alerting.alert.list": async () => ({ items: [], next: null }) };
    console = await startConsoleUnderTest(handlers, { openId: world.openId, now: () => Date.now() + ahead });
    world.register(console.app.url);
  });
  after(async () => {
    await console?.stop();
    await world?.stop();
  });
  beforeEach(() => {
    ahead = 0;
    browser = openBrowser(console.app.url);
  });

  const begin = async (to = "/admin/mailboxes?search=x") =>
    (await browser.get(`/admin/sign-in?${new URLSearchParams({ to })}`)).location?.href ?? "";
  /** What the provider makes of it: the address to which it sends the browser back. */
  const decided = async (account: string, deny = false) => {
    const { pathname, search } = new URL(await world.provider.approve(await begin(), { account, deny }));
    return pathname + search;
  };
  const signIn = async (account: string) => browser.get(await decided(account));
  const ask = (path: string, method = "GET") =>
    globalThis.fetch(`${console.app.url}${path}`, {
      method,
      headers: {
        cookie: [...browser.cookies].map((pair) => pair.join("=")).join("; "),
        "sec-fetch-site": "same-origin",
      },
    });
  const who = async () => (await ask("/admin/session")).json() as Promise<{ session: unknown; openId: string }>;

  it("gives somebody the role of the group, for as long as the ID token lasts, and leads back to the page", async () => {
    assert.deepEqual(await who(), { session: null, openId: "Example" });
    const { status, location, headers } = await signIn(ada);
    assert.equal(status, 303);
    assert.equal(`${location?.pathname}${location?.search}`, "/admin/mailboxes?search=x");
    assert.match(
      headers.get("set-cookie") ?? "",
      /mailfleet_admin=mft_[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/; Max-Age=3\d{3}/,
    );
    assert.deepEqual([...browser.cookies.keys()], ["mailfleet_admin"], "the attempt is over");
    assert.deepEqual((await who()).session, { name: ada, role: "administrator" });
    assert.equal((await ask("/api/v1/alerts")).status, 200);
    ahead = 3_700_000;
    assert.equal((await ask("/api/v1/alerts")).status, 401, "the ID token lasts an hour");
  });

  it("takes the strongest role of somebody's groups, and ends with the sign-out, for every copy of the cookie", async () => {
    await signIn(bob);
    assert.deepEqual((await who()).session, { name: bob, role: "operator" });
    const { items } = (await console.send("GET", "/sessions")).body as { items: Record<string, string>[] };
    const mine = items.find(({ name }) => name === bob);
    assert.deepEqual([mine?.by, mine?.from, mine?.tokenId], ["openid", "127.0.0.1", undefined]);
    assert.match(mine?.subject ?? "", /^\d+$/);
    assert.equal((await ask("/api/v1/tokens")).status, 403);
    const copy = browser.cookies.get("mailfleet_admin");
    const { signOutUrl } = (await (await ask("/admin/session", "DELETE")).json()) as { signOutUrl: string };
    const there = new URL(signOutUrl);
    assert.equal(there.origin, new URL(world.provider.issuer).origin);
    assert.equal(there.searchParams.get("post_logout_redirect_uri"), `${console.app.url}/admin/`);
    assert.equal((await globalThis.fetch(there)).status, 200, "the provider takes it");
    assert.equal((await ask("/admin/session", "DELETE")).status, 204, "nobody is signed in any more");
    browser.cookies.set("mailfleet_admin", copy ?? "");
    assert.equal((await ask("/api/v1/alerts")).status, 401);
  });

  it("refuses who is in no group that may work here, and says so", async () => {
    const { status, text } = await signIn(eve);
    assert.equal(status, 409);
    assert.match(text, /signed in there as eve@example\.test, but you are in 1 groups, and none may work here/);
    assert.equal(browser.cookies.size, 0);
  });

  it("refuses an answer to another browser, to no attempt, and a second time", async () => {
    const back = await decided(ada);
    const other = await openBrowser(console.app.url).get(back);
    assert.match(other.text, /REDIRECT_FROM_ANOTHER_BROWSER/);
    const mine = new Map(browser.cookies);
    assert.equal((await browser.get(back)).status, 303);
    browser.cookies.clear();
    for (const [name, value] of mine) browser.cookies.set(name, value);
    const again = await browser.get(back);
    assert.equal(again.status, 409);
    assert.match(again.text, /invalid_grant/);
    await begin();
    assert.match((await browser.get(back)).text, /state/, "the state is another attempt's");
    assert.equal(browser.cookies.size, 0);
  });

  it("says what the provider says, and keeps codes, tokens and addresses out of the log", async () => {
    assert.match((await browser.get(await decided(ada, true))).text, /access_denied: The user denied access/);
    const back = await decided(ada);
    await browser.get(back);
    const code = new URLSearchParams(back.split("?")[1]).get("code") ?? "no code";
    assert.equal((await ask("/api/v1/alerts")).status, 200);
    await eventually(() => console.log.lines.some((line) => line.includes("/alerts") && line.includes('"by"')));
    const log = console.log.lines.join("\n");
    assert.match(log, /a sign-in was refused/);
    for (const hidden of [code, browser.cookies.get("mailfleet_admin") ?? "no cookie", ada, eve])
      assert.ok(!log.includes(hidden), hidden);
  });

  it("gives a command line a session by device code, which is a token of the API until it is over", async () => {
    const post = async (path: string, body?: object) => {
      const { status, body: answer } = await console.send("POST", `/sessions/${path}`, { token: null, body });
      return { ...answer, status } as Record<string, unknown>;
    };
    const poll = ({ deviceCode }: Record<string, unknown>) => post("device/poll", { deviceCode });
    const begun = await post("device");
    assert.deepEqual([begun.status, begun.provider, begun.intervalMs], [200, "Example", 5000]);
    assert.match(String(begun.verificationUri), new RegExp(`^${world.provider.issuer}`));
    assert.equal((await poll(begun)).state, "pending");
    await world.provider.approveDevice(String(begun.userCode), { account: bob });
    const done = await poll(begun);
    assert.deepEqual([done.state, done.name, done.role], ["done", bob, "operator"]);
    const token = String(done.token);
    const asks = async (path: string) => (await console.send("GET", path, { token })).status;
    assert.deepEqual([await asks("/alerts"), await asks("/tokens")], [200, 403]);
    const { items } = (await console.send("GET", "/sessions")).body as { items: Record<string, string>[] };
    assert.equal(items.find(({ by }) => by === "device")?.name, bob);
    browser.cookies.set("mailfleet_admin", token);
    assert.equal((await ask("/api/v1/alerts")).status, 401, "it is good in no cookie");
    assert.equal((await poll(begun)).code, "SIGN_IN_REFUSED", "a code is good once");
    assert.equal((await console.send("DELETE", "/sessions/own", { token })).status, 204);
    assert.equal(await asks("/alerts"), 401);

    const refused = await post("device");
    await world.provider.approveDevice(String(refused.userCode), { account: eve });
    assert.match(String((await poll(refused)).detail), /none may work here/);
    const denied = await post("device");
    await world.provider.approveDevice(String(denied.userCode), { account: ada, deny: true });
    assert.match(String((await poll(denied)).detail), /access_denied/);
    for (const secret of [begun.deviceCode, token]) assert.ok(!console.log.lines.join("\n").includes(String(secret)));
  });

  it("leads to no other site, whatever the link says", async () => {
    for (const to of [
      "https://evil.example.org/admin/",
      "//evil.example.org/admin/",
      "/\\evil.example.org/",
      "/api/v1/tokens",
      "/admin/sign-in",
    ]) {
      const back = await world.provider.approve(await begin(to), { account: ada });
      const { location } = await browser.get(back.slice(console.app.url.length));
      assert.equal(location?.href, `${console.app.url}/admin/`, to);
    }
  });
});

describe("what the environment says about it", () => {
  const given = { oidcGroupsClaim: "groups", oidcScopes: "openid", oidcSignOut: "here" } as const;
  const read = (more: object) => readOpenId({ ...given, ...more }, () => assert.fail("nothing is asked"), Date.now);

  it("is nothing, or all of it", async () => {
    assert.equal(await read({}), null);
    const issuer = { oidcIssuer: "https://id.example.test/realm" };
    await assert.rejects(read(issuer), /MAILFLEET_OIDC_CLIENT_ID/);
    await assert.rejects(read({ ...issuer, oidcClientId: "c" }), /MAILFLEET_OIDC_ROLES: nobody could sign in/);
    const openId = await read({
      ...issuer,
      oidcClientId: "c",
      oidcRoles: { a: "approver", r: "reader" },
      oidcSessionMinutes: 5,
    });
    assert.deepEqual([openId?.name, openId?.sessionMs, openId?.signsOutThere], ["id.example.test", 300_000, false]);
    assert.deepEqual(
      [["x"], ["r"], ["r", "a"], ["constructor"]].map((groups) => openId?.roleOf(groups)),
      [null, "reader", "approver", null],
    );
  });

  it("names roles that there are, by group", () => {
    const roles = openIdEnvironment.MAILFLEET_OIDC_ROLES;
    assert.deepEqual(roles.parse('{"cn=mail,dc=test":"administrator"}'), { "cn=mail,dc=test": "administrator" });
    for (const text of ["mail=administrator", '{"mail":"owner"}', '{"mail":"king"}', "{}", "[]", "null"])
      assert.ok(!roles.safeParse(text).success, text);
  });
});
