import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ProblemError } from "@mailfleet/contracts";
import { connect } from "@nats-io/transport-node";
import { type Bus, BusOutage } from "../src/index.ts";
import { givenNats } from "./given-bus.ts";

const given = await givenNats();
let asker: Bus;
class DatabaseAway extends Error {}
before(async () => {
  asker = await given.connect();
  const responder = await given.connect({ isOutage: (error) => error instanceof DatabaseAway });
  await responder.respond({
    "scheduler.timer.list": async ({ owner }, { correlation, attachment }) => {
      if (attachment) return { items: [item(`${owner} ${Buffer.from(attachment).toString("hex")}`)] };
      if (owner === "refuse") throw new ProblemError("NOT_FOUND", "no such owner", { remedy: "look again" });
      if (owner === "outage") throw new BusOutage("away");
      if (owner === "database") throw new DatabaseAway();
      if (owner === "bug") throw new Error("password is hunter2");
      if (owner === "slow") await new Promise((resolve) => setTimeout(resolve, 500));
      if (owner === "huge") return { items: Array.from({ length: 20_000 }, () => item("x".repeat(100))) };
      return { items: [item(correlation ?? "none")] };
    },
  });
});
after(() => given.stop());

const item = (name: string) => ({ name, due: 1, everyMs: null, delivers: "x", generation: null });
const ask = (owner: string, options?: { timeoutMs?: number; correlation?: string }) =>
  asker.request("scheduler.timer.list", { owner }, options);
const problem = (code: string, detail: RegExp) => (error: unknown) =>
  error instanceof ProblemError && error.problem.code === code && detail.test(error.problem.detail);

test("an answer comes back, the correlation goes along", async () => {
  assert.deepEqual(await ask("mb_a", { correlation: "c7" }), { items: [item("c7")] });
});

test("bytes go along as they are", async () => {
  const attachment = Buffer.from([0, 255, 13, 10, 123, 34]);
  const answer = await asker.request("scheduler.timer.list", { owner: "mb_b" }, { attachment });
  assert.deepEqual(answer, { items: [item("mb_b 00ff0d0a7b22")] });
  const tooLarge = asker.request("scheduler.timer.list", { owner: "mb_b" }, { attachment: Buffer.alloc(1024 * 1024) });
  await assert.rejects(tooLarge, problem("TOO_LARGE", /bytes/));
});

test("invalid input never reaches a handler", async () => {
  await assert.rejects(ask("x".repeat(65)), problem("INVALID", /\/owner/));
  const nc = await connect({ servers: given.engine.url });
  const answer = (await nc.request("scheduler.v1.timer.list", "{not json")).json() as { problem: { code: string } };
  assert.equal(answer.problem.code, "INVALID");
  await nc.close();
});

test("a refusal arrives whole", async () => {
  await assert.rejects(ask("refuse"), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.deepEqual(error.problem, { code: "NOT_FOUND", detail: "no such owner", remedy: "look again" });
    return true;
  });
});

test("what is away is UNAVAILABLE; a bug is INTERNAL and tells nothing", async () => {
  await assert.rejects(ask("outage"), problem("UNAVAILABLE", /away/));
  await assert.rejects(ask("database"), problem("UNAVAILABLE", /away/));
  await assert.rejects(ask("bug"), (error) => problem("INTERNAL", /failed/)(error) && !/hunter2/.test(String(error)));
});

test("nobody there, or no answer in time, is UNAVAILABLE", async () => {
  await assert.rejects(
    asker.request("config.settings.get", {}),
    problem("UNAVAILABLE", /config service is not running/),
  );
  await assert.rejects(ask("slow", { timeoutMs: 100 }), problem("UNAVAILABLE", /did not answer in time/));
});

test("an answer beyond NATS's limit is refused in words", async () => {
  await assert.rejects(ask("huge"), problem("TOO_LARGE", /ask for less/));
});

test("NATS away is UNAVAILABLE at once", async () => {
  const own = await givenNats();
  const bus = await own.connect();
  await own.engine.kill();
  while (bus.health() === null) await new Promise(setImmediate);
  await assert.rejects(bus.request("config.settings.get", {}), problem("UNAVAILABLE", /not connected/));
  await bus.stop();
  await own.stop();
});
