import { paths } from "./provider-configuration.ts";

/** A path of Microsoft's identity platform and what it is here. */
export interface MicrosoftPath {
  readonly tenant: string;
  readonly path: string;
}

const aliases: Readonly<Record<string, string>> = {
  "/oauth2/v2.0/authorize": paths.authorization,
  "/oauth2/v2.0/token": paths.token,
  "/oauth2/v2.0/devicecode": paths.deviceAuthorization,
  "/discovery/v2.0/keys": paths.jwks,
  "/v2.0/.well-known/openid-configuration": "/.well-known/openid-configuration",
};

/** `/{tenant}/oauth2/v2.0/token` and its siblings; `null` for another path. */
export function microsoftPath(pathname: string): MicrosoftPath | null {
  const [, tenant, rest] = /^\/([^/]+)(\/.+)$/.exec(pathname) ?? [];
  const path = rest === undefined ? undefined : aliases[rest];
  return tenant === undefined || path === undefined ? null : { tenant, path };
}

/** The issuer in a tenant's id tokens. */
export const issuerOfTenant = (origin: string, tenant: string): string => `${origin}/${tenant}/v2.0`;

/** The discovery document of a tenant (OpenID Connect Discovery section 4.2). */
export function microsoftDiscovery(origin: string, tenant: string): Record<string, unknown> {
  const below = `${origin}/${tenant}`;
  return {
    issuer: issuerOfTenant(origin, tenant),
    authorization_endpoint: `${below}/oauth2/v2.0/authorize`,
    token_endpoint: `${below}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${below}/oauth2/v2.0/devicecode`,
    jwks_uri: `${below}/discovery/v2.0/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    tenant_region_scope: null,
  };
}

/** What Microsoft says with an error of the token endpoint, by error; its clients show this text to people. */
const words: Readonly<Record<string, readonly [code: number, text: string]>> = {
  invalid_client: [7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the value"],
  invalid_grant: [
    70008,
    "The provided authorization code or refresh token has expired due to inactivity or was revoked",
  ],
  invalid_scope: [70011, "The provided value for the input parameter 'scope' is not valid"],
  unauthorized_client: [700016, "Application was not found in the directory"],
  authorization_pending: [70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling"],
};

/** An error of the token endpoint as Microsoft puts it. */
export function microsoftError(body: Record<string, unknown>): Record<string, unknown> {
  const known = words[String(body.error)];
  if (!known) return body;
  const [code, text] = known;
  return { ...body, error_description: `AADSTS${code}: ${text}.`, error_codes: [code] };
}
