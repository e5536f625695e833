import { z } from "zod";

/** What both workers read in addition to what every service reads. */
export const workerEnvironment = {
  /** File with the private keys that open mailbox credentials. */
  MAILFLEET_OPEN_KEYS: z.string().min(1),
  /** Private networks that may be connected to, as CIDRs: for HTTP only these, for mail those of the settings too. */
  MAILFLEET_ALLOWED_PRIVATE_NETWORKS: z.string().default(""),
  /** `http://host:port` of the proxy through which HTTP leaves the installation; none unless named. */
  MAILFLEET_HTTP_PROXY: z.string().default(""),
  /** File with `user:password` for it. */
  MAILFLEET_HTTP_PROXY_CREDENTIALS: z.string().default(""),
  /** Hosts, domains and networks that are reached without it. */
  MAILFLEET_NO_PROXY: z.string().default(""),
} as const;
