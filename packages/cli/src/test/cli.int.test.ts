import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

const direction = {
  configured: true,
  state: "idle",
  enabled: false,
  verdict: "NotRun",
  generation: 1,
  lastTest: null,
  attempt: 0,
  attemptsLeft: 10,
  lastError: null,
  next: null,
  activity: null,
  nextRunAt: null,
};
const mailbox = {
  id: "mb_sales01",
  v: 7,
  address: "sales@example.org",
  kind: "queue",
  profileId: "pf_main01",
  lifecycle: "approved",
  active: true,
  approval: { state: "approved" },
  credentials: null,
  directions: { inbound: direction, outbound: direction, act: { ...direction, configured: false, state: "off" } },
  unavailable: [],
};
const tested = (outcome: "ok" | "failed") => ({
  ...mailbox,
  lifecycle: outcome === "ok" ? "enabled.running" : "disabled.failed",
  directions: Object.fromEntries(
    ["inbound", "outbound", "act"].map((name) => [
      name,
      {
        ...direction,
        configured: name !== "act",
        state: outcome === "ok" ? "enabled.running" : "failed.final",
        verdict: outcome === "ok" ? "Success" : "Failure",
        lastTest: {
          at: "2026-01-31T08:00:00.000Z",
          outcome,
          steps: [
            { step: "connect", outcome: "ok", ms: 3 },
            { step: "authenticate", outcome, ms: 9 },
          ],
        },
        lastError:
          outcome === "ok"
            ? null
            : {
                code: "AUTHENTICATION_REJECTED",
                text: "The server rejects it.",
                remedy: "Set them.",
                evidence: { reply: "NO \u001b[31mwrong" },
              },
      },
    ]),
  ),
});

describe("the mailfleet command", () => {
  let api: ApiDouble;
  before(async () => {
    api = await startApiDouble();
  });
  after(() => api?.stop());
  const mailfleet = (args: string, options?: Parameters<typeof run>[2]) => run(api.url, args.split(" "), options);

  it("prints tables, and JSON with --json in any place", async () => {
    api.on("GET /mailboxes", { body: { items: [mailbox], next: null } });
    const { code, out } = await mailfleet("mailbox list --status disabled");
    assert.equal(code, 0);
    assert.match(out, /^ID +ADDRESS +KIND +STATE/);
    assert.match(out, /mb_sales01 +sales@example.org +queue +approved/);
    assert.equal(api.seen.at(-1)?.query.get("lifecycle"), "disabled");
    assert.equal(api.seen.at(-1)?.headers.authorization, "Bearer mft_test");
    for (const args of ["--json mailbox list", "mailbox list --json"])
      assert.deepEqual(JSON.parse((await mailfleet(args)).out), [mailbox]);
  });

  it("prints lists and single things in the form that is asked for, all columns, and those that are named", async () => {
    api.on("GET /mailboxes", { body: { items: [mailbox], next: null } });
    api.on("GET /mailboxes/sales%40example.org", { body: mailbox });
    api.on("GET /profiles", { body: { items: [{ id: "pf_main01", name: "Head office" }], next: null } });
    const lines = async (args: string, options?: Parameters<typeof run>[2]) =>
      (await mailfleet(args, options)).out.split("\n");
    assert.deepEqual(await lines("mailbox list -o name"), ["sales@example.org"]);
    assert.deepEqual(JSON.parse((await mailfleet("-o jsonl mailbox list")).out), mailbox);
    assert.deepEqual((await lines("mailbox list -o yaml")).slice(0, 3), [
      "- id: mb_sales01",
      "  v: 7",
      "  address: sales@example.org",
    ]);
    const [heading, row] = await lines("mailbox list -o wide");
    assert.match(heading ?? "", /^ID +ADDRESS +KIND +STATE .* PROFILE /);
    assert.match(row ?? "", / Head office /, "the name, not the id");
    assert.deepEqual(await lines("mailbox list --columns address,approval.state,profileId"), [
      "ADDRESS            APPROVAL STATE  PROFILE",
      "sales@example.org  approved        Head office",
    ]);
    const { code, err } = await mailfleet("mailbox list --columns adress");
    assert.equal(code, 2);
    assert.match(err, /--columns: there is no column adress\. There are id, address/);
    assert.match((await mailfleet("mailbox show sales@example.org")).out, /^profile +Head office \(pf_main01\)$/m);
    assert.deepEqual(await lines("mailbox show sales@example.org -o name"), ["sales@example.org"]);
    assert.equal((await mailfleet("mailbox list -o xml")).code, 2);
  });

  it("gives the shell names while somebody types, and is silent where it knows none", async () => {
    const lookUp = (args: string, env?: Record<string, string>) => mailfleet(`__names ${args}`, env ? { env } : {});
    api.on("GET /profiles", {
      body: {
        items: [
          { id: "pf_1", name: "Head office" },
          { id: "pf_2", name: "Other" },
        ],
        next: null,
      },
    });
    assert.equal((await lookUp("profile head")).out, "Head office");
    api.on("GET /mailboxes", { body: { items: [mailbox], next: null } });
    assert.equal((await lookUp("mailbox sal")).out, "sales@example.org");
    assert.equal(api.seen.at(-1)?.query.get("search"), "sal");
    for (const silent of [await lookUp("nothing"), await lookUp("mailbox s", {}), await lookUp("token t")])
      assert.deepEqual(silent, { code: 0, out: "", err: "" });
    const script = (await mailfleet("completion bash")).out;
    assert.match(script, /test\) offered="[^"]*"; live=mailbox; case "\$before" in --profile\) live=profile ;;/);
    assert.doesNotMatch(script, /offered="[^"]*__names/);
  });

  it("follows cursors to the last page", async () => {
    api.on("GET /alerts", (seen, response) => {
      const first = !seen.query.get("cursor");
      response.writeHead(200, { "content-type": "application/json" });
      response.end(
        JSON.stringify({ items: [{ id: first ? "al_one1" : "al_two2", object: {} }], next: first ? "c" : null }),
      );
    });
    const { out } = await mailfleet("alerts list --json");
    assert.equal(JSON.parse(out).length, 2);
  });

  it("ends with 1 and says what happened, which field, and what to do", async () => {
    api.on("POST /mailboxes", {
      status: 400,
      body: {
        code: "INVALID",
        detail: "long",
        errors: [{ pointer: "/address", reason: "must be an e-mail address" }],
        remedy: "Correct it.",
      },
    });
    const { code, err } = await mailfleet("mailbox create nonsense");
    assert.equal(code, 1);
    assert.match(err, / {2}<address> must be an e-mail address\nCorrect it\./);
  });

  it("ends with 2 for wrong usage, without asking anybody", async () => {
    const before = api.seen.length;
    for (const args of [
      "mailbox",
      "mailbox list --colour red",
      "mailbox test",
      "profile update pf_main01 --inbound-port 0",
    ])
      assert.equal((await mailfleet(args)).code, 2, args);
    assert.equal((await mailfleet("mailbox list", { env: {} })).code, 2);
    assert.equal((await mailfleet("mailbox list --token-file /nonexistent")).code, 2);
    assert.equal(api.seen.length, before);
    assert.equal((await mailfleet("--help")).code, 0);
  });

  it("ends with 3 when nobody is there", async () => {
    const away = await startApiDouble();
    await away.stop();
    const { code, err } = await run(away.url, ["mailbox", "list"]);
    assert.equal(code, 3);
    assert.match(err, /cannot be reached/);
  });

  it("takes passwords from the terminal or standard input only", async () => {
    api.on("PUT /mailboxes/sales%40example.org/credentials", { body: mailbox });
    const args = "mailbox set-credentials sales@example.org --username sales";
    await mailfleet(`${args} --password-stdin`, { input: "from input\n" });
    assert.deepEqual(api.seen.at(-1)?.body, { username: "sales", password: "from input" });
    await mailfleet(args, { secret: "typed" });
    assert.deepEqual(api.seen.at(-1)?.body, { username: "sales", password: "typed" });
    assert.equal((await mailfleet(`${args} --password secret`)).code, 2);
    assert.equal((await mailfleet(args)).code, 2, "an empty password");
  });

  it("approves the address as typed, or as it is shown for an id", async () => {
    api.on("POST /mailboxes/sales%40example.org/approve", { body: mailbox });
    await mailfleet("mailbox approve sales@example.org");
    assert.deepEqual(api.seen.at(-1)?.body, { address: "sales@example.org" });
    api.on("GET /mailboxes/mb_sales01", { body: mailbox });
    api.on("POST /mailboxes/mb_sales01/approve", { body: mailbox });
    await mailfleet("mailbox approve mb_sales01");
    assert.deepEqual(api.seen.at(-1)?.body, { address: "sales@example.org" });
  });

  it("makes a job of several, prints each result, and fails if one failed", async () => {
    const job = { id: "jb_one1", verb: "test", total: 1, done: 1, failed: 0, results: [] };
    api.on("POST /jobs", { status: 202, body: { ...job, state: "running" } });
    const problem = { code: "NOT_POSSIBLE_NOW", detail: "It is not approved.", remedy: "Approve it first." };
    const results = [{ mailboxId: "mb_sales01", address: "sales@example.org", ok: false, problem }];
    api.on("GET /jobs/jb_one1", { body: { ...job, state: "done", failed: 1, results } });
    const { code, out } = await mailfleet("mailbox test --profile pf_main01");
    assert.equal(code, 1);
    assert.match(out, /sales@example\.org +NOT_POSSIBLE_NOW +It is not approved\. +Approve it first\./);
    assert.deepEqual(api.seen.findLast(({ method }) => method === "POST")?.body, {
      verb: "test",
      filter: { profileId: "pf_main01" },
    });
  });

  it("gives any command to many, by name, by the list's filters, all, or by a former job", async () => {
    const job = { id: "jb_one1", verb: "reject", state: "done", total: 0, done: 0, failed: 0, results: [] };
    api.on("POST /jobs", { status: 202, body: job });
    api.on("GET /mailboxes", { body: { items: [mailbox], next: null } });
    for (const [args, asked] of [
      [
        "reject mb_sales01 mb_sales02 --reason no",
        { mailboxIds: ["mb_sales01", "mb_sales02"], input: { reason: "no" } },
      ],
      ["resubmit --status rejected --kind queue", { filter: { lifecycle: "rejected", kind: "queue" } }],
      ["deactivate --all", { filter: {} }],
      ["test --failed-of jb_old1 --direction inbound", { failedOf: "jb_old1", input: { directions: ["inbound"] } }],
      ["apply-defaults --search old --no-test", { filter: { search: "old" }, input: { test: false } }],
      [
        "update --where-profile pf_main01 --profile pf_other1 --name Sales",
        { filter: { profileId: "pf_main01" }, input: { change: { name: "Sales", profileId: "pf_other1" } } },
      ],
      ["delete --status rejected --yes", { filter: { lifecycle: "rejected" }, count: 1 }],
    ] as const) {
      const { code, err } = await mailfleet(`mailbox ${args}`);
      assert.equal(code, 0, err);
      const body = api.seen.findLast(({ method }) => method === "POST")?.body as object | undefined;
      assert.deepEqual(body, { verb: args.split(" ")[0], ...asked });
    }
    const before = api.seen.length;
    for (const args of [
      "disable",
      "disable mb_sales01 --profile pf_main01",
      "update mb_sales01 mb_sales02 --name x --username y --password-stdin",
      "delete --all",
    ])
      assert.equal((await mailfleet(`mailbox ${args}`)).code, 2, args);
    assert.ok(api.seen.slice(before).every(({ method }) => method === "GET"));
  });

  it("follows a job to its last test, in the server's own words, and repeats what failed", async () => {
    const running = {
      mailboxId: "mb_sales01",
      address: "sales@example.org",
      ok: true,
      tests: { inbound: { outcome: "running" } },
    };
    const failed = {
      outcome: "failed",
      code: "AUTHENTICATION_REJECTED",
      text: "It rejects.",
      remedy: "Set.",
      reply: "535 no",
    };
    const job = {
      id: "jb_one1",
      verb: "test",
      input: { directions: ["inbound"] },
      state: "done",
      total: 1,
      done: 1,
      failed: 0,
    };
    let looks = 0;
    api.on("GET /jobs/jb_one1", (_, response) => {
      const results = [looks++ === 0 ? running : { ...running, tests: { inbound: failed } }];
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ...job, results }));
    });
    const { code, out } = await mailfleet("jobs watch jb_one1");
    assert.equal(code, 1);
    assert.match(out, /sales@example\.org {2}inbound running\n/);
    assert.match(
      out,
      /inbound failed\. AUTHENTICATION_REJECTED: It rejects\. The server says: 535 no\ndone: 1 of 1, 1 failed/,
    );
    api.on("POST /jobs", { body: { ...job, id: "jb_two2", done: 0, results: [] } });
    assert.equal((await mailfleet("jobs retry jb_one1")).code, 0);
    assert.deepEqual(api.seen.at(-1)?.body, { verb: "test", input: { directions: ["inbound"] }, failedOf: "jb_one1" });
    api.on("POST /jobs", { body: { ...job, id: "jb_two2", done: 0, results: [] } });
    const removed = await mailfleet("mailbox delete --failed-of jb_one1 --yes");
    assert.equal(removed.code, 0, removed.err);
    assert.deepEqual(api.seen.at(-1)?.body, { verb: "delete", failedOf: "jb_one1", count: 1 }, "a failed test counts");
  });

  it("is told by a CSV which mailboxes are meant, and shows every result of a big job", async () => {
    const csv = '\uFEFFName;Address\r\n"Sales; Europe";sales@example.org\r\n\r\n;gone@example.org\r\n';
    const results = [
      { mailboxId: "mb_sales01", address: "sales@example.org", ok: true },
      {
        mailboxId: "mb_none01",
        address: "gone@example.org",
        ok: false,
        problem: { code: "NOT_FOUND", detail: "None." },
      },
    ];
    const job = { id: "jb_csv2", verb: "disable", state: "done", total: 2, done: 2, failed: 1 };
    // The job shows only some of them.
    api.on("POST /jobs", { status: 202, body: { ...job, results: results.slice(1) } });
    api.on("GET /jobs/jb_csv2/results", { body: { items: results, next: null } });
    const { code, out, err } = await run(api.url, ["mailbox", "disable", "--csv", "-"], { input: csv });
    assert.equal(code, 1, err);
    const asked = api.seen.findLast(({ method }) => method === "POST")?.body;
    assert.deepEqual(asked, { verb: "disable", addresses: ["sales@example.org", "gone@example.org"] });
    assert.match(out, /sales@example\.org +done[\s\S]*gone@example\.org +NOT_FOUND/);
    for (const [input, words] of [
      ["name\nx\n", /no column address/],
      ['address\n"a@example.org\n', /line 2: the quote/],
      ["address,name\n,x\n", /line 2 has no address/],
      ["address\n", /names no mailbox/],
    ] as const) {
      const refused = await run(api.url, ["mailbox", "disable", "--csv", "-"], { input });
      assert.equal(refused.code, 2);
      assert.match(refused.err, words);
    }
  });

  it("imports a CSV and says which lines are wrong", async () => {
    const problem = {
      code: "INVALID",
      detail: "Line 3: owner must be an e-mail address.",
      remedy: "Correct the line.",
    };
    const job = {
      ...{ id: "jb_csv1", verb: "import", state: "done", total: 2, done: 2, failed: 1 },
      results: [
        { mailboxId: "mb_new01", line: 2, address: "a@example.org", ok: true, changes: [] },
        { mailboxId: "mb_new02", line: 3, address: "b@example.org", ok: false, problem },
      ],
    };
    const csv = "address,owner\na@example.org,\nb@example.org,b\n";
    const imports = (args: string[]) => run(api.url, ["mailbox", "import", "-", ...args], { input: csv });
    api.on("POST /mailboxes/import", { status: 202, body: job });
    const { code, out } = await imports([]);
    assert.equal(code, 1);
    assert.match(out, /^MAILBOX .*\nline 3, b@example\.org +INVALID +Line 3: owner must be an e-mail address\./);
    assert.match(out, /1 of 2 done, 1 refused/);
    const { headers, query, body } = api.seen.at(-1) ?? {};
    assert.deepEqual([headers?.["content-type"], query?.get("dryRun"), body], ["text/csv", null, csv]);
    const tried = await imports(["--dry-run", "--update"]);
    assert.match(tried.out, /line 2, a@example\.org +possible/);
    const asked = api.seen.at(-1)?.query;
    assert.deepEqual([asked?.get("dryRun"), asked?.get("update")], ["true", "true"]);
    api.on("GET /jobs/jb_csv1", { body: job });
    assert.match((await mailfleet("jobs retry jb_csv1")).err, /Correct the lines in the file/);
  });

  it("exports mailboxes page by page, as a CSV whose formulas are none", async () => {
    const one = { ...mailbox, name: "=cmd|' /C calc'!A0", owner: { email: "ann@example.org", name: "Lee, Ann" } };
    const methods = { inbound: "server-side", outbound: "none", act: "none" };
    const shown = { ...one, deliveryMethods: methods, allowToUseCredentials: true, deleteAfterProcessing: false };
    api.on("GET /profiles", { body: { items: [{ id: "pf_main01", name: "Main" }], next: null } });
    api.on("GET /mailboxes", ({ query }, response) => {
      const next = query.get("cursor") === null ? "two" : null;
      const address = next ? "a@example.org" : "b@example.org";
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ items: [{ ...shown, address }], next }));
    });
    const { code, out } = await mailfleet("mailbox export --kind queue");
    assert.equal(code, 0);
    const rest = `,'=cmd|' /C calc'!A0,queue,"Lee, Ann",ann@example.org,Main,server-side,none,none,,yes,no`;
    const [heading, a, b] = out.split(/\r?\n/).filter(Boolean);
    assert.equal(
      heading,
      "\uFEFFaddress,name,kind,owner-name,owner,profile,inbound,outbound,act,process-from,allow-to-use-credentials,delete-after-processing",
    );
    assert.deepEqual([a, b], [`a@example.org${rest}`, `b@example.org${rest}`]);
  });

  it("waits no longer for a job that somebody has cancelled", async () => {
    const job = { id: "jb_off1", verb: "disable", total: 2, done: 0, failed: 0, results: [] };
    api.on("POST /jobs", { status: 202, body: { ...job, state: "running" } });
    api.on("GET /jobs/jb_off1", { body: { ...job, state: "cancelled" } });
    const { code, out } = await mailfleet("mailbox disable mb_sales01 mb_sales02 --timeout 5 --json");
    assert.deepEqual([code, JSON.parse(out).state], [0, "cancelled"]);
  });

  it("tries commands for one and for several mailboxes without effect, and makes no job", async () => {
    api.on("POST /mailboxes/mb_sales01/disable", { body: mailbox });
    const problem = { code: "NOT_POSSIBLE_NOW", detail: "It is not approved.", remedy: "Approve it first." };
    const results = [
      { mailboxId: "mb_sales01", ok: true, changes: [{ name: "lifecycle", from: "approved", to: "disabled.byAdmin" }] },
      { mailboxId: "mb_sales02", address: "old@example.org", ok: false, problem },
    ];
    api.on("POST /jobs", {
      body: { id: "jb_dry1", verb: "disable", state: "done", total: 2, done: 2, failed: 1, results },
    });
    const before = api.seen.length;
    assert.equal((await mailfleet("mailbox disable mb_sales01 --dry-run")).code, 0);
    const { code, out } = await mailfleet("mailbox disable mb_sales01 mb_sales02 --dry-run");
    assert.equal(code, 1);
    assert.match(out, /mb_sales01 +possible +lifecycle: approved → disabled\.byAdmin/);
    assert.match(out, /old@example\.org +NOT_POSSIBLE_NOW +- +It is not approved/);
    assert.ok(api.seen.slice(before).every(({ query }) => query.get("dryRun") === "true"));
    assert.equal((await mailfleet("mailbox test mb_sales01 --wait --dry-run")).code, 2);
  });

  it("tests and enables act alone, takes one mailbox over, and shows what act is not yet", async () => {
    api.on("POST /mailboxes/mb_sales01/test-and-enable", { body: mailbox });
    const act = { ...direction, configured: true, state: "enabled.running", verdict: "Success" };
    const body = { ...mailbox, directions: { ...mailbox.directions, act } };
    api.on("GET /mailboxes/mb_sales01", { body });
    api.on("GET /mailboxes", { body: { items: [mailbox, body], next: null } });
    assert.equal((await mailfleet("mailbox test-and-enable mb_sales01 --direction act --take-over")).code, 0);
    assert.deepEqual(api.seen.at(-1)?.body, { directions: ["act"], takeOver: true });
    for (const args of ["mb_sales01 mb_sales02 --take-over", "mb_sales01 mb_sales02 --take-over --wait"])
      assert.equal((await mailfleet(`mailbox test-and-enable ${args}`)).code, 2, "several at once");
    const { out } = await mailfleet("mailbox show mb_sales01");
    assert.match(out, /act +enabled\.running[\s\S]*items +not synchronised yet/);
    const listed = (await mailfleet("mailbox list")).out;
    assert.match(listed, /IN \/ OUT \/ ACT\n.* idle \/ idle\n.* idle \/ idle \/ enabled\.running\n?$/);
  });

  for (const outcome of ["ok", "failed"] as const)
    it(`waits for a test that is ${outcome}, shows each step once, and its exit code says so`, async () => {
      let view: ServerResponse | undefined;
      let asked = false;
      api.on("GET /events", (_, response) => {
        view = response;
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": hello\n\nevent: ready\ndata: {}\n\n");
      });
      api.on("POST /mailboxes/mb_sales01/test-and-enable", (_, response) => {
        asked = true;
        assert.ok(view, "the view is open before the command is given");
        const body = { mailboxId: "mb_sales01", direction: "inbound", purpose: "test", generation: 2, index: 0 };
        const data = { type: "run.step.v1", body: { ...body, step: { step: "connect", outcome: "ok", ms: 3 } } };
        view.write(`id: 1.1\nevent: run.step.v1\ndata: ${JSON.stringify(data)}\n\n`);
        response.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify(mailbox));
      });
      const show = (_: unknown, response: ServerResponse) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(asked ? tested(outcome) : mailbox));
      };
      api.on("GET /mailboxes/mb_sales01", show);
      api.on("GET /mailboxes/sales%40example.org", show);
      const { code, out } = await mailfleet("mailbox test-and-enable sales@example.org --wait");
      assert.equal(code, outcome === "ok" ? 0 : 1);
      assert.equal(out.match(/inbound +connect/g)?.length, 1);
      assert.match(out, /inbound +authenticate/);
      assert.match(out, outcome === "ok" ? /outbound: ok, enabled.running/ : /AUTHENTICATION_REJECTED: .* Set them\./);
      assert.ok(!out.includes("\u001b"), "a server's control characters do not reach the terminal");
      view?.end();
    });

  it("gives up waiting at the deadline", async () => {
    api.on("GET /mailboxes/mb_sales01", { body: mailbox });
    api.on("POST /mailboxes/mb_sales01/test", { status: 202, body: mailbox });
    const { code, err } = await mailfleet("mailbox test mb_sales01 --wait --timeout 1");
    assert.equal(code, 4, "not failed: it goes on");
    assert.match(err, /Some results did not arrive within 1 s/);
  });

  it("sends composed and ready-made mail, and waits for the last word", async () => {
    const send = { id: "sn_one1", to: [], attempts: [], rejectedRecipients: [], answer: null, lastError: null };
    api.on("POST /mailboxes/sales%40example.org/sends", { status: 202, body: { ...send, state: "accepted" } });
    api.on("GET /sends/sn_one1", { body: { ...send, state: "sent", answer: "250 queued" } });
    const args = [
      "send",
      "sales@example.org",
      "--to",
      "a@example.net",
      "--cc",
      "Lee, Ann <ann@example.net>",
      "--subject",
      "Hello you",
      "--text",
      "Hi",
    ];
    const { code, out } = await run(api.url, [...args, "--wait", "--idempotency-key", "k1"]);
    assert.equal(code, 0);
    assert.match(out, /sn_one1: accepted\nsn_one1: sent \(250 queued\)\nSent\./);
    const posted = api.seen.find((one) => one.method === "POST" && one.path.endsWith("/sends"));
    assert.equal(posted?.headers["idempotency-key"], "k1");
    assert.deepEqual(posted?.body, {
      to: ["a@example.net"],
      cc: [{ name: "Lee, Ann", address: "ann@example.net" }],
      subject: "Hello you",
      text: "Hi",
    });
  });
});
