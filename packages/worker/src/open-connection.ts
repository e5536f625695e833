import type { ConnectOptions } from "@mailfleet/connector-api";
import {
  type Connection,
  type ConnectionCredentials,
  connectorDescriptors,
  FailureError,
  failureOf,
  type Protocol,
  passwordSealedFor,
} from "@mailfleet/contracts";
import type { WorkerPorts } from "./ports.ts";

/** A connection with its connector and with what it signs in with, ready to be used. */
export interface OpenedConnection<Connector> {
  readonly connector: Connector;
  readonly options: ConnectOptions;
}

/**
 * Loads the connector and opens the credentials: a password, or a token when it is asked for. Nothing is held yet, so
 * nothing has to be given back where it cannot be opened. Throws `FailureError`: NO_CONNECTOR, CREDENTIALS_UNREADABLE,
 * or why nothing can be used.
 */
export async function openConnection<Connector>(
  ports: Pick<WorkerPorts<Connector>, "connectors" | "openSecret" | "tokens" | "direction" | "destinations">,
  connection: Connection,
): Promise<OpenedConnection<Connector>> {
  const { mailboxId, address, server, connectionTimeoutMs, allowedPorts, allowedNetworks, eightBitPolicy } = connection;
  const [connector, credentials] = await Promise.all([
    loadConnector(ports, server.protocol),
    openCredentials(ports, connection),
  ]);
  const { host, port, security, trustedCertificates, apiUrl } = server;
  return {
    connector,
    options: {
      mailboxId,
      address,
      server: { host, port, security, ...(trustedCertificates && { trustedCertificates }), ...(apiUrl && { apiUrl }) },
      credentials,
      allowedPorts,
      allowedNetworks: [...allowedNetworks, ...ports.destinations.networks],
      refused: ports.destinations.refused,
      connectionTimeoutMs,
      eightBitPolicy,
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
  { credentials, mailboxId, address, server }: Connection,
): Promise<ConnectOptions["credentials"]> {
  if (credentials.type === "none") {
    // Some servers accept mail without a sign-in from addresses they know.
    if (credentials.reason === "CREDENTIALS_MISSING" && asksForNothing(server.protocol)) return null;
    throw new FailureError(failureOf(credentials.reason));
  }
  if (credentials.type === "oauth") return tokens.credentials(credentials, { id: mailboxId, address });
  const { username, password, authorizationIdentity } = credentials;
  return {
    type: "password",
    username,
    password: await openSecret(password, passwordSealedFor(credentials, server)),
    ...(authorizationIdentity && { authorizationIdentity }),
  };
}

function asksForNothing(protocol: string): boolean {
  return connectorDescriptors[protocol as Protocol]?.credentials.includes("none") ?? false;
}

/** Names a way to sign in without any secret: connections may be shared by those for whom it is the same. */
export function signInKey(credentials: ConnectionCredentials): readonly unknown[] {
  switch (credentials.type) {
    case "none":
      return [credentials.holder, credentials.reason];
    case "password":
      return [credentials.holder, credentials.username, credentials.authorizationIdentity, credentials.password.tag];
    case "oauth": {
      const { client, grant } = credentials;
      return [credentials.holder, credentials.username, client.clientId, client.secret?.sealed.tag, grant?.v];
    }
  }
}
