import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { guardDeployment } from "./guard.ts";

const away = new Error("away");

/** Guards over these answers, ten seconds from one look to the next, with 15 s of patience. Which look ended it; 0: none. */
async function endedBy(t: TestContext, answers: readonly (string | null | Error)[]): Promise<number> {
  let looks = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = async () => {
    const answer = answers[looks++];
    if (answer === undefined) resolve(0);
    if (answer instanceof Error) throw answer;
    return answer ?? null;
  };
  const logger = { error() {} } as unknown as Logger;
  const leave = () => resolve(looks);
  const guard = guardDeployment(look, { logger, leave }, { every: 1, patience: 15_000, clock: () => looks * 10_000 });
  t.after(() => guard.stop());
  return promise;
}

for (const [what, answers, ends] of [
  ["what is held for long enough ends the process", [null, "held", "held", "held"], 4],
  ["a primary of before is over within the patience", ["held", "held", null, "held", "held"], 0],
  [
    "engines that are away say nothing, and what was seen before them is forgotten",
    ["held", away, away, "held", "held", null],
    0,
  ],
] as const)
  test(what, async (t) => assert.equal(await endedBy(t, answers), ends));
