import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ApiDouble, run, startApiDouble } from "./api-double.ts";

let api: ApiDouble;
before(async () => {
  api = await startApiDouble();
});
after(() => api?.stop());

const service = {
  service: "config",
  version: "0.1.0",
  node: "v24.0.0",
  replica: null,
  startedAt: "2027-01-31T08:00:00.000Z",
  engines: { mongodb: "7.0.1", nats: "2.12.2" },
  deployment: "dp_aaaa",
};
const fine = { check: "topology", service: "config", level: "ok", text: "All there.", runbook: "docs/runbooks/a.md" };
const late = {
  ...fine,
  check: "outbox",
  level: "fail",
  text: "The oldest message\u001b[2J is 400 s old.",
  todo: "See the log.",
};
const answer = (level: string, findings: object[]) => ({
  body: { at: "2027-01-31T08:00:00.000Z", level, services: [service], findings },
});

test("says what does not work, what to do and where more is, and exits with 1", async () => {
  api.on("GET /checkup", answer("fail", [late, fine]));
  const { code, out } = await run(api.url, ["doctor"]);
  assert.equal(code, 1);
  assert.match(
    out,
    /^FAIL {2}config outbox: The oldest message \[2J is 400 s old\.\n {6}See the log\.\n {6}docs\/runbooks\/a\.md\nok {4}config topology: All there\.\n/,
  );
  assert.match(out, /config +0\.1\.0 +v24\.0\.0 +7\.0\.1 +2\.12\.2 +dp_aaaa/);
  assert.match(out, /1 ok, 0 to look at, 1 failed\.$/);
});

test("what only wants to be looked at does not fail", async () => {
  api.on("GET /checkup", answer("warn", [{ ...late, level: "warn" }]));
  const { code, out } = await run(api.url, ["doctor", "--json"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).findings[0].check, "outbox");
});

test("without a console it says so, and which addresses it needs to look further", async () => {
  const gone = await startApiDouble();
  await gone.stop();
  const env = { MAILFLEET_URL: gone.url, MAILFLEET_TOKEN: "mft_test" };
  const { code, out } = await run("", ["doctor"], { env });
  assert.equal(code, 1);
  assert.match(
    out,
    /^FAIL {2}console answers: The console at http:\/\/127\.0\.0\.1:\d+ cannot be reached: nothing listens/,
  );
  assert.match(out, /WARN {2}doctor engines: .*\n +Set MAILFLEET_NATS_URL and MAILFLEET_MONGO_URL/);
});
