import assert from "node:assert/strict";
import { test } from "node:test";
import { compareAnswers } from "./compare.ts";

test("a comparison that cannot be noted gives its permit back", async () => {
  const given: string[] = [];
  const ports = {
    worker: {
      connections: { under: async () => ({ mailboxId: "mb_x" }) },
      permit: async () => ({ give: async () => given.push("given") }),
    },
    sources: { compareBegun: () => Promise.reject(new Error("MongoDB is away")) },
    now: () => 1,
  };
  const answer = compareAnswers["inbound-sync.message.compare"] as unknown as (
    ports: unknown,
    asked: object,
  ) => Promise<unknown>;
  await assert.rejects(answer(ports, { mailboxId: "mb_x", profileId: "pf_x" }), /MongoDB is away/);
  assert.deepEqual(given, ["given"]);
});
