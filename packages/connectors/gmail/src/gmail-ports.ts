import type { GuardedFetch } from "@mailfleet/http";

/** What the connectors are given. */
export interface GmailPorts {
  readonly fetch: GuardedFetch;
}
