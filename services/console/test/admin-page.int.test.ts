import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { eventually, startChromium } from "@mailfleet/local/testing";
import { readPageFiles } from "../admin-page/page-files.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { type FleetDoubles, fleetDoubles } from "./fleet-doubles.ts";
import { type OpenIdWorld, people, startOpenIdWorld } from "./open-id-world.ts";

type Browser = Awaited<ReturnType<typeof startChromium>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

/** What all of the page may weigh on its way, compressed. */
const mostBytes = 60_000;

const noted =
  "globalThis.violations = []; addEventListener('securitypolicyviolation', (e) => violations.push(e.violatedDirective + ' ' + e.blockedURI));";

describe("the administrator's page", () => {
  let fleet: FleetDoubles;
  let console: ConsoleUnderTest;
  let browser: Browser;
  let token: string;
  let world: OpenIdWorld;
  const errors: string[] = [];
  before(async () => {
    fleet = fleetDoubles(1000);
    world = await startOpenIdWorld();
    const { openId } = world;
    const pageFiles = await readPageFiles(join(import.meta.dirname, "../dist"));
    [console, browser] = await Promise.all([
      startConsoleUnderTest(fleet.handlers, { pageFiles, openId }),
      startChromium(),
    ]);
    world.register(console.app.url);
    token = await console.tokenFor("administrator");
  });
  after(async () => {
    await browser?.close();
    await console?.stop();
    await world?.stop();
  });

  const open = async (): Promise<Page> => {
    const page = await browser.newPage();
    await page.addInitScript(noted);
    page.on("console", (message) => {
      // Browsers note each refusal: those that a test asks for are no errors of ours.
      if (message.type() === "error" && !/status of 40[19]/.test(message.text()))
        errors.push(`${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => errors.push(String(error)));
    return page;
  };
  const signIn = async (page: Page, secret = token) => {
    await page.goto(`${console.app.url}/admin/`);
    await page.getByLabel("Token of the API").fill(secret);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  describe("for a person", () => {
    let page: Page;
    before(async () => {
      page = await open();
    });

    it("asks for a token, and says in words why one is refused", async () => {
      await signIn(page, "mft_wrong");
      await page.getByRole("alert").getByText("This is not a token").waitFor();
      await signIn(page);
      await page.getByRole("heading", { name: "Fleet" }).waitFor();
      const [cookie] = await page.context().cookies();
      assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, "Strict"]);
    });

    it("says whether mail flows, for whom it does not, since when, why and what to do", async () => {
      await page.getByRole("status").getByText("250 mailboxes do not work; 749 are connected").waitFor();
      await page.getByRole("link", { name: "749" }).waitFor();
      const wrong = page.getByRole("listitem").filter({ hasText: "Sample" });
      await wrong.getByText("10 min. ago").waitFor();
      await wrong.getByText("The server refuses connections on this port.").waitFor();
      await wrong.getByText("Check that the mail server is running.").waitFor();
      await console.bus.publish(fleet.move("mb_fleet00003", "enabled.running", "enabled.running"));
      await page.getByRole("status").getByText("249 mailboxes do not work; 750 are connected").waitFor();
    });

    it("draws how much mail came and went, which the keyboard reads slot by slot, and which is a table, too", async () => {
      const slots = page.getByRole("slider", { name: "Messages per minute" });
      await slots.focus();
      await page.keyboard.press("ArrowLeft");
      assert.match((await slots.getAttribute("aria-valuetext")) ?? "", /: Received \d+, Sent \d+, Failed \d$/);
      await page.getByRole("slider", { name: "Delay" }).waitFor();
      await page.getByText("As a table").click();
      await page.getByRole("columnheader", { name: "Until sent" }).waitFor();
      await page.getByLabel("Period").selectOption("the last 5 weeks");
      await page.getByRole("slider", { name: "Messages per hour" }).waitFor();
    });

    it("lists the mailboxes of a count, keeps the filter in the address, and changes by itself", async () => {
      await page.getByRole("link", { name: "249" }).click();
      await page.getByRole("row").filter({ hasText: "box-00007@example.org" }).getByText("Failed").waitFor();
      assert.equal(new URL(page.url()).search, "?lifecycle=disabled.failed");
      await console.bus.publish(fleet.move("mb_fleet00007", "testing", "testing"));
      await eventually(async () => (await page.getByText("box-00007@example.org").count()) === 0);
      await page.getByRole("link", { name: "Show all" }).click();
      await page
        .getByRole("row")
        .filter({ hasText: "box-00007@example.org" })
        .getByText("Being tested")
        .first()
        .waitFor();
      await page.getByPlaceholder("Search address or name").fill("00999");
      await page.getByText("box-00999@example.org").waitFor();
      assert.equal(new URL(page.url()).search, "?search=00999");
      await page.reload();
      await page.getByText("1 mailbox", { exact: true }).waitFor();
    });

    it("approves, tests and enables a mailbox, shows the steps as they happen, and says what each command did", async () => {
      await page.goto(`${console.app.url}/admin/mailboxes/mb_fleet00000`);
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("status").getByText("box-00000@example.org is approved. It is now: Approved.").waitFor();
      await page.getByRole("button", { name: "Test and enable" }).click();
      await page.getByRole("status").getByText("what passes is enabled").waitFor();
      const receiving = page.locator("section").filter({ has: page.getByRole("heading", { name: "Receiving" }) });
      await receiving.getByText("running …").waitFor();
      await console.bus.publish(
        fleet.step("mb_fleet00000", 0, { step: "connect", outcome: "ok", ms: 12, detail: "192.0.2.7:993" }),
      );
      await receiving.getByText("192.0.2.7:993").waitFor();
      await console.bus.publish(fleet.move("mb_fleet00000", "enabled.running", "enabled.running"));
      await page.locator(".verdict").getByText("Running").waitFor();
      assert.deepEqual(fleet.given, ["approve mb_fleet00000", "test-and-enable mb_fleet00000"]);
      assert.deepEqual(errors, []);
    });

    it("says what is refused, why, and what to do now", async () => {
      await page.getByRole("button", { name: "Run now" }).click();
      const refusal = page.locator(".said").getByRole("alert");
      await refusal.getByText("The mailbox is busy.").waitFor();
      await refusal.getByText("Wait a minute.").waitFor();
    });

    it("breaks none of its rules of content security, and ends with the session", async () => {
      assert.deepEqual(await page.evaluate("violations"), []);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token of the API").waitFor();
      assert.deepEqual(await page.context().cookies(), []);
      assert.deepEqual(errors, []);
    });
  });

  it("leads to the organisation's provider, and back to the place where one was, signed in", async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${console.app.url}/admin/mailboxes?search=00999`);
    await page.getByRole("link", { name: "Sign in with Example" }).click();
    await page.getByRole("combobox").selectOption(people.administrator);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText("box-00999@example.org").waitFor();
    assert.equal(page.url(), `${console.app.url}/admin/mailboxes?search=00999`);
    // Another browser, which is signed in with a token, is sent away.
    const { body: made } = await console.send("POST", "/tokens", { body: { name: "robot", role: "reader" } });
    const begun = await fetch(`${console.app.url}/admin/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: made.token }),
    });
    const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
    await page.goto(`${console.app.url}/admin/people`);
    await page.getByRole("listitem").filter({ hasText: people.administrator }).getByText("identity provider").waitFor();
    const robot = page.getByRole("listitem").filter({ hasText: "robot" }).filter({ hasText: "with a token" });
    await robot.getByRole("button", { name: "End the session" }).click();
    await page.getByRole("status").getByText("The session of robot is over.").waitFor();
    assert.equal(await robot.count(), 0);
    assert.equal((await fetch(`${console.app.url}/api/v1/mailboxes/counts`, { headers: { cookie } })).status, 401);
    await page.getByRole("button", { name: "Sign out" }).click();
    // The provider asks whether its own session is to end, and leads back.
    await page.getByRole("button", { name: "Yes, sign me out" }).click();
    await page.getByRole("link", { name: "Sign in with Example" }).waitFor();
    const kept = (await page.context().cookies(console.app.url)).map(({ name }) => name);
    assert.deepEqual(
      kept.filter((name) => name.startsWith("mailfleet")),
      [],
    );
  });

  describe("as files", () => {
    it("weighs little, is compressed, and is kept for ever where its name holds a hash", async () => {
      const names = [...(await (await fetch(`${console.app.url}/admin/`)).text()).matchAll(/"\/admin\/([^"]+)"/g)];
      let bytes = 0;
      for (const [, name = ""] of [["", ""], ...names]) {
        const answer = await fetch(`${console.app.url}/admin/${name}`, { headers: { "accept-encoding": "br" } });
        assert.equal(answer.status, 200, name);
        assert.equal(answer.headers.get("content-encoding"), "br");
        assert.match(answer.headers.get("content-security-policy") ?? "", /require-trusted-types-for 'script'/);
        assert.equal(answer.headers.get("cache-control"), name ? "public, max-age=31536000, immutable" : "no-cache");
        const again = { headers: { "if-none-match": answer.headers.get("etag") ?? "" } };
        assert.equal((await fetch(`${console.app.url}/admin/${name}`, again)).status, 304, name);
      }
      for (const file of (await readPageFiles(join(import.meta.dirname, "../dist")))!.values()) bytes += file.br.length;
      assert.ok(bytes < mostBytes, `${bytes} bytes`);
    });

    it("answers 404 for a script of an earlier build, and the page for any place in it", async () => {
      assert.equal((await fetch(`${console.app.url}/admin/main-OLD.js`)).status, 404);
      assert.equal((await fetch(`${console.app.url}/admin/mailboxes/mb_x`)).status, 200);
    });
  });

  describe("its session", () => {
    const begin = async (secret: string): Promise<{ cookie: string }> => {
      const headers = { "content-type": "application/json" };
      const body = JSON.stringify({ token: secret });
      const answer = await fetch(`${console.app.url}/admin/session`, { method: "POST", headers, body });
      assert.equal(answer.status, 200);
      return { cookie: answer.headers.get("set-cookie")?.split(";")[0] ?? "" };
    };
    const ask = (headers: Record<string, string>, method = "GET") =>
      fetch(`${console.app.url}/api/v1/mailboxes/counts`, { method, headers });
    const sessions = async () =>
      (await console.send("GET", "/sessions?limit=500")).body.items as Record<string, string>[];

    it("is taken by the API from the same site only", async () => {
      const mine = await begin(token);
      assert.equal((await ask({ ...mine, "sec-fetch-site": "same-origin" })).status, 200);
      assert.equal((await ask({ ...mine, "sec-fetch-site": "same-site" })).status, 403);
      assert.equal((await ask({ ...mine, origin: "http://127.0.0.1:1" })).status, 403);
      assert.equal((await ask({ cookie: "mailfleet_admin=nonsense" })).status, 401);
    });

    it("is no token, and a token is no session", async () => {
      const { cookie } = await begin(token);
      assert.equal((await ask({ authorization: `Bearer ${cookie.split("=")[1]}` })).status, 401);
      assert.equal((await ask({ cookie: `mailfleet_admin=${token}` })).status, 401);
    });

    it("is listed with who, how, from where and since when, and ends when it is deleted", async () => {
      const made = await console.send("POST", "/tokens", { body: { name: "Ada", role: "reader" } });
      const [mine, other] = [await begin(String(made.body.token)), await begin(String(made.body.token))];
      const listed = (await sessions()).filter(({ name }) => name === "Ada");
      assert.deepEqual(
        listed.map(({ role, by, from, tokenId }) => [role, by, from, tokenId]),
        [1, 2].map(() => ["reader", "token", "127.0.0.1", made.body.id]),
      );
      for (const { createdAt = "", lastUsedAt, expiresAt = "" } of listed) {
        assert.equal(lastUsedAt, createdAt);
        assert.equal(Date.parse(expiresAt) - Date.parse(createdAt), 12 * 3_600_000);
      }
      const { body } = await console.send("GET", "/tokens?limit=500");
      assert.deepEqual(
        (body.items as { id: string }[]).filter(({ id }) => id.startsWith("ss_")),
        [],
      );
      const [first] = listed;
      assert.equal((await console.send("DELETE", `/sessions/${first?.id}`)).status, 204);
      assert.equal((await console.send("DELETE", `/sessions/${first?.id}`)).status, 404);
      assert.equal((await console.send("DELETE", `/tokens/${listed[1]?.id}`)).status, 400);
      const left = [(await ask(mine)).status, (await ask(other)).status];
      assert.deepEqual(left.toSorted(), [200, 401]);
    });

    it("has no more rights than its token, and is over when that is deleted or ends", async () => {
      const soon = new Date(Date.now() + 3_600_000).toISOString();
      const body = { name: "short", role: "reader", domains: ["example.org"], expiresAt: soon };
      const made = await console.send("POST", "/tokens", { body });
      const mine = await begin(String(made.body.token));
      const asked = await fetch(`${console.app.url}/api/v1/throughput`, { headers: mine });
      assert.equal(asked.status, 403, "the domain of the token limits it, too");
      const [found] = (await sessions()).filter(({ name }) => name === "short");
      assert.ok(Date.parse(found?.expiresAt ?? "") <= Date.parse(soon));
      await console.send("DELETE", `/tokens/${made.body.id}`);
      assert.equal((await ask(mine)).status, 401);
      assert.deepEqual(
        (await sessions()).filter(({ name }) => name === "short"),
        [],
      );
    });

    it("is not for owners of mailboxes", async () => {
      const owner = await console.tokenFor("owner", { mailboxIds: ["mb_fleet00001"] });
      const answer = await fetch(`${console.app.url}/admin/session`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ token: owner }),
      });
      assert.equal(answer.status, 403);
    });
  });
});

describe("a console without the administrator's page", () => {
  it("says so in one sentence, with what to do", async () => {
    const console = await startConsoleUnderTest({});
    try {
      const answer = await fetch(`${console.app.url}/admin/`);
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), /was started without it: build it with <code>npm run page<\/code>/);
    } finally {
      await console.stop();
    }
  });
});
