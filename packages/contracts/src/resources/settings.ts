import { z } from "zod";
import { ProfileId } from "../ids.ts";

const duration = (min: number, max: number) =>
  z.number().int().min(min, `must be ${min} to ${max}`).max(max, `must be ${min} to ${max}`);
const day = 86_400_000;

/** When to try again. Policy is data; the defaults are the field's: ten times, five minutes apart (domain 2.3). */
export const RetryPolicy = z.strictObject({
  maximumAttempts: z.number().int().min(1, "must be 1 to 100").max(100, "must be 1 to 100").default(10),
  retryMs: duration(100, day).default(300_000),
  pollMs: duration(100, day).default(300_000),
  probeMs: duration(100, 7 * day).default(3_600_000),
  /** Only covers the loss of a test run; the worker's own deadline is shorter. */
  testDeadlineMs: duration(1000, day).default(900_000),
  /** Basic credentials that were refused get one second chance after this back-off. */
  secondChanceMs: duration(100, day).default(300_000),
  /** Longest wait that a server's own Retry-After is followed. */
  longestRetryAfterMs: duration(1000, 7 * day).default(day),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/** Ports that connections may go to: a named preset, a list, or `null` for all. */
export const AllowedOutboundPorts = z
  .union([
    z.enum(["us-government"]),
    z.array(z.number().int().min(1, "must be 1 to 65535").max(65535, "must be 1 to 65535")).min(1).max(100),
  ])
  .nullable();
export type AllowedOutboundPorts = z.infer<typeof AllowedOutboundPorts>;

/** Settings of the organisation; `config` owns them. */
export const Settings = z.object({
  v: z.number().int(),
  approvalRequiredForUsers: z.boolean(),
  approvalRequiredForQueues: z.boolean(),
  defaultProfileId: ProfileId.nullable(),
  retryPolicy: RetryPolicy,
  messageRetentionDays: z.number().int(),
  allowedOutboundPorts: AllowedOutboundPorts,
});
export type Settings = z.infer<typeof Settings>;

/** A change of settings: only what is named changes. */
export const SettingsChange = z.strictObject({
  approvalRequiredForUsers: z.boolean().optional(),
  approvalRequiredForQueues: z.boolean().optional(),
  defaultProfileId: ProfileId.nullable().optional(),
  retryPolicy: z
    .strictObject({
      maximumAttempts: RetryPolicy.shape.maximumAttempts.unwrap().optional(),
      retryMs: RetryPolicy.shape.retryMs.unwrap().optional(),
      pollMs: RetryPolicy.shape.pollMs.unwrap().optional(),
      probeMs: RetryPolicy.shape.probeMs.unwrap().optional(),
      testDeadlineMs: RetryPolicy.shape.testDeadlineMs.unwrap().optional(),
      secondChanceMs: RetryPolicy.shape.secondChanceMs.unwrap().optional(),
      longestRetryAfterMs: RetryPolicy.shape.longestRetryAfterMs.unwrap().optional(),
    })
    .optional(),
  messageRetentionDays: duration(1, 3650).optional(),
  allowedOutboundPorts: AllowedOutboundPorts.optional(),
});
export type SettingsChange = z.infer<typeof SettingsChange>;
