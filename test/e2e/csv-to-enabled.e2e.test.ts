import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { AuditEntry, Job, Mailbox, Token } from "@mailfleet/contracts";
import { eventually, startChromium, tempDir } from "@mailfleet/local/testing";
import { type FleetWorld, shortWaits, startWorld } from "../world/fleet-world.ts";

/**
 * `MAILFLEET_CSV_TRIAL_MAILBOXES=1000 node --test test/e2e/csv-to-enabled.e2e.test.ts` takes as many mailboxes each way, and prints
 * how long each step took.
 */
const size = Number(process.env.MAILFLEET_CSV_TRIAL_MAILBOXES ?? 10);
const patienceMs = 60_000 + size * 1000;
const password = "pass-of-the-csv";
const program = fileURLToPath(new URL("../../packages/cli/bin/mailfleet.mjs", import.meta.url));

/** Nobody here may do what another does; the importer is an administrator for the import alone. */
const people = {
  importer: { role: "administrator", only: ["page.open", "mailbox.import", "mailbox.list", "job.get", "job.list"] },
  approver: { role: "approver" },
  operator: { role: "operator" },
} as const;
type Person = keyof typeof people;

// At the same time where nothing is measured.
describe(`${size} mailboxes from a CSV to enabled, each step by another person`, { concurrency: size < 100 }, () => {
  let world: FleetWorld;
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let folder: Awaited<ReturnType<typeof tempDir>>;
  const tokens = new Map<Person, { secret: string; file: string }>();

  before(async () => {
    folder = await tempDir("csv");
    [world, browser] = await Promise.all([startWorld(), startChromium()]);
    // A thousand polls every half second would be another test.
    await world.api.patch("/settings", { retryPolicy: { ...shortWaits, pollMs: 300_000, testDeadlineMs: 600_000 } });
    await world.sandboxProfile();
    for (const [name, given] of Object.entries(people)) {
      const { token: secret = "" } = await world.api.post<Token>("/tokens", { name, ...given });
      const file = join(folder.path, `${name}-token`);
      await writeFile(file, secret, { mode: 0o600 });
      tokens.set(name as Person, { secret, file });
    }
  });
  after(async () => {
    await browser?.close();
    await world?.stop();
    await folder?.remove();
  });

  /** As many mailboxes of this domain, which have accounts, and one line that is wrong. */
  const csvOf = (domain: string) => {
    const addresses = Array.from({ length: size }, (_, n) => `box-${String(n).padStart(5, "0")}@${domain}`);
    for (const address of addresses) world.sandbox.addAccount(address, password);
    const lines = addresses.map((address) => `${address};queue;Sandbox;server-side;server-side;${password}`);
    const heading = "address;kind;profile;inbound;outbound;password";
    return [heading, ...lines, `nobody.${domain};queue;Sandbox;;;`, ""].join("\r\n");
  };

  /** Every page of a list. */
  const all = async <Item>(path: string): Promise<Item[]> => {
    const items: Item[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const cursor = next && `&cursor=${encodeURIComponent(next)}`;
      const page: { items: Item[]; next: string | null } = await world.api.get(`${path}${cursor}`);
      items.push(...page.items);
      next = page.next;
    }
    return items;
  };

  /** All of them are enabled, and the audit has each step of each mailbox once, with who took it. */
  const holdsFor = async (domain: string, jobs: Readonly<Record<Person, string>>) => {
    const found = await eventually(
      async () => {
        const running = await all<Mailbox>(`/mailboxes?search=@${domain}&lifecycle=enabled.running&limit=500`);
        return running.length === size && running;
      },
      { timeoutMs: patienceMs, everyMs: 500, what: `${size} enabled mailboxes of ${domain}` },
    );
    const addresses = found.map(({ address }) => address).toSorted();
    const steps = { importer: "mailbox.create", approver: "mailbox.approve", operator: "mailbox.test-and-enable" };
    for (const [person, operation] of Object.entries(steps)) {
      const query = `by=${person}&operation=${operation}&outcome=accepted&limit=500`;
      const seen = await eventually(
        async () => {
          const entries = await all<AuditEntry>(`/audit?${query}`);
          const mine = entries.flatMap(({ object: { label = "" } }) => (label.endsWith(`@${domain}`) ? [label] : []));
          return mine.length >= size && mine.toSorted();
        },
        { timeoutMs: patienceMs, everyMs: 500, what: `${size} times ${operation} by ${person} in the audit` },
      );
      assert.deepEqual(seen, addresses, operation);
      const job = await world.api.get<Job>(`/jobs/${jobs[person as Person]}`);
      assert.deepEqual([job.by, job.state, job.done, job.total - job.failed], [person, "done", job.total, size]);
    }
    for (const { approval } of found) assert.equal(approval.by, "approver");
  };

  const timed = async <Answer>(t: TestContext, what: string, work: () => Promise<Answer>): Promise<Answer> => {
    const from = performance.now();
    const answer = await work();
    const seconds = (performance.now() - from) / 1000;
    t.diagnostic(`${what}: ${seconds.toFixed(1)} s, ${(size / seconds).toFixed(0)} mailboxes a second`);
    return answer;
  };

  it("by the command line", async (t) => {
    const domain = "cli.test";
    const file = join(folder.path, "mailboxes.csv");
    await writeFile(file, csvOf(domain), { mode: 0o600 });
    const mailfleet = (person: Person, ...args: string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const own = ["--url", world.stack.consoleUrl, "--token-file", tokens.get(person)?.file ?? ""];
        execFile(process.execPath, [program, ...own, ...args], { maxBuffer: 1e8 }, (error, out, err) =>
          resolve({ code: Number(error?.code ?? 0), out, err }),
        );
      });
    const jobOf = ({ out }: { out: string }) => JSON.parse(out) as Job;
    const these = ["--search", `@${domain}`];

    const tried = await mailfleet("importer", "mailbox", "import", file, "--dry-run");
    assert.equal(tried.code, 1);
    assert.match(tried.out, new RegExp(`${size} of ${size + 1} would be done, 1 refused`));
    assert.deepEqual(await all(`/mailboxes?search=@${domain}`), [], "nothing is made before it is asked for");
    const imported = await timed(t, "imported", () => mailfleet("importer", "--json", "mailbox", "import", file));
    assert.equal(imported.code, 1, "one line was refused");
    const { id, total, results } = jobOf(imported);
    const wrong = results.filter(({ ok }) => !ok).map(({ line, problem }) => [line, problem?.code]);
    assert.deepEqual([total, wrong], [size + 1, [[size + 2, "INVALID"]]]);

    for (const person of ["importer", "operator"] as const) {
      const refused = await mailfleet(person, "mailbox", "approve", `box-00000@${domain}`);
      assert.equal(refused.code, 1);
      assert.match(refused.err, new RegExp(`The token "${person}" .* may not do mailbox\\.approve`));
    }
    const approve = ["--json", "mailbox", "approve", "--status", "pendingApproval", ...these];
    const approved = await timed(t, "approved", () => mailfleet("approver", ...approve));
    assert.deepEqual([approved.code, jobOf(approved).done], [0, size], approved.err);

    const { enabled, watched } = await timed(t, "tested and enabled", async () => {
      const given = ["--json", "mailbox", "test-and-enable", "--status", "approved", ...these];
      const begun = await mailfleet("operator", ...given);
      assert.equal(begun.code, 0, begun.err);
      return { enabled: jobOf(begun), watched: await mailfleet("operator", "jobs", "watch", jobOf(begun).id) };
    });
    assert.equal(watched.code, 0, watched.err);
    const passed = watched.out.match(/^box-\S+ {2}inbound ok; outbound ok$/gm) ?? [];
    assert.equal(new Set(passed).size, size, "each test is told as it passes");
    await holdsFor(domain, { importer: id, approver: jobOf(approved).id, operator: enabled.id });

    const refusals = await eventually(
      async () => {
        const entries = await all<AuditEntry>("/audit?operation=mailbox.approve&outcome=refused&limit=500");
        return entries.length >= 2 && entries.map(({ by, code }) => [by.name, code]).toSorted();
      },
      { timeoutMs: patienceMs, what: "who may not approve, in the audit" },
    );
    assert.deepEqual(refusals, [
      ["importer", "FORBIDDEN"],
      ["operator", "FORBIDDEN"],
    ]);
    const made = await all<AuditEntry>("/audit?operation=mailbox.create&limit=500");
    assert.ok(!JSON.stringify(made).includes(password));
    const again = await mailfleet("importer", "--json", "mailbox", "import", file, "--dry-run");
    const codes = new Set(jobOf(again).results.map(({ problem }) => problem?.code));
    assert.deepEqual(codes, new Set(["ALREADY_EXISTS", "INVALID"]), "the same file makes nothing twice");
  });

  it("by the page, in a browser", async (t) => {
    const domain = "page.test";
    const open = async (person: Person) => {
      const page = await (await browser.newContext()).newPage();
      page.setDefaultTimeout(patienceMs);
      await page.goto(`${world.stack.consoleUrl}/admin/`);
      await page.getByLabel("Token of the API").fill(tokens.get(person)?.secret ?? "");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("navigation").getByRole("link", { name: "Mailboxes" }).click();
      return page;
    };
    type Page = Awaited<ReturnType<typeof open>>;
    const jobAt = async (page: Page, title: string) => {
      await page.getByRole("heading", { name: title }).waitFor();
      return new URL(page.url()).pathname.split("/").at(-1) ?? "";
    };
    /** Gives a command to all that the filters find, and waits for this word at the job. */
    const forAll = async (page: Page, state: string, { verb, over }: { verb: string; over: string }) => {
      await page.goto(`${world.stack.consoleUrl}/admin/mailboxes?lifecycle=${state}&search=@${domain}`);
      await page.getByLabel("Command for many …").selectOption({ label: verb });
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("heading", { name: `${verb}: ${size.toLocaleString("en")} mailboxes?` }).waitFor();
      await dialog.getByRole("button", { name: verb }).click();
      const id = await jobAt(page, `${verb}: ${size.toLocaleString("en")} mailboxes`);
      await page.getByRole("status").getByText(over).first().waitFor();
      return id;
    };
    const n = size.toLocaleString("en");
    const lines = (size + 1).toLocaleString("en");

    const [importer, approver, operator] = [await open("importer"), await open("approver"), await open("operator")];
    await importer.getByRole("link", { name: "Import mailboxes from a CSV" }).click();
    const buffer = Buffer.from(csvOf(domain));
    await importer.getByLabel("CSV file").setInputFiles({ name: "mailboxes.csv", mimeType: "text/csv", buffer });
    await importer.getByRole("button", { name: "Look at it first" }).click();
    await importer.getByText(`${n} of ${lines} lines would be done, 1 refused.`).waitFor();
    await importer.getByText(`Line ${size + 2}: address`).waitFor();
    const made = await timed(t, "imported", async () => {
      await importer.getByRole("button", { name: `Import ${n} mailboxes` }).click();
      const id = await jobAt(importer, `Import: ${lines} mailboxes`);
      await importer.getByText(`${lines} of ${lines} given, 1 refused`).waitFor();
      return id;
    });
    assert.equal(await approver.getByRole("link", { name: "Import mailboxes from a CSV" }).count(), 0);
    const approved = await timed(t, "approved", () =>
      forAll(approver, "pendingApproval", { verb: "Approve", over: `${n} of ${n} given, 0 refused` }),
    );
    const tests = (size * 2).toLocaleString("en");
    const enabled = await timed(t, "tested and enabled", () =>
      forAll(operator, "approved", {
        verb: "Test and enable",
        over: `tests: ${tests} passed, 0 failed, 0 running`,
      }),
    );
    await holdsFor(domain, { importer: made, approver: approved, operator: enabled });
  });
});
