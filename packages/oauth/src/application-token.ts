import type { AccessToken, Client, RequestPorts } from "./ports.ts";
import { requestToken } from "./token-endpoint.ts";

/** A token of the application itself (client credentials, RFC 6749 §4.4). Throws `FailureError`. */
export async function applicationToken(ports: RequestPorts, client: Client, signal: AbortSignal): Promise<AccessToken> {
  const { accessToken, endsAt } = await requestToken(ports, client, {
    kind: "application",
    grantType: "client_credentials",
    parameters: { scope: client.scopes.join(" ") },
    signal,
  });
  return { token: accessToken, endsAt };
}
