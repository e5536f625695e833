import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, describe, it } from "node:test";
import { type ApiDouble, run, startApiDouble } from "../test/api-double.ts";

const sales = { id: "mb_sales01", v: 7, address: "sales@example.org", kind: "queue", lifecycle: "testing" };

describe("who waits or watches", () => {
  let api: ApiDouble;
  let views: ServerResponse[] = [];
  let reads = 0;
  before(async () => {
    api = await startApiDouble();
  });
  after(() => api?.stop());
  const mailfleet = (args: string, interrupted?: AbortSignal) =>
    run(api.url, args.split(" "), interrupted ? { interrupted } : {});

  /** Each read shows the next state, and an open view hears of it; after the last it stays. */
  function story(states: readonly (string | null)[]): void {
    [views, reads] = [[], 0];
    api.on("GET /events", (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("event: ready\ndata: {}\n\n");
      views.push(response);
    });
    const answer = () => {
      const state = states[Math.min(reads, states.length - 1)];
      reads += 1;
      const event = { type: "mailbox.transitioned.v1", at: "2027-05-31T08:00:00.000Z", sequence: 1, body: {} };
      if (reads < states.length) views.at(-1)?.write(`id: 1\ndata: ${JSON.stringify(event)}\n\n`);
      return state;
    };
    api.on("GET /mailboxes/sales%40example.org", (_, response) => {
      const lifecycle = answer();
      response.writeHead(lifecycle === null ? 404 : 200, { "content-type": "application/json" });
      const gone = { code: "NOT_FOUND", detail: "There is no such mailbox." };
      response.end(JSON.stringify(lifecycle === null ? gone : { ...sales, lifecycle }));
    });
    api.on("GET /mailboxes", (_, response) => {
      const lifecycle = answer();
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ items: lifecycle === null ? [] : [{ ...sales, lifecycle }], next: null }));
    });
  }
  const wait = (condition: string, timeout = 20) =>
    mailfleet(`mailbox wait sales@example.org --for ${condition} --timeout ${timeout}`);

  it("hears of it when it is so, over one live view", async () => {
    story(["testing", "testing", "enabled.running"]);
    const { code, out, err } = await wait("lifecycle=enabled");
    assert.deepEqual([code, out], [0, "sales@example.org: lifecycle is enabled.running"], err);
    assert.deepEqual([reads, views.length], [3, 1], "asked only after an event");
    assert.match(api.seen.find(({ path }) => path === "/events")?.query.get("type") ?? "", /mailbox\.transitioned\.v1/);
  });

  it("hears of its end, its failure, and that the time is up", async () => {
    story(["testing", null]);
    assert.equal((await wait("deleted")).code, 0);
    story(["testing", null]);
    assert.deepEqual([(await wait("lifecycle=approved")).code], [1]);
    story(["testing"]);
    const late = await wait("lifecycle!=testing", 1);
    assert.deepEqual(
      [late.code, late.err],
      [4, "Not lifecycle!=testing within 1 s. sales@example.org: lifecycle is testing."],
    );
  });

  it("is told at once if it can never be so", async () => {
    story(["testing"]);
    for (const [condition, words] of [
      ["lifecycle=enabeld", /--for: lifecycle is never enabeld\. It is one of pendingApproval/],
      ["lifecylce=enabled", /--for: a mailbox has no field lifecylce\. There are id, /],
      ["=", /--for must be field=value/],
    ] as const) {
      const { code, err } = await wait(condition);
      assert.equal(code, 2);
      assert.match(err, words);
    }
    assert.equal(reads, 0);
  });

  it("sees a row again when it changes or goes", async () => {
    story(["testing", "testing", "approved", null]);
    const stop = new AbortController();
    const watching = mailfleet("mailbox list -w", stop.signal);
    while (reads < 4) await new Promise((resolve) => setTimeout(resolve, 20));
    setTimeout(() => stop.abort(), 100);
    const { code, out } = await watching;
    assert.equal(code, 0);
    assert.deepEqual(out.replaceAll(/ +/g, " ").split("\n"), [
      "ID ADDRESS KIND STATE",
      "mb_sales01 sales@example.org queue testing",
      "mb_sales01 sales@example.org queue approved",
      "mb_sales01 gone",
    ]);
  });

  it("describe says what belongs to a mailbox, too", async () => {
    story(["testing"]);
    api.on("GET /mailboxes/sales%40example.org", {
      body: { ...sales, approval: { state: "approved" }, unavailable: [] },
    });
    api.on("GET /alerts", {
      body: { items: [{ id: "al_1", code: "CONSENT_EXPIRED", severity: "error", remedy: "Sign in." }], next: null },
    });
    api.on("GET /mailboxes/mb_sales01/history", {
      body: { items: [{ v: 7, from: "approved", to: "testing", event: "test" }] },
    });
    const { out, code, err } = await mailfleet("mailbox describe sales@example.org -o json");
    assert.equal(code, 0, err);
    assert.deepEqual(Object.keys(JSON.parse(out)), ["mailbox", "alerts", "history"]);
    assert.equal(api.seen.find(({ path }) => path === "/alerts")?.query.get("objectId"), "mb_sales01");
  });
});
