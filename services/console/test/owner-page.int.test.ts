import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Mailbox } from "@mailfleet/contracts";
import { type OAuthDouble, startOAuthDouble } from "@mailfleet/local/doubles";
import { axeViolations, startChromium } from "@mailfleet/local/testing";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { signInProfileSample } from "./samples.ts";
import { goodCode, type SignInDoubles, signInDoubles } from "./sign-in-doubles.ts";

type Browser = Awaited<ReturnType<typeof startChromium>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

/** The mailbox after a test of both directions that ended at this time. */
function tested(mailbox: Mailbox, at: number): Mailbox {
  const step = (name: "connect" | "authenticate", detail: string) =>
    ({ step: name, outcome: "ok", ms: 4, detail }) as const;
  const steps = [step("connect", "192.0.2.7:993"), step("authenticate", "OAUTHBEARER")];
  const { inbound, outbound, act } = mailbox.directions;
  const lastTest = { at, outcome: "ok" as const, steps };
  return {
    ...mailbox,
    v: mailbox.v + 2,
    directions: { inbound: { ...inbound, lastTest }, outbound: { ...outbound, lastTest }, act },
  };
}

/** Stand-ins that send the browser to the OAuth double, which sends it back. */
async function given(): Promise<{ oauth: OAuthDouble; doubles: SignInDoubles; console: ConsoleUnderTest }> {
  const oauth = await startOAuthDouble();
  const doubles = signInDoubles();
  for (const account of [doubles.mailbox.address, "bob@example.org"]) oauth.addAccount(account);
  const { authorization, issuer, token } = oauth.endpoints;
  const samples = signInProfileSample.oauth;
  assert.ok(samples);
  doubles.profile = { ...signInProfileSample, oauth: { ...samples, endpoints: { issuer, authorization, token } } };
  const { "config.consent.begin": begin, "config.consent.take": take } = doubles.handlers;
  assert.ok(begin && take);
  let clientId = "";
  const console = await startConsoleUnderTest({
    ...doubles.handlers,
    "config.consent.begin": async (input, context) => {
      const query = new URLSearchParams({
        ...{ response_type: "code", client_id: clientId, redirect_uri: input.redirectUri ?? "", scope: "openid email" },
        ...{ code_challenge: input.challenge ?? "", code_challenge_method: "S256", prompt: "consent" },
      });
      return { ...(await begin(input, context)), authorizationUrl: `${authorization}?${query}` };
    },
    "config.consent.take": ({ issuer: _, ...input }, context) => take(input, context),
  });
  clientId = oauth.addClient({ redirectUris: [`${console.app.url}/oauth/callback`] }).clientId;
  return { oauth, doubles, console };
}

/** What the tests read of an element: they run in the browser, which this project has no types of. */
interface Shown {
  readonly textContent: string | null;
  readonly outerHTML: string;
  getBoundingClientRect(): { readonly width: number; readonly height: number };
}

/** Every control has a name that a screen reader says, and is large enough for a finger (WCAG 2.2, 4.1.2 and 2.5.8). */
async function assertUsable(page: Page, language = "en"): Promise<void> {
  const controls = await page.locator("button, a[href], select, input:not([type=hidden]), summary").all();
  assert.ok(controls.length > 0);
  for (const control of controls) {
    const { name, size } = await control.evaluate((element: Shown & { labels?: readonly Shown[] }) => {
      const shown = element.labels?.[0] ?? element;
      const { width, height } = shown.getBoundingClientRect();
      return { name: shown.textContent?.trim(), size: Math.min(width, height) };
    });
    assert.ok(name, await control.evaluate((element: Shown) => element.outerHTML));
    assert.ok(size >= 24, `${name} is ${size} px`);
  }
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  assert.equal(overflow, 0, "nothing sticks out at the side");
  assert.equal(await page.locator("h1").count(), 1);
  assert.equal(await page.locator("html").getAttribute("lang"), language);
}

/** Moves the focus on with the keyboard until the control of this name has it. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let count = 0; count < 20; count++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate<string | undefined>("document.activeElement?.textContent?.trim()")) === name) return;
  }
  assert.fail(`the keyboard does not reach ${name}`);
}

for (const [device, viewport] of [
  ["wide", { width: 1280, height: 800 }],
  ["on a phone", { width: 390, height: 844 }],
] as const)
  describe(`the owner's page in Chromium, ${device}`, () => {
    let world: Awaited<ReturnType<typeof given>>;
    let browser: Browser;
    let page: Page;
    const errors: string[] = [];
    before(async () => {
      browser = await startChromium();
      world = await given();
      page = await browser.newPage({ viewport });
      page.on("console", (message) => {
        const ours = message.location().url.startsWith(world.console.app.url);
        if (message.type() === "error" && ours) errors.push(message.text());
      });
      page.on("pageerror", (error) => errors.push(String(error)));
    });
    after(async () => {
      await browser?.close();
      await world?.console.stop();
      await world?.oauth.stop();
    });

    it("is reached by signing in at the provider, and can be loaded again", async () => {
      await page.goto(`${world.console.app.url}/sign-in/${world.doubles.mailbox.id}`);
      await assertUsable(page);
      await page.getByRole("button", { name: "Sign in at Google" }).click();
      await page.locator("select").selectOption(world.doubles.mailbox.address);
      await page.getByRole("button", { name: "Allow" }).click();
      await page.getByRole("status").getByText("You signed in as").waitFor();
      assert.equal(new URL(page.url()).pathname, "/my-mailbox");
      await page.reload();
      await page.getByRole("heading", { name: world.doubles.mailbox.address }).waitFor();
      assert.equal(await page.getByRole("status").count(), 0);
      await assertUsable(page);
    });

    it("tests with the keyboard alone, follows the test to its end and shows its steps", async () => {
      await tabTo(page, "Test and enable");
      await page.keyboard.press("Enter");
      await page.getByRole("status").getByText("is being tested").waitFor();
      await assertUsable(page);
      world.doubles.mailbox = tested(world.doubles.mailbox, 2000);
      await page.getByRole("status").getByText("The test has passed").waitFor({ timeout: 15_000 });
      await tabTo(page, "Steps of the last test");
      await page.keyboard.press("Enter");
      await page.getByText("✓ Sign in, done after 4 ms: OAUTHBEARER").first().waitFor();
      await assertUsable(page);
    });

    it("is for everybody: axe finds nothing, on the wide screen in the light, on the phone in the dark", async () => {
      const { cookies } = await page.context().storageState();
      const colorScheme = device === "wide" ? "light" : "dark";
      const storageState = { cookies, origins: [] };
      const seen = await (await browser.newContext({ bypassCSP: true, colorScheme, storageState, viewport })).newPage();
      for (const path of [
        "/my-mailbox",
        "/my-mailbox/mail",
        `/sign-in/${world.doubles.mailbox.id}`,
        "/sign-in/mb_nobody01",
        "/",
      ]) {
        await seen.goto(`${world.console.app.url}${path}`);
        assert.deepEqual(await axeViolations(seen), [], path);
      }
      await seen.context().close();
    });

    // The narrow one is where longer words break something.
    if (device === "on a phone")
      it("speaks the language of the browser", async () => {
        const storageState = { cookies: (await page.context().storageState()).cookies, origins: [] };
        const languages = [
          { locale: "de-DE", button: "Testen und aktivieren", door: "Hier läuft Mailfleet" },
          { locale: "it-IT", button: "Prova e attiva", door: "Qui è in funzione Mailfleet" },
          { locale: "ja-JP", button: "テストして有効にする", door: "ここでは Mailfleet が動いています" },
        ];
        for (const { locale, button, door } of languages) {
          const seen = await (await browser.newContext({ locale, storageState, viewport })).newPage();
          await seen.goto(`${world.console.app.url}/my-mailbox`);
          await seen.getByRole("button", { name: button, exact: true }).waitFor();
          await assertUsable(seen, locale.slice(0, 2));
          await seen.goto(world.console.app.url);
          await seen.getByRole("heading", { name: door }).waitFor();
          await seen.context().close();
        }
      });

    it("finds the mail of the mailbox, and no other, with what happened to it", async () => {
      await page.getByRole("link", { name: "Find a mail" }).click();
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("status").getByText("Fill in at least one field.").waitFor();
      await page.getByLabel("Sender").fill("ann@example.org");
      await page.keyboard.press("Enter");
      await page.getByRole("status").getByText("Messages found: 2").waitFor();
      const url = new URL(page.url());
      assert.equal(`${url.pathname}${url.search}`, "/my-mailbox/mail", "what is searched stands in no address");
      assert.equal(await page.getByLabel("Sender").inputValue(), "ann@example.org");
      assert.deepEqual(await page.locator("li.mail .state").allTextContents(), ["Received", "Sent"]);
      await page.getByText("What happened to it").last().click();
      await page.getByText("2023-11-14 22:13 UTC: Accepted <i>as asked").waitFor();
      assert.deepEqual(
        world.doubles.searched.map(({ mailboxId, from }) => [mailboxId, from]),
        Array(2).fill([world.doubles.mailbox.id, "ann@example.org"]),
      );
      await assertUsable(page);
      await page.getByRole("link", { name: "To your mailbox" }).click();
      await page.getByRole("heading", { name: world.doubles.mailbox.address }).waitFor();
    });

    it("finds nothing for a form of another site, or for nobody", async () => {
      const post = (cookies: string) =>
        fetch(`${world.console.app.url}/my-mailbox/mail`, {
          method: "POST",
          headers: { cookie: cookies, "content-type": "application/x-www-form-urlencoded" },
          body: "from=ann%40example.org&form=x",
        });
      const { cookies } = await page.context().storageState();
      const own = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
      assert.equal((await post("")).status, 401);
      assert.equal((await post(own)).status, 403);
      assert.equal(world.doubles.searched.length, 2, "nothing was searched");
    });

    it("lets the owner approve the mailbox with a code from its mail, and then test it", async () => {
      const before = world.doubles.mailbox;
      world.doubles.mailbox = { ...before, kind: "user", approval: { ...before.approval, state: "pendingApproval" } };
      await page.reload();
      assert.equal(await page.getByRole("button", { name: "Test and enable" }).count(), 0);
      await assertUsable(page);
      await page.getByRole("button", { name: "Send me a code" }).click();
      await page.getByRole("status").getByText("A code was sent").waitFor();
      await page.getByLabel("Code from the mail").fill("AAAAA-22222");
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("heading", { name: "The code is wrong or no longer good" }).waitFor();
      // Browsers tell developers of every answer that refuses.
      assert.match(errors.splice(0).join(), /^[^,]* 409 \(Conflict\)$/);
      await page.getByLabel("Code from the mail").fill(goodCode);
      await page.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("status").getByText("Your mailbox is approved.").waitFor();
      await page.getByRole("button", { name: "Test and enable" }).waitFor();
      world.doubles.mailbox = { ...before, approval: { ...before.approval, state: "rejected" } };
      await page.reload();
      await page.getByText("An administrator has rejected this mailbox.").waitFor();
      assert.equal(await page.getByRole("button", { name: /Test and enable|Approve/ }).count(), 0);
      world.doubles.mailbox = before;
      await page.reload();
    });

    it("disables the mailbox, with the keyboard alone", async () => {
      await tabTo(page, "Disable the mailbox");
      const before = world.doubles.mailbox;
      world.doubles.mailbox = { ...before, wanted: false };
      await page.keyboard.press("Enter");
      await page.getByRole("status").getByText("Your mailbox is disabled").waitFor();
      assert.equal(world.doubles.disabled.at(-1)?.id, before.id);
      assert.equal(await page.getByRole("button", { name: "Disable the mailbox" }).count(), 0);
      await assertUsable(page);
      world.doubles.mailbox = before;
    });

    it("saves what is changed, also after the test", async () => {
      await page.getByLabel("Send mail from this mailbox").uncheck();
      await page.getByLabel("Kind of connection").selectOption("Sample");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("status").getByText("Your settings are saved").waitFor();
      assert.deepEqual(world.doubles.updated.at(-1)?.change, {
        profileId: "pf_sample01",
        deliveryMethods: { inbound: "server-side", outbound: "none", act: "none" },
      });
    });

    it("is left, and is closed then; nothing of all this made the browser complain", async () => {
      await page.getByRole("button", { name: "Leave this page" }).click();
      await page.getByRole("heading", { name: "Good-bye" }).waitFor();
      assert.deepEqual(errors, []);
      await page.goto(`${world.console.app.url}/my-mailbox`);
      await page.getByRole("heading", { name: "You are not signed in" }).waitFor();
      await page.goto(world.console.app.url);
      await page.getByRole("heading", { name: "Mailfleet runs here" }).waitFor();
      await assertUsable(page);
    });
  });
