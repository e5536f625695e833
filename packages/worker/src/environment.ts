import { z } from "zod";

/** What both workers read in addition to what every service reads. */
export const workerEnvironment = {
  /** File with the private keys that open mailbox credentials. */
  MAILFLEET_OPEN_KEYS: z.string().min(1),
  /** Private networks that may be connected to, as CIDRs: for HTTP only these, for mail those of the settings too. */
  MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
} as const;
