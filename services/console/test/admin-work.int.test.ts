import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startChromium } from "@mailfleet/local/testing";
import { readPageFiles } from "../admin-page/page-files.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { type FleetDoubles, fleetDoubles } from "./fleet-doubles.ts";

type Browser = Awaited<ReturnType<typeof startChromium>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

describe("the administrator's page for daily work", () => {
  let fleet: FleetDoubles;
  let console: ConsoleUnderTest;
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];
  before(async () => {
    fleet = fleetDoubles(300);
    const pageFiles = await readPageFiles(join(import.meta.dirname, "../dist"));
    [console, browser] = await Promise.all([startConsoleUnderTest(fleet.handlers, { pageFiles }), startChromium()]);
    page = await browser.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(`${console.app.url}/admin/`);
    await page.getByLabel("Token of the API").fill(await console.tokenFor("administrator"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Fleet" }).waitFor();
  });
  after(async () => {
    await browser?.close();
    await console?.stop();
  });

  it("acknowledges and mutes an incident, with a reason, and says what that did", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Incidents" }).click();
    await page.getByRole("button", { name: "I look after it" }).click();
    await page.getByRole("status").getByText("You look after Sample").waitFor();
    await page.getByText("administrator looks after it").waitFor();
    await page.getByRole("button", { name: "Mute" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("moving to new servers");
    await dialog.getByLabel("For how long").selectOption("4");
    await dialog.getByRole("button", { name: "Mute" }).click();
    await page.getByRole("status").getByText("No notice about Sample for 4 hours.").waitFor();
    await page.getByText("muted: moving to new servers").waitFor();
    assert.deepEqual(fleet.given, ["acknowledge", "mute for 4 h"]);
  });

  it("gives a command to the marked mailboxes as a job, after it said which would refuse", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Mailboxes" }).click();
    for (const n of ["1", "2", "3"]) await page.getByLabel(`Mark box-0000${n}@example.org`).check();
    await page.getByRole("status").getByText("3 marked").waitFor();
    await page.getByLabel("Command for many …").selectOption("disable");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { name: "Disable: 2 mailboxes?" }).waitFor();
    await dialog.getByText("box-00002@example.org: The mailbox is busy.").waitFor();
    await dialog.getByRole("button", { name: "Disable" }).click();
    await page.getByRole("heading", { name: "Disable: 3 mailboxes" }).waitFor();
    await page.getByRole("status").getByText("3 of 3 given").waitFor();
    assert.equal(fleet.given.at(-1), "job disable of 3, counted 3");
    await page.getByRole("navigation").getByRole("link", { name: "Jobs" }).click();
    await page.getByRole("link", { name: "Disable: 3 mailboxes" }).waitFor();
  });

  it("reads more of a long list as the reader scrolls, and draws only what is seen", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Mailboxes" }).click();
    await page.getByText("200 read so far").waitFor();
    await page.locator(".rows").evaluate((box: { scrollTop: number }) => {
      box.scrollTop = 100_000;
    });
    await page.getByText("300 mailboxes").waitFor();
    await page.locator(".rows").evaluate((box: { scrollTop: number }) => {
      box.scrollTop = 100_000;
    });
    await page.getByText("box-00299@example.org").waitFor();
    assert.ok((await page.getByRole("row").count()) < 60);
  });

  it("finds a mail and shows what happened to it", async () => {
    await page.getByRole("link", { name: "Find a mail" }).click();
    await page.getByLabel("Subject contains").fill("offer");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByRole("status").getByText("1 message found").waitFor();
    await page.getByText("What happened to it").click();
    await page.getByText("4 kB").waitFor();
    assert.equal(new URL(page.url()).search, "?subject=offer");
  });

  it("tests a profile's connection, and saves what was changed in a form made from the declaration", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Profiles" }).click();
    await page.getByRole("link", { name: "Sample" }).click();
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByRole("status").getByText("Sample: failed").waitFor();
    await page.getByText("ECONNREFUSED").waitFor();
    await page.getByText("Start the server.").waitFor();
    await page.getByLabel("Minimum polling interval minutes").fill("7");
    await page.getByLabel("Inbound: host").fill("imap.example.org");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").getByText("Sample is saved: ").waitFor();
    const change = { inbound: { host: "imap.example.org" }, minimumPollingIntervalMinutes: 7 };
    assert.equal(fleet.given.at(-1), `profile ${JSON.stringify(change)}`);
  });

  it("speaks German, Japanese and Italian, and remembers it", async () => {
    await page.getByRole("link", { name: "Find a mail" }).click();
    const shown = { de: "Nachricht finden", ja: "メールを探す", it: "Trova un messaggio" };
    for (const [language, heading] of Object.entries(shown)) {
      await page.locator(".language select").selectOption(language);
      await page.getByRole("heading", { name: heading }).waitFor();
      assert.equal(await page.locator("html").getAttribute("lang"), language);
    }
    await page.reload();
    await page.getByRole("heading", { name: shown.it }).waitFor();
    assert.deepEqual(errors, []);
  });
});
