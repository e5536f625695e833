import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { isPartOf, type Job, type Mailbox, mailbox as noun, type RequestArguments } from "@mailfleet/contracts";
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

describe("somebody who is limited to a part of the fleet", () => {
  let console: ConsoleUnderTest;
  let approver: string;
  const approved: RequestArguments<"config.mailbox.approve">[] = [];
  const jobs: RequestArguments<"config.job.create">[] = [];
  before(async () => {
    console = await startConsoleUnderTest({
      "config.mailbox.get": async ({ id }) => all.find((one) => one.id === id) ?? Promise.reject(new Error(id)),
      "config.mailbox.list": async ({ within = {} }) => ({
        items: all.filter((one) => isPartOf(within, one)),
        next: null,
      }),
      "config.mailbox.approve": async (input) => {
        approved.push(input);
        return inside;
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
    const open = new Set(["mailbox.list", "profile.list"]);
    const whole = allRoutes().filter(({ path, operation }) => !path.includes(":mailbox") && !open.has(operation));
    assert.ok(whole.length > 20);
    for (const { method, path, operation } of whole.filter(({ method }) => method === "GET")) {
      const { status } = await console.send(method, path.replace(/:\w+/g, "xx_none01"), { token: approver });
      assert.ok([400, 403].includes(status), `${operation} ${status}`);
    }
    const { status, body } = await console.send("GET", "/jobs", { token: approver });
    assert.deepEqual([status, body.code], [403, "FORBIDDEN"]);
    assert.match(String(body.detail), /part of the fleet only: it may not do job\.list/);
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
