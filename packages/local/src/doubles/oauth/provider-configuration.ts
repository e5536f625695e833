import { randomBytes } from "node:crypto";
import type { Client, Context, StoredModel } from "oidc-provider";
import { interactionPolicy } from "oidc-provider";
import { jwtBearerGrantType } from "./jwt-bearer-grant.ts";
import type { MemoryStore } from "./memory-store.ts";
import { messagePage, page } from "./pages.ts";
import { knownScopes } from "./scopes.ts";

/** Paths below the issuer, as Google has them. */
export const paths = {
  authorization: "/o/oauth2/v2/auth",
  token: "/token",
  deviceAuthorization: "/device/code",
  /** Where a user enters the code of a device. */
  deviceCode: "/device",
  jwks: "/oauth2/v3/certs",
  introspection: "/introspect",
  revocation: "/revoke",
  userinfo: "/v1/userinfo",
  signIn: "/sign-in",
} as const;

/** What tests may change while the double runs. */
export interface OAuthKnobs {
  rotateRefreshTokens: boolean;
  accessTokenSeconds: number;
}

/** What the configuration reads of the double. */
export interface OAuthState {
  readonly store: MemoryStore;
  readonly knobs: OAuthKnobs;
  readonly signingKey: object;
  /** Address by account id. */
  readonly accounts: ReadonlyMap<string, string>;
  /** What an organisation's own provider says about some of them, by account id. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Consents that will be given a refresh token with their next code. */
  readonly offline: Set<string>;
}

const day = 86_400;

/** The configuration of `oidc-provider`: what a large mail provider does, as far as mail clients see it. */
export function providerConfiguration(state: OAuthState): Record<string, unknown> {
  const policy = interactionPolicy.base();
  policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);
  return {
    adapter: state.store.adapter,
    jwks: { keys: [state.signingKey] },
    scopes: knownScopes,
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    responseTypes: ["code"],
    clientAuthMethods: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
    clientDefaults: { grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] },
    // Clocks of computers differ; the providers allow five minutes.
    clockTolerance: 300,
    cookies: { keys: [randomBytes(16).toString("hex")] },
    extraParams: ["access_type", "include_granted_scopes", "hd", "domain_hint", "wants_refresh_token"],
    pkce: { required: () => false },
    expiresWithSession: () => false,
    rotateRefreshToken: () => state.knobs.rotateRefreshTokens,
    issueRefreshToken: (_context: Context, client: Client, source: StoredModel) => {
      if (!client.grantTypeAllowed("refresh_token") || source.grantId === undefined) return false;
      return state.offline.delete(source.grantId);
    },
    ttl: {
      AccessToken: () => state.knobs.accessTokenSeconds,
      ClientCredentials: () => state.knobs.accessTokenSeconds,
      AuthorizationCode: 600,
      DeviceCode: 900,
      IdToken: 3600,
      Grant: 365 * day,
      Interaction: 3600,
      RefreshToken: 180 * day,
      Session: 14 * day,
    },
    findAccount: (_context: Context, accountId: string) => {
      const email = state.accounts.get(accountId);
      if (email === undefined) return undefined;
      const groups = state.groups.get(accountId);
      const claims = { sub: accountId, email, email_verified: true, name: email, ...(groups && { groups }) };
      return { accountId, claims: () => claims };
    },
    interactions: {
      policy,
      url: (_context: Context, interaction: { uid: string }) => `${paths.signIn}/${interaction.uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: { enabled: false },
      revocation: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (context: Context, form: string, _out: unknown, error?: Error) => {
          if (error) context.status = 400;
          context.body = page("Enter the code of the device", `${error ? `<p>${error.name}</p>` : ""}${form}`);
        },
        userCodeConfirmSource: (context: Context, form: string) => {
          const buttons = '<button form="op.deviceConfirmForm">Continue</button>';
          context.body = page("Is this the code that the device shows?", `${form}${buttons}`);
        },
        successSource: (context: Context) => {
          context.body = messagePage("Signed in", "You may go back to the device.");
        },
      },
    },
    routes: {
      authorization: paths.authorization,
      token: paths.token,
      device_authorization: paths.deviceAuthorization,
      code_verification: paths.deviceCode,
      jwks: paths.jwks,
      userinfo: paths.userinfo,
    },
    renderError: (context: Context, out: { error: string; error_description?: string }) => {
      context.type = "html";
      context.body = messagePage(`Error: ${out.error}`, out.error_description ?? "");
    },
  };
}

/** Grant types of a client that was registered as a web application. */
export const webApplicationGrants = [
  ...["authorization_code", "refresh_token", "client_credentials"],
  "urn:ietf:params:oauth:grant-type:device_code",
];

/** What is registered for a service account: it only ever sends assertions. */
export function serviceAccountClient(clientId: string): StoredModel {
  return {
    client_id: clientId,
    grant_types: [jwtBearerGrantType],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: "none",
  };
}
