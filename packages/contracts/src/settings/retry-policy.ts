import { z } from "zod";
import { whole } from "../noun/whole.ts";

const day = 86_400_000;

const rules = {
  maximumAttempts: whole(1, 100).describe("retries after which a temporary failure stops a direction"),
  retryMs: whole(100, day).describe("milliseconds between two attempts"),
  pollMs: whole(100, day).describe("milliseconds between two polls of a mailbox"),
  probeMs: whole(100, 7 * day).describe("milliseconds between two light checks of a direction that has stopped"),
  testDeadlineMs: whole(1000, day).describe(
    "milliseconds after which a test without a result is lost; a worker's own deadline is shorter",
  ),
  secondChanceMs: whole(100, day).describe("milliseconds after which refused credentials are tried once more"),
  longestRetryAfterMs: whole(1000, 7 * day).describe(
    "longest Retry-After of a server, in milliseconds, that Mailfleet follows",
  ),
  throttledAlertMs: whole(1000, 7 * day).describe("milliseconds of only throttling after which an alert says so"),
  throttledEndMs: whole(1000, 30 * day).describe("milliseconds of only throttling after which a direction stops"),
};

/** When to try again. Policy is data; by default ten times, five minutes apart, as Dynamics 365 does it. */
export const RetryPolicy = z.strictObject({
  maximumAttempts: rules.maximumAttempts.default(10),
  retryMs: rules.retryMs.default(300_000),
  pollMs: rules.pollMs.default(300_000),
  probeMs: rules.probeMs.default(3_600_000),
  testDeadlineMs: rules.testDeadlineMs.default(900_000),
  secondChanceMs: rules.secondChanceMs.default(300_000),
  longestRetryAfterMs: rules.longestRetryAfterMs.default(day),
  throttledAlertMs: rules.throttledAlertMs.default(day / 4),
  throttledEndMs: rules.throttledEndMs.default(2 * day),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** A change of the policy: only what is named changes. */
export const RetryPolicyChange = z.strictObject(rules).partial();
