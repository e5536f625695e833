import { type OAuthClient, providerPresets } from "@mailfleet/contracts";

/** What is different for each sign-in. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  /** SHA-256 of the verifier, base64url (RFC 7636 §4.2). */
  readonly challenge: string;
  /** The mailbox's address, so that the provider offers the right account. */
  readonly loginHint: string;
}

/** Where the browser goes to sign in (RFC 6749 §4.1.1, with PKCE). The caller adds `state`. */
export function authorizationUrl(client: OAuthClient, request: AuthorizationRequest): string {
  const url = new URL(client.authorizationEndpoint);
  const parameters = {
    ...(client.provider === "custom" ? {} : providerPresets[client.provider].authorizationParameters),
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: request.redirectUri,
    scope: signInScopes(client).join(" "),
    code_challenge: request.challenge,
    code_challenge_method: "S256",
    login_hint: request.loginHint,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

/** The client's scopes, those that tell who signed in, and Microsoft's scope for a refresh token. */
export function signInScopes({ provider, scopes }: Pick<OAuthClient, "provider" | "scopes">): string[] {
  const beside = provider === "microsoft" ? ["openid", "email", "offline_access"] : ["openid", "email"];
  return [...new Set([...scopes, ...beside])];
}
