import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { startChromium } from "@mailfleet/local/testing";
import type { FleetDoubles } from "./fleet-doubles.ts";

type Browser = Awaited<ReturnType<typeof startChromium>>;

/** The pictures of docs/first-day.md, in the order of the day, small enough to live in the repository. */
export async function takeFirstDayPictures(
  { browser, url, token, fleet }: { browser: Browser; url: string; token: string; fleet: FleetDoubles },
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < 24; n += 1) fleet.move(`mb_fleet${String(n).padStart(5, "0")}`, "pendingApproval", "off");
  const page = await browser.newPage({ viewport: { width: 1180, height: 780 }, timezoneId: "UTC", locale: "en" });
  const take = (name: string, height = 620) =>
    page.screenshot({ path: join(folder, `${name}.png`), clip: { x: 0, y: 0, width: 1180, height } });
  const visit = (path: string) => page.goto(`${url}/admin/${path}`);

  await visit("");
  await page.getByLabel("Token of the API").fill(token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Sign out").waitFor();

  await visit("profiles/pf_sample01");
  await page.getByRole("button", { name: "Test connection" }).click();
  await page.getByText("ECONNREFUSED").waitFor();
  await take("profile", 470);

  await visit("import");
  const csv =
    "address;kind;owner\nann@example.org;user;ann@example.org\nsales@example.org;queue;\nbob.example.org;user;\n";
  const file = { name: "mailboxes.csv", mimeType: "text/csv", buffer: Buffer.from(csv) };
  await page.getByLabel("CSV file").setInputFiles(file);
  await page.getByRole("button", { name: "Look at it first" }).click();
  await page.getByRole("button", { name: "Import 2 mailboxes" }).waitFor();
  await take("import");

  await visit("mailboxes?lifecycle=pendingApproval");
  await page.getByText("24 mailboxes").waitFor();
  for (const n of ["1", "2", "3"]) await page.getByLabel(`Mark box-0000${n}@example.org`).check();
  await page.getByLabel("Command for many …").selectOption("approve");
  await page.getByRole("dialog").waitFor();
  await take("approve", 440);

  await page.getByRole("dialog").getByRole("button", { name: "Approve" }).click();
  await page.getByText("3 of 3 given").waitFor();
  await take("job", 480);

  await visit("");
  await page.getByText("What is wrong now").waitFor();
  await page.getByText("Check that the mail server is running.").waitFor();
  await page.getByRole("slider").first().waitFor();
  await take("fleet", 780);

  await visit("people?by=ben");
  await page.getByText("50 entries").waitFor();
  await page.getByRole("heading", { name: "What was done" }).evaluate((heading) => heading.scrollIntoView());
  await take("people", 470);
}
