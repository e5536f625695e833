import type { Connection } from "@mailfleet/contracts";
import type { PermitKey } from "@mailfleet/kit";

/** Connections of all mailboxes together to one host: the largest number that a profile may allow one holder. */
const connectionsPerHost = 300;

/**
 * What one connection counts under, over both directions and all replicas: the holder of its credentials (a mailbox or a
 * profile), as many as the profile allows; and its host.
 */
export function permitKeys({
  credentials,
  maximumConcurrentConnections,
  server,
}: Pick<Connection, "credentials" | "maximumConcurrentConnections" | "server">): readonly PermitKey[] {
  return [
    { key: `holder:${credentials.holder}`, most: maximumConcurrentConnections },
    { key: `host:${server.host.toLowerCase()}`, most: connectionsPerHost },
  ];
}
