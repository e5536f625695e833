/**
 * `npm run screenshots [-- <folder>]`: a picture of each place of the administrator's page, wide, and on a phone in the dark, and those of
 * docs/first-day.md in `first-day`; `-- --docs` renews the ones there.
 */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { startChromium } from "@mailfleet/local/testing";
import { readPageFiles } from "../admin-page/page-files.ts";
import { startConsoleUnderTest } from "./console-under-test.ts";
import { takeFirstDayPictures } from "./first-day-pictures.ts";
import { fleetDoubles } from "./fleet-doubles.ts";

const places = {
  fleet: ["", "Messages per minute"],
  mailboxes: ["mailboxes", "box-00001@example.org"],
  view: ["mailboxes?lifecycle=disabled.failed&sort=-createdAt&columns=profile,kind", "Keep this view"],
  mailbox: ["mailboxes/mb_fleet00001", "What happened"],
  incidents: ["incidents", "The server refuses connections"],
  jobs: ["jobs", "no jobs yet"],
  profile: ["profiles/pf_sample01", "lower bound between two polls"],
  people: ["people", "The latest 100 entries"],
  mail: ["mail?subject=offer", "1 message found"],
} as const;
const devices = {
  wide: { viewport: { width: 1280, height: 860 } },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
} as const;

const forDocs = process.argv[2] === "--docs";
const folder = resolve(forDocs ? "docs" : (process.argv[2] ?? ".local/screenshots"));
await mkdir(folder, { recursive: true });
const pageFiles = await readPageFiles(join(import.meta.dirname, "../dist"));
const fleet = fleetDoubles(500);
const console_ = await startConsoleUnderTest(fleet.handlers, { pageFiles });
const browser = await startChromium();
try {
  const token = await console_.tokenFor("administrator");
  for (const [device, options] of Object.entries(forDocs ? {} : devices)) {
    const page = await browser.newPage(options);
    await page.goto(`${console_.app.url}/admin/`);
    await page.getByLabel("Token of the API").waitFor();
    await page.screenshot({ path: join(folder, `sign-in-${device}.png`) });
    await page.getByLabel("Token of the API").fill(token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Sign out").waitFor();
    for (const [name, [path, shown]] of Object.entries(places)) {
      await page.goto(`${console_.app.url}/admin/${path}`);
      await page.getByText(shown).first().waitFor();
      await page.screenshot({ path: join(folder, `${name}-${device}.png`), fullPage: true });
    }
  }
  await takeFirstDayPictures({ browser, url: console_.app.url, token, fleet }, join(folder, "first-day"));
  console.log(`pictures are in ${folder}`);
} finally {
  await browser.close();
  await console_.stop();
}
