import assert from "node:assert/strict";
import { test } from "node:test";
import { UncertainError } from "@mailfleet/connector-api";
import { failureOf } from "@mailfleet/contracts";
import { noticeFailure, pauseMs } from "../notice/failure.ts";

const minute = 60_000;
const lost = failureOf("CONNECTION_LOST");
const wrong = failureOf("AUTHENTICATION_REJECTED");

test("pauses grow, up to half an hour; longer for what a person has to repair", () => {
  assert.deepEqual(
    [1, 2, 3, 99].map((failures) => pauseMs(lost, failures, minute) / minute),
    [1, 2, 4, 30],
  );
  assert.deepEqual(
    [1, 2, 99].map((failures) => pauseMs(wrong, failures, minute) / minute),
    [10, 20, 120],
  );
});

test("a server that asks for more time gets it, but not for ever", () => {
  const slow = (ms?: number) => pauseMs(failureOf("RATE_LIMITED", {}, ms), 1, minute);
  assert.equal(slow(5 * minute), 5 * minute);
  assert.equal(slow(1), minute);
  assert.equal(slow(), minute);
  assert.equal(slow(365 * 24 * 60 * minute), 12 * 60 * minute);
});

test("whatever is thrown is a failure of the closed list", () => {
  assert.equal(noticeFailure(new UncertainError("no answer")).code, "CONNECTION_LOST");
  assert.equal(noticeFailure(new TypeError("oops")).code, "INTERNAL_ERROR");
});
