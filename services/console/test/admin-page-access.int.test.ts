import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { axeViolations, startChromium } from "@mailfleet/local/testing";
import { readPageFiles } from "../admin-page/page-files.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { fleetDoubles } from "./fleet-doubles.ts";

type Browser = Awaited<ReturnType<typeof startChromium>>;

/** Places of the page, each with words that are there when it is drawn. */
const places = [
  ["", "Messages per minute"],
  ["mailboxes?sort=-createdAt", "box-00099@example.org"],
  ["mailboxes/mb_fleet00001", "What happened"],
  ["incidents", "I look after it"],
  ["mail?subject=offer", "1 message found"],
  ["people", "What it did"],
  ["import", "Look at it first"],
  ["profiles/pf_sample01", "lower bound between two polls"],
] as const;

describe("the administrator's page for everybody", () => {
  let console: ConsoleUnderTest;
  let browser: Browser;
  let token: string;
  before(async () => {
    const pageFiles = await readPageFiles(join(import.meta.dirname, "../dist"));
    const { handlers } = fleetDoubles(100);
    // Only its name is seen here.
    const openId = { name: "Example" } as never;
    [console, browser] = await Promise.all([startConsoleUnderTest(handlers, { pageFiles, openId }), startChromium()]);
    token = await console.tokenFor("administrator");
  });
  after(async () => {
    await browser?.close();
    await console?.stop();
  });

  for (const [name, options] of [
    ["on a wide screen", {}],
    ["on a phone in the dark", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }],
  ] as const)
    it(`axe finds nothing ${name}, and nothing sticks out at the side`, async () => {
      const page = await (await browser.newContext({ bypassCSP: true, ...options })).newPage();
      await page.goto(`${console.app.url}/admin/`);
      await page.getByRole("link", { name: "Sign in with Example" }).waitFor();
      assert.deepEqual(await axeViolations(page), []);
      await page.getByLabel("Token of the API").fill(token);
      await page.getByRole("button", { name: "Sign in" }).click();
      for (const [path, shown] of places) {
        await page.getByText("Sign out").waitFor();
        await page.goto(`${console.app.url}/admin/${path}`);
        await page.getByText(shown).first().waitFor();
        // A form of forty fields is the same on a phone, and axe takes its time.
        if (!(path.startsWith("profiles") && "viewport" in options))
          assert.deepEqual(await axeViolations(page), [], `/admin/${path}`);
        const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert.equal(await page.evaluate(overflow), 0, `/admin/${path}`);
      }
    });
});
