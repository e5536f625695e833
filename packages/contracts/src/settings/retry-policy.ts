import { z } from "zod";
import { whole } from "../noun/whole.ts";

const day = 86_400_000;

const rules = {
  maximumAttempts: whole(1, 100),
  retryMs: whole(100, day),
  pollMs: whole(100, day),
  probeMs: whole(100, 7 * day),
  /** Only covers the loss of a test run; the worker's own deadline is shorter. */
  testDeadlineMs: whole(1000, day),
  /** Basic credentials that were refused get one second chance after this back-off. */
  secondChanceMs: whole(100, day),
  /** Longest wait that a server's own Retry-After is followed. */
  longestRetryAfterMs: whole(1000, 7 * day),
  /** A direction that has only been throttled for so long is worth an alert of its own. */
  throttledAlertMs: whole(1000, 7 * day),
  /** Then throttling counts like any other failure that retries did not cure. */
  throttledEndMs: whole(1000, 30 * day),
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
