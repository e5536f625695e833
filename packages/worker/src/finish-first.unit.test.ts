import assert from "node:assert/strict";
import { test } from "node:test";
import { finishFirst } from "./finish-first.ts";
import type { RunMessage } from "./run.ts";

const message = {} as RunMessage;

test("a run that is under way when its service stops may come to its end, for a time", async () => {
  const service = new AbortController();
  const ending = Promise.withResolvers<void>();
  const handle = finishFirst((_message, stopping) => {
    const broken = new Promise<void>((_, reject) => stopping.addEventListener("abort", () => reject(stopping.reason)));
    return Promise.race([broken, ending.promise]);
  });
  const run = handle(message, service.signal);
  service.abort(new Error("the service stops"));
  ending.resolve();
  await run;
});

test("one that hangs is broken off with the service's reason", async () => {
  const service = new AbortController();
  const handle = finishFirst(
    (_message, stopping) =>
      new Promise((_, reject) => stopping.addEventListener("abort", () => reject(stopping.reason))),
    20,
  );
  const hanging = [handle(message, service.signal), handle(message, service.signal)];
  const since = performance.now();
  service.abort(new Error("the service stops"));
  // The timer keeps no process alive, and nothing else of this test does.
  const alive = setInterval(() => {}, 1000);
  for (const { reason } of (await Promise.allSettled(hanging)) as PromiseRejectedResult[])
    assert.equal(reason.message, "the service stops");
  clearInterval(alive);
  assert.ok(performance.now() - since >= 19);
});
