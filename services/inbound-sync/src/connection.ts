import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Connection, ProblemError, type RunRequested } from "@mailfleet/contracts";
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

/** The connection with its password opened. Throws `FailureError` CREDENTIALS_UNREADABLE. */
export async function openConnection(
  { opener }: Pick<InboundPorts, "opener">,
  connection: Connection,
): Promise<ConnectOptions> {
  const { mailboxId, address, server, credentials, connectionTimeoutMs } = connection;
  return {
    mailboxId,
    address,
    server: {
      host: server.host,
      port: server.port,
      security: server.security,
      ...(server.trustedCertificates && { trustedCertificates: server.trustedCertificates }),
    },
    credentials: credentials && {
      username: credentials.username,
      password: await opener.open(credentials.password, credentials.sealedFor),
    },
    connectionTimeoutMs,
  };
}
