import { z } from "zod";
import { Instant } from "../ids.ts";
import { EmailAddress, TestStep } from "../mailbox/shown.ts";

/** `partial`: what was done worked, and something was left out. */
const outcome = z.enum(["ok", "partial", "failed"]);

/** What a test of one direction found. */
export const DirectionTest = z.object({
  direction: z.enum(["inbound", "outbound"]),
  server: z.string().describe("protocol, host, port and security"),
  outcome,
  steps: z.array(TestStep),
});

/** What a test of a profile's connections found, step by step (Dynamics 365: *Test Connection*). */
export const ConnectionTest = z.object({
  outcome,
  at: Instant,
  mailbox: EmailAddress.nullable().describe("the mailbox that was named for it"),
  directions: z.array(DirectionTest),
});
export type ConnectionTest = z.infer<typeof ConnectionTest>;
