import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import { guardDeployment } from "./guard.ts";

/** Guards over these answers, one a millisecond or so, the last one for ever. Resolves with what was logged when it leaves. */
function guarded(t: TestContext, answers: readonly (string | null | Error)[], patience: number) {
  const rest = [...answers];
  let looks = 0;
  const look = async () => {
    looks += 1;
    const answer = rest.length > 1 ? rest.shift() : rest[0];
    if (answer instanceof Error) throw answer;
    return answer ?? null;
  };
  const { promise: left, resolve } = Promise.withResolvers<string[]>();
  const logged: string[] = [];
  const logger = { error: (_: object, text: string) => void logged.push(text) } as unknown as Logger;
  const guard = guardDeployment(look, { logger, leave: () => resolve(logged) }, { every: 1, patience });
  t.after(() => guard.stop());
  return { left, looked: () => looks };
}

test("what is held for long enough ends the process, with the reason", async (t) => {
  assert.deepEqual((await guarded(t, [null, "restored"], 5).left)[0], "restored");
});

test("what is held only for a moment, or while the engines are away, ends nothing", async (t) => {
  const answers = ["old primary", "old primary", null, new Error("away"), "old primary", null];
  const { left, looked } = guarded(t, answers, 60_000);
  const ended = await Promise.race([left, until(() => looked() > 20)]);
  assert.equal(ended, "looked on");
});

async function until(done: () => boolean): Promise<string> {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 1));
  return "looked on";
}
