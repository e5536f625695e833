import assert from "node:assert/strict";
import { test } from "node:test";
import type { Logger } from "@mailfleet/contracts";
import type { ReadinessCheck } from "./readiness.ts";
import { lackSentence, waitUntil } from "./wait-until.ts";

/** Waits over these looks; an error is thrown. Gives what was logged, and the readiness before each look and at the end. */
async function given(looks: readonly (readonly string[] | Error)[], controller = new AbortController()) {
  const logged: string[] = [];
  const ready: unknown[] = [];
  const logger = { warn: (_: object, text: string) => void logged.push(text) } as unknown as Logger;
  let check: ReadinessCheck = () => "never added";
  const rest = [...looks];
  const look = async () => {
    ready.push(await check());
    const next = rest.shift() ?? [];
    if (next instanceof Error) throw next;
    return lackSentence(next);
  };
  const context = {
    logger,
    signal: controller.signal,
    addReadiness(_: string, one: ReadinessCheck) {
      check = one;
    },
  };
  const ended = await waitUntil("topology", look, context, 1).then(
    () => null,
    (error: Error) => error.message,
  );
  return { logged, ready: [...ready, await check()], ended };
}

test("what is missing is waited for, is the reason not to be ready, and is logged once for each change", async () => {
  const { logged, ready, ended } = await given([
    ["stream A is missing", "index b is missing"],
    ["stream A is missing", "index b is missing"],
    ["index b is missing"],
    [],
  ]);
  const both = "stream A is missing (and 1 more); run `mailfleet topology apply`";
  const one = "index b is missing; run `mailfleet topology apply`";
  assert.deepEqual(logged, [both, one]);
  assert.deepEqual(ready, ["not looked at yet", both, both, one, null]);
  assert.equal(ended, null);
});

test("engines that do not answer are waited for, too", async () => {
  const { logged, ended } = await given([new Error("no primary"), []]);
  assert.deepEqual(logged, ["no primary"], "nothing is to be applied while they are away");
  assert.equal(ended, null);
});

test("a stop ends the wait", async () => {
  const controller = new AbortController();
  controller.abort(new Error("the service stops"));
  assert.equal((await given([["stream A is missing"]], controller)).ended, "the service stops");
});
