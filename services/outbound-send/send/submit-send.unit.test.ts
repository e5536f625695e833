import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemError, type RequestArguments } from "@mailfleet/contracts";
import { submitSend } from "./submit-send.ts";

const input: RequestArguments<"outbound-send.send.submit"> = {
  mailboxId: "mb_sales01",
  sendId: "sn_sales01",
  by: "ada",
  idempotencyKey: "k",
  content: { to: ["b@example.org"], subject: "hello", text: "x".repeat(5000) },
};

/** Whether it was accepted or why not, where messages may have so many bytes. */
async function submitted(maximumMessageBytes: number | undefined, before: object | null = null) {
  const accepted = new Error("accepted");
  const ports = {
    now: () => 1_800_000_000_000,
    worker: { connections: { get: async () => ({ address: "sales@example.org", maximumMessageBytes }) } },
    sends: { accept: () => Promise.reject(accepted), ofKey: async () => before },
  };
  return submitSend(ports as never, input, {}).catch((error: unknown) => {
    if (error === accepted) return "accepted";
    return error instanceof ProblemError ? error.problem : Promise.reject(error);
  });
}

test("a message that is larger than the organisation allows is refused before it is kept", async () => {
  assert.equal(await submitted(undefined), "accepted");
  assert.equal(await submitted(10_000), "accepted");
  const problem = await submitted(4000);
  assert.ok(typeof problem === "object" && problem !== null && "code" in problem);
  assert.equal(problem.code, "TOO_LARGE");
  assert.match(problem.detail, /\d{4} bytes, at most 4000 may be sent/);
});

test("what was accepted before the limit was lowered is not refused when it is repeated", async () => {
  const other = {
    id: "sn_before1",
    mailboxId: input.mailboxId,
    idempotencyKey: input.idempotencyKey,
    contentHash: "x",
  };
  const problem = await submitted(4000, other);
  assert.ok(typeof problem === "object" && problem !== null && "code" in problem);
  assert.equal(problem.code, "ALREADY_EXISTS", "it is compared with that one");
  assert.match(problem.detail, /sn_before1/);
});
