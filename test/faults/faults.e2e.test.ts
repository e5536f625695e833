import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Lanes, runInLanes } from "./lanes.ts";
import { scenarios } from "./scenarios/index.ts";

/** `npm run test:faults` sets these: all scenarios, those with a text in their name, in so many lanes. */
const form = process.env.MAILFLEET_ALL_FAULTS === "true" ? "long" : "short";
const only = process.env.MAILFLEET_FAULT_SCENARIO;
const lanes = process.env.MAILFLEET_FAULT_LANES;
const stopAtFailure = process.env.MAILFLEET_FAULT_STOP === "true";
const wanted = scenarios(form, only);

describe(`${wanted.length} ways to fail, on clusters of three`, () => {
  let running: Lanes;
  before(() => {
    running = runInLanes(wanted, { lanes: lanes ? Number(lanes) : undefined, stopAtFailure });
    process.stdout.write(`» ${wanted.length} scenarios in ${running.count} towns side by side\n`);
  });
  after(() => running?.ended);

  it("there is something to run", () => assert.ok(wanted.length > 0, `no scenario is called "${only}"`));

  for (const scenario of wanted) it(scenario.name, () => running.passed(scenario));

  it("no more than one scenario was too slow and had to be run again", async () => {
    await running.ended;
    assert.ok(running.again.length <= 1, `too slow: ${running.again.join(", ")}`);
  });
});
