import assert from "node:assert/strict";
import { test } from "node:test";
import { clockCases } from "./clocks.cases.ts";
import { fine } from "./finding.ts";
import { lookAtHealth } from "./look.ts";
import { judgeClocks, type Vitals } from "./vitals.ts";

for (const [what, mongodb, nats, level, text] of clockCases)
  test(`clocks: ${what}`, () => {
    const engine = (seconds: number) => ({ version: "1", aheadMs: seconds * 1000 });
    const found = judgeClocks([
      ["MongoDB", engine(mongodb)],
      ["NATS", engine(nats)],
    ]);
    assert.equal(found.level, level);
    assert.match(found.text, text);
    assert.equal(found.todo !== undefined, level !== "ok");
  });

const healthy: Vitals = {
  replica: undefined,
  mongodb: async () => ({ version: "7.0", aheadMs: 0 }),
  nats: async () => ({ version: "2.12", aheadMs: 0 }),
  lacks: async () => [],
  deployment: async () => ({ mark: { id: "dp_aaaa", epoch: 1, beat: 7 }, held: null }),
  outboxMs: async () => 0,
};
const looked = (change: Partial<Vitals>) =>
  lookAtHealth("config", {
    vitals: { ...healthy, ...change },
    checks: { own: { runbook: "tokens", look: async () => fine("Well.") } },
    ports: {},
  });

test("a service says what it is and what each check found", async () => {
  const { service, version, engines, deployment, findings } = await looked({});
  assert.deepEqual([service, engines, deployment], ["config", { mongodb: "7.0", nats: "2.12" }, "dp_aaaa"]);
  assert.match(version, /^\d+\.\d+\.\d+/);
  assert.deepEqual(
    findings.map(({ check, level }) => `${check} ${level}`),
    ["topology ok", "deployment ok", "clocks ok", "outbox ok", "own ok"],
  );
});

test("a check that fails itself is a finding, and the others are made", async () => {
  const { findings, engines } = await looked({
    mongodb: () => Promise.reject(new Error("no primary")),
    lacks: async () => ["stream RUNS is missing", "index x is missing"],
    outboxMs: async () => 400_000,
  });
  const of = (check: string) => findings.find((one) => one.check === check);
  assert.equal(engines.mongodb, null);
  assert.equal(of("clocks")?.text, "The check failed: no primary");
  assert.equal(of("topology")?.text, "stream RUNS is missing (and 1 more).");
  assert.deepEqual([of("outbox")?.level, of("own")?.level], ["fail", "ok"]);
  assert.equal(of("own")?.runbook, "docs/runbooks/tokens.md");
});
