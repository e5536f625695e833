import { z } from "zod";
import { Failure } from "../failure.ts";
import { Instant } from "../ids.ts";
import { DeliveryMethod, DirectionState, Verdict } from "../vocabulary.ts";

/** An addr-spec as mail servers take it (RFC 5321 §4.1.2), without quoted local parts. */
export const EmailAddress = z
  .string()
  .max(254, "must be at most 254 characters")
  .regex(/^[^\s@"<>(),;:\\[\]]{1,64}@[^\s@"<>(),;:\\[\]]+$/, "must be an e-mail address");

/** The person who owns a mailbox and is told about it. */
export const Owner = z.strictObject({
  name: z.string().max(200).optional().describe("the owner's name, for people"),
  email: EmailAddress.describe("the person who owns the mailbox"),
});

const actText =
  "appointments, contacts and tasks, with Exchange only: Mailfleet tests access to them and marks the mailbox as its organisation's; it does not synchronise the items themselves yet";

/** How each direction is served. */
export const DeliveryMethods = z.strictObject({
  inbound: DeliveryMethod.default("none").describe("how mail is received"),
  outbound: DeliveryMethod.default("none").describe("how mail is sent"),
  act: DeliveryMethod.default("none").describe(actText),
});

/**
 * As they are written. In a change what is not named stays; of a new mailbox's methods it is none, and `act` the
 * organisation's default.
 */
export const NewDeliveryMethods = z.strictObject({
  inbound: DeliveryMethod.optional().describe("how mail is received; in a new mailbox none if absent"),
  outbound: DeliveryMethod.optional().describe("how mail is sent; in a new mailbox none if absent"),
  act: DeliveryMethod.optional().describe(`${actText}; in a new mailbox the organisation's default if absent`),
});

/**
 * One step of a test, in the order it was done (certificate in a key vault, locate, resolve, connect, TLS, authenticate, account, access, list / send /
 * folders of items and the organisation's mark, own probe).
 */
export const TestStep = z.object({
  step: z.enum([
    "settings",
    "certificate",
    "locate",
    "resolve",
    "connect",
    "tls",
    "authenticate",
    "account",
    "access",
    "list",
    "send",
    "calendar",
    "contacts",
    "tasks",
    "mark",
    "receive-probe",
  ]),
  outcome: z.enum(["ok", "failed", "skipped"]),
  ms: z.number().nonnegative(),
  /** What was found, e.g. the address, the TLS version, the number of messages. Never a secret. */
  detail: z.string().max(2000).optional(),
  code: Failure.shape.code.optional(),
  remedy: z.string().optional(),
});
export type TestStep = z.infer<typeof TestStep>;

/** A failure as it is shown: with its text and remedy from the table. */
export const ShownFailure = Failure.extend({ text: z.string(), remedy: z.string(), at: Instant });
export type ShownFailure = z.infer<typeof ShownFailure>;

/** What is known about one direction. `null` means that it never happened, or that nothing is planned. */
export const DirectionStatus = z.object({
  configured: z.boolean(),
  state: DirectionState,
  enabled: z.boolean(),
  verdict: Verdict,
  generation: z.number().int(),
  lastTest: z.object({ at: Instant, outcome: z.enum(["ok", "failed"]), steps: z.array(TestStep) }).nullable(),
  attempt: z.number().int(),
  attemptsLeft: z.number().int(),
  lastError: ShownFailure.nullable(),
  /**
   * The next automatic step and why: `poll`, `retry`, `retest`, `probe`, `test-deadline`. `at` is the earliest time.
   */
  next: z
    .object({
      at: Instant,
      why: z.enum(["poll", "retry", "retest", "probe", "test-deadline"]),
      everyMs: z.number().optional(),
    })
    .nullable(),
});
export type DirectionStatus = z.infer<typeof DirectionStatus>;

/** The last transitions, for people; the full trail is in the FACTS stream. */
export const HistoryEntry = z.object({
  v: z.number().int(),
  at: Instant,
  event: z.string(),
  from: z.string(),
  to: z.string(),
  cause: z.string().optional(),
  by: z.string().optional(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
