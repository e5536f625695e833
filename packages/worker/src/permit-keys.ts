import {
  type Connection,
  type ConnectorDescriptor,
  connectorDescriptors,
  type DirectionState,
} from "@mailfleet/contracts";
import type { PermitKey } from "@mailfleet/kit";

/** Connections of all mailboxes together to one server: the largest number that a profile may allow one holder. */
const connectionsPerServer = 300;
/**
 * How many of them mailboxes may have that did not work quickly the last time, or were not read yet: where hundreds hang
 * or drip at one server, those that work find a connection free. Counted by themselves, or they would find none where
 * those that work have many.
 */
const connectionsOfUnproven = 225;
const troubled: ReadonlySet<DirectionState> = new Set<DirectionState>(["enabled.retrying", "failed.probing"]);

const descriptors: Readonly<Partial<Record<string, ConnectorDescriptor>>> = connectorDescriptors;

/**
 * What one connection counts under, over both directions and all replicas: the holder of its credentials (a mailbox or a
 * profile), as many as the profile allows; its server, so that one that hangs holds up nobody else's; and its mailbox,
 * where a server counts by that and one is named.
 */
export function permitKeys(
  {
    credentials,
    mailboxId,
    maximumConcurrentConnections,
    server,
    state,
  }: Pick<Connection, "credentials" | "mailboxId" | "maximumConcurrentConnections" | "server" | "state">,
  isProven = true,
): readonly PermitKey[] {
  const { sessionsPerMailbox } = descriptors[server.protocol] ?? {};
  const host = `host:${server.host.toLowerCase()}:${server.port}`;
  return [
    ...(sessionsPerMailbox === undefined || mailboxId === ""
      ? []
      : [{ key: `mailbox:${mailboxId}`, most: sessionsPerMailbox }]),
    { key: `holder:${credentials.holder}`, most: maximumConcurrentConnections },
    ...(isProven && !isTroubled({ state }) ? [] : [{ key: `${host}:unproven`, most: connectionsOfUnproven }]),
    { key: host, most: connectionsPerServer },
  ];
}

/** The direction did not work the last time. */
export function isTroubled({ state }: Pick<Connection, "state">): boolean {
  return troubled.has(state);
}

/**
 * What a connection counts under that only waits for news: its holder, of whose connections it leaves one half to those
 * that work, and the other direction. Not its host: what is limited there are sign-ins, and each account has its own
 * connections. Empty: it may never be made.
 */
export function watchPermitKeys({
  credentials,
  maximumConcurrentConnections,
}: Pick<Connection, "credentials" | "maximumConcurrentConnections">): readonly PermitKey[] {
  const most = Math.floor(maximumConcurrentConnections / 2);
  return most < 1 ? [] : [{ key: `holder:${credentials.holder}`, most }];
}
