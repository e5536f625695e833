import { z } from "zod";

/** What both workers read in addition to what every service reads. */
export const workerEnvironment = {
  /** File with the private keys that open mailbox credentials. */
  MAILFLEET_OPEN_KEYS: z.string().min(1),
  /** Private networks that HTTP may go to, as CIDRs; none unless named. */
  MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
} as const;
