import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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
    page = await browser.newPage({ timezoneId: "UTC" });
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

  it("shows the columns that were chosen, and remembers them", async () => {
    const heads = () => page.getByRole("columnheader").allTextContents();
    assert.deepEqual(await heads(), ["Address", "State", "Receiving", "Sending", "Profile"]);
    await page.getByText("Columns", { exact: true }).click();
    await page.getByRole("checkbox", { name: "Kind", exact: true }).check();
    await page.getByRole("checkbox", { name: "Sending", exact: true }).uncheck();
    await page.reload();
    await page.getByText("box-00001@example.org").waitFor();
    assert.deepEqual(await heads(), ["Address", "State", "Receiving", "Profile", "Kind"]);
    await page.getByRole("row").filter({ hasText: "box-00001@example.org" }).getByText("shared").waitFor();
  });

  it("keeps a view under a name, which its link shows to others, too", async () => {
    await page.getByRole("search").getByLabel("State").selectOption("disabled.failed");
    await page.getByRole("search").getByLabel("Order").selectOption("newest first");
    await page.getByText("box-00299@example.org").waitFor();
    await page.getByRole("button", { name: "Keep this view" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Broken of late");
    await page.getByRole("dialog").getByRole("button", { name: "Keep this view" }).click();
    await page.getByRole("status").getByText("The view Broken of late is kept in this browser.").waitFor();
    const link = page.url();
    assert.equal(new URL(link).search, "?lifecycle=disabled.failed&sort=-createdAt&columns=inbound%2Cprofile%2Ckind");
    await page.getByRole("link", { name: "Show all" }).click();
    await page.getByText("box-00000@example.org").waitFor();
    await page.getByLabel("View").selectOption("Broken of late");
    await page.getByText("box-00299@example.org").waitFor();
    assert.equal(page.url(), link);
    // Another browser that has the link only.
    const state = await page.context().storageState();
    const other = await (await browser.newContext({ storageState: { cookies: state.cookies, origins: [] } })).newPage();
    await other.goto(link);
    await other.getByText("box-00299@example.org").waitFor();
    assert.deepEqual(await other.getByRole("columnheader").allTextContents(), [
      ...["Address", "State", "Receiving", "Profile", "Kind"],
    ]);
    await other.context().close();
    await page.getByRole("button", { name: "Remove this view" }).click();
    await page.getByRole("status").getByText("The view Broken of late is removed.").waitFor();
    assert.equal(await page.getByRole("option", { name: "Broken of late" }).count(), 0);
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
    const notice = page.locator(".said").getByRole("alert");
    await notice.getByText("Sample: failed").waitFor();
    await notice.getByText("What to do: Start the server.").waitFor();
    await page.getByText("ECONNREFUSED").waitFor();
    await page.getByLabel("Minimum polling interval minutes").fill("7");
    await page.getByLabel("Inbound: host").fill("imap.example.org");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").getByText("Sample is saved: ").waitFor();
    const change = { inbound: { host: "imap.example.org" }, minimumPollingIntervalMinutes: 7 };
    assert.equal(fleet.given.at(-1), `profile ${JSON.stringify(change)}`);
  });

  it("shows what a CSV would do, each wrong line with what to do, before anything is imported", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "Mailboxes" }).click();
    await page.getByRole("link", { name: "Import mailboxes from a CSV" }).click();
    const buffer = Buffer.from("address;kind\nann@example.org;user\nbob.example.org;user\n");
    await page.getByLabel("CSV file").setInputFiles({ name: "fleet.csv", mimeType: "text/csv", buffer });
    await page.getByRole("button", { name: "Look at it first" }).click();
    await page.getByText("1 of 2 lines would be done, 1 refused.").waitFor();
    await page.getByText("Line 3: address must be an e-mail address. Correct the line and import it again.").waitFor();
    await page.getByRole("button", { name: "Import 1 mailbox" }).waitFor();
    assert.ok(!fleet.given.some((one) => one.startsWith("job import")));
  });

  it("shows who may do what, what was done and by whom, and exports what the filter finds", async () => {
    await page.getByRole("navigation").getByRole("link", { name: "People and audit" }).click();
    await page.getByRole("button", { name: "New token" }).click();
    const form = page.locator("form").filter({ hasText: "what it may do" });
    await form.locator("[name=name]").fill("approvals of Italy");
    await form.locator("[name=role]").selectOption("approver");
    await form.locator("[name=domains]").fill("example.it");
    await form.getByRole("button", { name: "Save" }).click();
    const secret = await page.locator("code").textContent();
    const mine = { token: secret };
    assert.equal((await console.send("GET", "/mailboxes?limit=1", mine)).status, 200);
    const row = page.getByRole("listitem").filter({ hasText: "approvals of Italy" });
    await row.getByText("domains: example.it").waitFor();
    await row.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("status").getByText("approvals of Italy is deleted.").waitFor();
    await row.waitFor({ state: "detached" });
    assert.equal((await console.send("GET", "/mailboxes?limit=1", mine)).status, 401);
    await page.getByText("The latest 100 entries").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("150 entries").waitFor();
    await page.getByLabel("Who (name or id)").fill("ben");
    await page.getByLabel("Outcome").selectOption({ label: "Refused" });
    await page.getByLabel("From").fill("2026-11-30T11:30");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("10 entries").waitFor();
    await page.getByText('The token "ben" may not do mailbox.approve. (FORBIDDEN)').first().waitFor();
    const saved = async (name: string) => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
      await page.getByRole("status").getByText("10 entries are exported.").waitFor();
      assert.match(file.suggestedFilename(), /^mailfleet-audit-\d{4}-\d\d-\d\d\.(csv|jsonl)$/);
      return (await readFile(await file.path(), "utf8")).trimEnd().split("\n");
    };
    const csv = await saved("Export as CSV");
    assert.equal(csv.length, 11);
    assert.equal(csv[1]?.split(",").slice(1, 5).join(), "ben,tk_ben01,192.0.2.7,mailbox.approve");
    const lines = await saved("Export as JSON Lines");
    assert.deepEqual(new Set(lines.map((line) => JSON.parse(line).by.name)), new Set(["ben"]));
    await page.goto(`${console.app.url}/admin/people`);
    await page.getByLabel("Of what (id, or address of a mailbox)").fill("box-00003@example.org");
    await page.getByRole("button", { name: "Find" }).click();
    await page.getByText("1 entry").waitFor();
    assert.equal(new URL(page.url()).search, "?object=mb_fleet00003");
    await page.getByText("1 change").click();
    await page.getByText("approval.by: – → anna").waitFor();
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
