import type { ConnectOptions } from "@mailfleet/connector-api";
import {
  type Connection,
  type ConnectionCredentials,
  FailureError,
  failureOf,
  passwordSealedFor,
  type TestEnd,
} from "@mailfleet/contracts";
import type { WorkerParts } from "./ports.ts";
import type { Asking } from "./sign-in/record.ts";

/** A connection with its connector and with what it signs in with, ready to be used. */
export interface OpenedConnection<Connector> {
  readonly connector: Connector;
  readonly options: ConnectOptions;
}

/** What of a connection it takes to open it. */
type Openable = Pick<
  Connection,
  | "mailboxId"
  | "address"
  | "server"
  | "credentials"
  | "connectionTimeoutMs"
  | "allowedPorts"
  | "allowedNetworks"
  | "eightBitPolicy"
  | "ehloName"
  | "profileName"
>;

/** What is particular about a test. */
interface Testing {
  /** It may end before anything is signed in with. */
  readonly ends?: TestEnd | undefined;
  /** Who wants it. `next`: the credentials are to come, and what is known of the present ones has nothing to do with them. */
  readonly asked?: Asking["asked"] | "next";
}

/**
 * Loads the connector and opens the credentials: a password, or a token when it is asked for. Nothing is held yet, so
 * nothing has to be given back where it cannot be opened. Throws `FailureError`: NO_CONNECTOR, CREDENTIALS_UNREADABLE,
 * or why nothing can be used.
 */
export async function openConnection<Connector>(
  ports: Pick<WorkerParts<Connector>, "connectors" | "openSecret" | "tokens" | "direction" | "destinations" | "gates">,
  connection: Openable,
  { ends, asked = null }: Testing = {},
): Promise<OpenedConnection<Connector>> {
  const { mailboxId, address, server, connectionTimeoutMs, allowedPorts, allowedNetworks } = connection;
  const { eightBitPolicy, ehloName } = connection;
  const [connector, credentials] = await Promise.all([
    loadConnector(ports, server.protocol),
    ends?.before === "sign-in" ? null : openCredentials(ports, connection, asked),
  ]);
  const { protocol: _, ...place } = server;
  return {
    connector,
    options: {
      mailboxId,
      address,
      server: place,
      credentials,
      allowedPorts,
      allowedNetworks: [...allowedNetworks, ...ports.destinations.networks],
      refused: ports.destinations.refused,
      proxy: ports.destinations.proxy ?? null,
      connectionTimeoutMs,
      eightBitPolicy,
      ...(ehloName !== null && { ehloName }),
      ...(ends && { ends }),
    },
  };
}

async function loadConnector<Connector>(
  { connectors, direction }: Pick<WorkerParts<Connector>, "connectors" | "direction">,
  protocol: string,
): Promise<Connector> {
  const connector = await connectors.load(protocol);
  if (connector !== null) return connector;
  const reply = `there is no ${direction} connector for ${protocol}`;
  throw new FailureError(failureOf("NO_CONNECTOR", { reply }));
}

async function openCredentials(
  { openSecret, tokens, gates }: Pick<WorkerParts<unknown>, "openSecret" | "tokens" | "gates">,
  connection: Openable,
  asked: Asking["asked"] | "next",
): Promise<ConnectOptions["credentials"]> {
  const { credentials, mailboxId, address, server } = connection;
  if (credentials.type === "none") throw new FailureError(failureOf(credentials.reason));
  if (credentials.type === "anonymous") return null;
  if (credentials.type === "oauth") return tokens.credentials(credentials, { id: mailboxId, address });
  const { username, password: sealed, authorizationIdentity } = credentials;
  const password = await openSecret(sealed, passwordSealedFor(credentials, server));
  const gate = asked === "next" ? null : gates(connection, password, asked);
  return {
    ...{ type: "password", username, password },
    ...(authorizationIdentity && { authorizationIdentity }),
    ...(gate && { gate }),
  };
}

/** Names a way to sign in without any secret: connections may be shared by those for whom it is the same. */
export function signInKey(credentials: ConnectionCredentials): readonly unknown[] {
  switch (credentials.type) {
    case "none":
      return [credentials.holder, credentials.reason];
    case "anonymous":
      return [credentials.holder, credentials.type];
    case "password":
      return [credentials.holder, credentials.username, credentials.authorizationIdentity, credentials.password.tag];
    case "oauth": {
      const { client, grant } = credentials;
      return [credentials.holder, credentials.username, client.clientId, client.secret?.sealed.tag, grant?.v];
    }
  }
}
