import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError } from "@mailfleet/contracts";
import type { TokenRepository } from "../token/store.ts";
import { newTokenSecret } from "../token/token-secret.ts";
import { createAuthenticator } from "./authenticate.ts";

test("a database that is frozen is named before ten seconds are over", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const tokens = { findByHash: () => new Promise(() => {}) } as unknown as TokenRepository;
  const asked = createAuthenticator({
    tokens,
    now: () => 0,
    secretsAllowed: true,
    consoleUrl: () => "http://127.0.0.1",
  }).authenticate({ ip: "127.0.0.1", headers: { authorization: `Bearer ${newTokenSecret()}` } });
  t.mock.timers.tick(9000);
  await assert.rejects(asked, (error) => error instanceof ProblemError && error.problem.code === "UNAVAILABLE");
});
