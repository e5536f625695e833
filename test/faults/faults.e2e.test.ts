import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Lanes, runInLanes } from "./lanes.ts";
import { asked, isWanted, scenarios } from "./scenarios/index.ts";
import { rolling } from "./scenarios/rolling.ts";

/** `npm run test:faults` sets these. */
const lanes = process.env.MAILFLEET_FAULT_LANES;
const stopAtFailure = process.env.MAILFLEET_FAULT_STOP === "true";
const wanted = scenarios(asked.form, asked.only);

describe(`${wanted.length} ways to fail, on clusters of three`, () => {
  let running: Lanes;
  before(() => {
    running = runInLanes(wanted, { lanes: lanes ? Number(lanes) : undefined, stopAtFailure });
    process.stdout.write(`» ${wanted.length} scenarios in ${running.count} towns side by side\n`);
  });
  after(() => running?.ended);

  it("there is something to run", () => {
    const some = wanted.length > 0 || isWanted(rolling, asked.form, asked.only);
    assert.ok(some, `no scenario is called "${asked.only}"`);
  });

  for (const scenario of wanted) it(scenario.name, () => running.passed(scenario));

  it("no more than one scenario was too slow and had to be run again", async () => {
    await running.ended;
    assert.ok(running.again.length <= 1, `too slow: ${running.again.join(", ")}`);
  });
});
