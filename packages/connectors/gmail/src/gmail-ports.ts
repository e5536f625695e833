import type { GuardedFetch } from "@mailfleet/http";

/** What the connectors need. */
export interface GmailPorts {
  readonly fetch: GuardedFetch;
}
