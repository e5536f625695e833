import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type Alert,
  type AlertObject,
  type Incident,
  isPartOf,
  type Job,
  type Mailbox,
  mailbox as noun,
  ProblemError,
  type RequestArguments,
} from "@mailfleet/contracts";
import { allRoutes } from "../http/routes.ts";
import { type ConsoleUnderTest, startConsoleUnderTest } from "./console-under-test.ts";
import { mailboxSample } from "./samples.ts";

const inside: Mailbox = { ...mailboxSample, id: "mb_inside01", address: "a@example.org", profileId: "pf_inside01" };
const elsewhere: Mailbox = { ...inside, id: "mb_elsewhere1", address: "b@example.com" };
const otherwise: Mailbox = { ...inside, id: "mb_otherwise1", address: "c@example.org", profileId: "pf_other0001" };
const all = [inside, elsewhere, otherwise];
const jobSample: Job = {
  ...{ id: "jb_sample01", v: 1, createdAt: 0, changedAt: 0, verb: "test", by: "x" },
  ...{ state: "running", total: 1, done: 0, failed: 0, results: [] },
};

const aboutMailbox = ({ id }: Mailbox): AlertObject => ({ type: "mailbox", id });
const aboutProfile = (id: string): AlertObject => ({ type: "profile", id });
/** What is wrong, the latest first. */
const wrong = [
  aboutMailbox(elsewhere),
  aboutMailbox(inside),
  aboutMailbox(otherwise),
  aboutProfile("pf_inside01"),
  aboutProfile("pf_other0001"),
  aboutMailbox(inside),
  { type: "service", id: "config" } as const,
].map((object, n) => ({ object, n }));
const incidents = wrong.map(
  ({ object, n }): Incident => ({
    ...{ id: `in_wrong0${n}`, v: 1, createdAt: n, changedAt: n, object, code: "X", severity: "error", text: "t" },
    ...{ remedy: "r", state: "raised", alerts: 1, most: 1, hosts: [], firstAt: n, clearedAt: null },
    ...{ acknowledged: null, muted: null, escalatedAt: null, notification: "none" },
  }),
);
const alerts = wrong.map(
  ({ object, n }): Alert => ({
    ...{ id: `al_wrong0${n}`, v: 1, createdAt: n, changedAt: n, object, code: "X", severity: "error", text: "t" },
    ...{ audience: "mailbox", remedy: "r", detail: null, evidence: null, state: "raised", count: 1, clearedAt: null },
    ...{ firstAt: n, lastAt: n, notification: "none" },
  }),
);
/** A page as the services give it; its cursor is the number of the next item. */
const pageOf = <Item>(
  items: readonly Item[],
  { limit, cursor = "0" }: { limit: number; cursor?: string | undefined },
) => {
  const end = Number(cursor) + limit;
  return { items: items.slice(Number(cursor), end), next: end < items.length ? String(end) : null };
};
const theOne = <Item extends { id: string }>(items: readonly Item[], id: string): Item => {
  const found = items.find((one) => one.id === id);
  if (!found) throw new ProblemError("NOT_FOUND", `There is no ${id}.`);
  return found;
};

describe("somebody who is limited to a part of the fleet", () => {
  let console: ConsoleUnderTest;
  let approver: string;
  const approved: RequestArguments<"config.mailbox.approve">[] = [];
  const jobs: RequestArguments<"config.job.create">[] = [];
  const acknowledged: string[] = [];
  const kept = new Map<string, Job>();
  const lists: RequestArguments<"config.job.list">[] = [];
  before(async () => {
    console = await startConsoleUnderTest({
      "config.mailbox.get": async ({ id }) => all.find((one) => one.id === id) ?? Promise.reject(new Error(id)),
      "config.mailbox.list": async ({ within = {}, ids }) => ({
        items: all.filter((one) => isPartOf(within, one) && (ids?.includes(one.id) ?? true)),
        next: null,
      }),
      "config.mailbox.counts": async ({ within }) => ({
        total: within ? all.filter((one) => isPartOf(within, one)).length : all.length,
        lifecycle: {},
      }),
      "alerting.alert.list": async (query) => pageOf(alerts, query),
      "alerting.alert.get": async ({ id }) => theOne(alerts, id),
      "alerting.incident.list": async (query) => pageOf(incidents, query),
      "alerting.incident.get": async ({ id }) => theOne(incidents, id),
      "alerting.incident.acknowledge": async ({ id }) => {
        acknowledged.push(id);
        return theOne(incidents, id);
      },
      "config.mailbox.approve": async (input) => {
        approved.push(input);
        return inside;
      },
      "config.job.get": async ({ id }) => theOne([...kept.values()], id),
      "config.job.cancel": async ({ id }) => theOne([...kept.values()], id),
      "config.job.results": async () => ({ items: [], next: null }),
      "config.job.list": async (query) => {
        lists.push(query);
        return { items: [], next: null };
      },
      "config.job.create": async (input) => {
        jobs.push(input);
        return jobSample;
      },
    });
    approver = await tokenOf({ role: "approver", profileIds: ["pf_inside01"], domains: ["Example.ORG"] });
  });
  after(() => console?.stop());

  const create = (body: object) => console.send("POST", "/tokens", { body: { name: "x", ...body } });
  const tokenOf = async (body: object) => {
    const made = await create(body);
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return String(made.body.token);
  };
  const approve = (which: Mailbox, token: string) =>
    console.send("POST", `/mailboxes/${which.id}/approve`, { token, body: { address: which.address } });

  it("approves there, and config is told the part", async () => {
    assert.equal((await approve(inside, approver)).status, 200);
    assert.deepEqual(approved.at(-1)?.within, { profileIds: ["pf_inside01"], domains: ["example.org"] });
  });

  it("finds no other mailbox, neither by name nor in the list", async () => {
    for (const which of [elsewhere, otherwise]) {
      const { status, body } = await approve(which, approver);
      assert.deepEqual([status, body.detail], [404, `There is no mailbox ${which.id}.`]);
    }
    const listed = (await console.send("GET", "/mailboxes", { token: approver })).body.items as { id: string }[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      [inside.id],
    );
    assert.equal(approved.length, 1);
  });

  it("is refused whatever concerns the whole fleet, with the reason", async () => {
    const lists = ["mailbox", "profile", "alert", "incident"].map((noun) => `${noun}.list`);
    const ofJobs = ["create", "get", "list", "cancel", "results"].map((verb) => `job.${verb}`);
    const open = new Set([...lists, ...ofJobs, "mailbox.counts", "alert.get", "incident.get"]);
    const whole = allRoutes().filter(({ path, operation }) => !path.includes(":mailbox") && !open.has(operation));
    assert.ok(whole.length > 20);
    for (const { method, path, operation } of whole.filter(({ method }) => method === "GET")) {
      const { status } = await console.send(method, path.replace(/:\w+/g, "xx_none01"), { token: approver });
      assert.ok([400, 403].includes(status), `${operation} ${status}`);
    }
    const { status, body } = await console.send("GET", "/subscriptions", { token: approver });
    assert.deepEqual([status, body.code], [403, "FORBIDDEN"]);
    assert.match(String(body.detail), /part of the fleet only: it may not do subscription\.list/);
  });

  it("sees the alerts and incidents of that part, page by page, and counts only its mailboxes", async () => {
    const operator = await tokenOf({ role: "operator", profileIds: ["pf_inside01"] });
    const idsOf = async (path: string, token: string) => {
      const ids: string[] = [];
      let next: unknown = null;
      do {
        const cursor = next === null ? "" : `&cursor=${next}`;
        const { body } = await console.send("GET", `${path}?limit=2${cursor}`, { token });
        for (const { id } of body.items as { id: string }[]) ids.push(id.slice(-1));
        next = body.next;
      } while (next !== null);
      return ids.join("");
    };
    for (const path of ["/alerts", "/incidents"]) {
      // Without domains the profile and all of its mailboxes are theirs: numbers 0, 1, 3 and 5.
      assert.equal(await idsOf(path, operator), "0135", path);
      assert.equal(await idsOf(path, approver), "15", path);
      assert.equal(await idsOf(path, await tokenOf({ role: "reader" })), "0123456", path);
    }
    const status = async (path: string, token: string) => (await console.send("GET", path, { token })).status;
    assert.deepEqual(
      [await status("/alerts/al_wrong01", approver), await status("/alerts/al_wrong00", approver)],
      [200, 404],
    );
    assert.deepEqual(
      [await status("/incidents/in_wrong03", operator), await status("/incidents/in_wrong03", approver)],
      [200, 404],
    );
    const total = async (token: string) => (await console.send("GET", "/mailboxes/counts", { token })).body.total;
    assert.deepEqual(
      [await total(operator), await total(approver), await total(await tokenOf({ role: "reader" }))],
      [2, 1, 3],
    );
  });

  it("acknowledges incidents of that part, and no others; muting and deleting stay with those who have all", async () => {
    const operator = await tokenOf({ role: "operator", profileIds: ["pf_inside01"] });
    const acknowledge = async (id: string, verb = "acknowledge") =>
      (await console.send("POST", `/incidents/${id}/${verb}`, { token: operator })).status;
    assert.deepEqual(
      [await acknowledge("in_wrong03"), await acknowledge("in_wrong04"), await acknowledge("in_wrong06")],
      [200, 404, 404],
    );
    assert.deepEqual(acknowledged, ["in_wrong03"]);
    assert.equal(await acknowledge("in_wrong03", "unmute"), 403);
    assert.equal((await console.send("DELETE", "/incidents/in_wrong03", { token: operator })).status, 403);
  });

  it("makes jobs only of what the role may do with one mailbox", async () => {
    const [approves, operates] = await Promise.all([tokenOf({ role: "approver" }), tokenOf({ role: "operator" })]);
    const job = async (token: string, verb: string) =>
      (await console.send("POST", "/jobs", { token, body: { verb, mailboxIds: [inside.id] } })).status;
    assert.deepEqual([await job(approves, "approve"), await job(operates, "test")], [201, 201]);
    for (const [token, verb] of [
      [approves, "test"],
      [operates, "approve"],
      [operates, "delete"],
      [approves, "update"],
    ] as const)
      assert.equal(await job(token, verb), 403, verb);
    assert.deepEqual(
      jobs.map(({ new: { verb } }) => verb),
      ["approve", "test"],
    );
  });

  it("makes jobs for that part, and sees only jobs that cannot leave it", async () => {
    const part = { profileIds: ["pf_inside01"], domains: ["example.org"] };
    const made = await console.send("POST", "/jobs", { token: approver, body: { verb: "approve", filter: {} } });
    assert.deepEqual([made.status, jobs.at(-1)?.within], [201, part]);
    kept.set("jb_inside01", { ...jobSample, id: "jb_inside01", verb: "approve", within: part });
    kept.set("jb_whole01", { ...jobSample, id: "jb_whole01", verb: "approve" });
    const status = async (method: string, path: string) =>
      (await console.send(method, `/jobs/${path}`, { token: approver })).status;
    const all = async (id: string) => [
      await status("GET", id),
      await status("GET", `${id}/results`),
      await status("POST", `${id}/cancel`),
    ];
    assert.deepEqual(await all("jb_inside01"), [200, 200, 200]);
    assert.deepEqual(await all("jb_whole01"), [404, 404, 404]);
    await console.send("GET", "/jobs", { token: approver });
    assert.deepEqual(lists.at(-1)?.within, part);
    await console.send("GET", "/jobs", { token: await tokenOf({ role: "reader" }) });
    assert.equal(lists.at(-1)?.within, undefined);
  });

  it("is made with what makes sense, and nothing else", async () => {
    for (const [body, pointer] of [
      [{ role: "administrator", domains: ["example.org"] }, "/domains"],
      [{ role: "owner", mailboxIds: ["mb_inside01"], profileIds: ["pf_inside01"] }, "/profileIds"],
      [{ role: "reader", domains: ["example"] }, "/domains/0"],
      [{ role: "operator", only: ["mailbox.*", "mailbox.fly"] }, "/only/1"],
      [{ role: "operator", only: ["mailbox.find"] }, "/only/0"],
      [{ role: "king" }, "/role"],
    ] as const) {
      const { status, body: refused } = await create(body);
      const [first] = (refused.errors ?? []) as { pointer: string }[];
      assert.deepEqual([status, first?.pointer], [400, pointer], JSON.stringify(refused));
    }
    assert.ok(noun.operations.find, "is there, for services only");
  });
});
