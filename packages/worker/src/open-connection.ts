import type { ConnectOptions } from "@mailfleet/connector-api";
import {
  type Connection,
  type ConnectionCredentials,
  FailureError,
  failureOf,
  passwordSealedFor,
  type TestEnd,
} from "@mailfleet/contracts";
import type { WorkerPorts } from "./ports.ts";

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
>;

/**
 * Loads the connector and opens the credentials: a password, or a token when it is asked for. Nothing is held yet, so
 * nothing has to be given back where it cannot be opened. Throws `FailureError`: NO_CONNECTOR, CREDENTIALS_UNREADABLE,
 * or why nothing can be used. `ends`: only for a test, which may end before anything is signed in with.
 */
export async function openConnection<Connector>(
  ports: Pick<WorkerPorts<Connector>, "connectors" | "openSecret" | "tokens" | "direction" | "destinations">,
  connection: Openable,
  ends?: TestEnd,
): Promise<OpenedConnection<Connector>> {
  const { mailboxId, address, server, connectionTimeoutMs, allowedPorts, allowedNetworks } = connection;
  const { eightBitPolicy, ehloName } = connection;
  const [connector, credentials] = await Promise.all([
    loadConnector(ports, server.protocol),
    ends?.before === "sign-in" ? null : openCredentials(ports, connection),
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
  { connectors, direction }: Pick<WorkerPorts<Connector>, "connectors" | "direction">,
  protocol: string,
): Promise<Connector> {
  const connector = await connectors.load(protocol);
  if (connector !== null) return connector;
  const reply = `there is no ${direction} connector for ${protocol}`;
  throw new FailureError(failureOf("NO_CONNECTOR", { reply }));
}

async function openCredentials(
  { openSecret, tokens }: Pick<WorkerPorts<unknown>, "openSecret" | "tokens">,
  { credentials, mailboxId, address, server }: Openable,
): Promise<ConnectOptions["credentials"]> {
  if (credentials.type === "none") throw new FailureError(failureOf(credentials.reason));
  if (credentials.type === "anonymous") return null;
  if (credentials.type === "oauth") return tokens.credentials(credentials, { id: mailboxId, address });
  const { username, password, authorizationIdentity } = credentials;
  return {
    type: "password",
    username,
    password: await openSecret(password, passwordSealedFor(credentials, server)),
    ...(authorizationIdentity && { authorizationIdentity }),
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
