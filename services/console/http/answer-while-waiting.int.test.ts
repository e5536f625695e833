import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort } from "@mailfleet/local/testing";
import { answerWhileWaiting } from "./answer-while-waiting.ts";

test("every request is answered with the reason of the moment, and the port is free again after the wait", async () => {
  const place = { host: "127.0.0.1", port: await freePort() };
  let reason = "Held: restored";
  const waiting = await answerWhileWaiting(() => reason, place);
  const ask = (method: string, path: string) => fetch(`http://127.0.0.1:${place.port}${path}`, { method });
  for (const [method, path] of [
    ["GET", "/api/v1/mailboxes"],
    ["POST", "/api/v1/sends"],
    ["GET", "/"],
  ] as const) {
    const answer = await ask(method, path);
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [503, "application/problem+json"]);
    const { code, detail } = (await answer.json()) as { code: string; detail: string };
    assert.deepEqual([code, detail], ["UNAVAILABLE", reason]);
    reason = `${reason}, still`;
  }
  await waiting.stop();
  const again = await answerWhileWaiting(() => reason, place);
  await again.stop();
});
