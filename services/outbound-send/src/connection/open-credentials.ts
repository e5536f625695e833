import type { ConnectOptions } from "@mailfleet/connector-api";
import { type Connection, FailureError, failureOf, passwordSealedFor } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";

/**
 * What a connection signs in with: a password that was opened, or a token when it is asked for. A server that takes mail
 * without signing in needs none. Throws `FailureError` CREDENTIALS_UNREADABLE, or why nothing can be used.
 */
export async function openCredentials(
  { openSecret, tokens }: Pick<Ports, "openSecret" | "tokens">,
  { credentials, server, mailboxId, address }: Connection,
): Promise<ConnectOptions["credentials"]> {
  if (credentials.type === "none") {
    if (credentials.reason === "CREDENTIALS_MISSING") return null;
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

/** Names a way to sign in without any secret: connections are shared by those for whom it is the same. */
export function signInKey(credentials: Connection["credentials"]): readonly unknown[] {
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
