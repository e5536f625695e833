import type { ConnectOptions, InboundConnector } from "@mailfleet/connector-api";
import {
  type Connection,
  FailureError,
  failureOf,
  ProblemError,
  passwordSealedFor,
  type RunRequested,
} from "@mailfleet/contracts";
import type { InboundPorts } from "./ports.ts";

/**
 * What this run may connect to at this moment; `null`: it is not wanted any more, or belongs to another generation.
 * Throws `ProblemError` UNAVAILABLE while config is away.
 */
export async function askConnection(
  { bus }: Pick<InboundPorts, "bus">,
  run: RunRequested,
  correlation?: string,
): Promise<Connection | null> {
  try {
    const connection = await bus.request(
      "config.connection.get",
      { mailboxId: run.mailboxId, direction: run.direction },
      correlation ? { correlation } : {},
    );
    return connection.allowed && connection.generation === run.generation ? connection : null;
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === "NOT_FOUND") return null;
    throw error;
  }
}

/** True for an error that only means that another service is away for now. */
export function isServiceAway(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === "UNAVAILABLE";
}

/** The connector of a connection's protocol. */
export async function connectorFor(
  { connectors }: Pick<InboundPorts, "connectors">,
  { server: { protocol } }: Connection,
): Promise<InboundConnector> {
  const load = connectors[protocol];
  if (!load) throw new Error(`there is no connector for ${protocol}`);
  return load();
}

/**
 * The connection with what it signs in with: a password that was opened, or a token when it is asked for. Throws
 * `FailureError` CREDENTIALS_UNREADABLE, or why nothing can be used.
 */
export async function openConnection(
  { opener, tokens }: Pick<InboundPorts, "opener" | "tokens">,
  connection: Connection,
): Promise<ConnectOptions> {
  const { mailboxId, address, server, credentials, connectionTimeoutMs, allowedPorts } = connection;
  const { host, port, security, trustedCertificates, apiUrl } = server;
  return {
    mailboxId,
    address,
    server: { host, port, security, ...(trustedCertificates && { trustedCertificates }), ...(apiUrl && { apiUrl }) },
    credentials: await openCredentials(),
    allowedPorts,
    connectionTimeoutMs,
  };

  async function openCredentials(): Promise<ConnectOptions["credentials"]> {
    if (credentials.type === "none") throw new FailureError(failureOf(credentials.reason));
    if (credentials.type === "oauth") return tokens.credentials(credentials, { id: mailboxId, address });
    const { username, password, authorizationIdentity } = credentials;
    return {
      type: "password",
      username,
      password: await opener.open(password, passwordSealedFor(credentials, server)),
      ...(authorizationIdentity && { authorizationIdentity }),
    };
  }
}
