import { generateKeyPairSync, randomBytes, randomInt, X509Certificate } from "node:crypto";
import { watchSecret } from "../../testing/kept-output.ts";
import { remember } from "../http/bounded-log.ts";
import { type Certificate, makeCertificate } from "../http/certificate.ts";
import { listen } from "../http/listen.ts";
import { type Trouble, waitingTroubles } from "../http/trouble.ts";
import { accountIdOf } from "./account-id.ts";
import { everyRole, readToken } from "./application-token.ts";
import { memoryStore } from "./memory-store.ts";
import { type OAuthServerState, oauthServer } from "./oauth-server.ts";
import { playApproval, playDeviceApproval, type UserDecision } from "./play-user.ts";
import { paths, serviceAccountClient, webApplicationGrants } from "./provider-configuration.ts";
import type { OAuthRequest, TokenMeaning } from "./requests-and-tokens.ts";
import { makeServiceAccount, type ServiceAccount, type ServiceAccountKeyJson } from "./service-account.ts";

/** URLs of the double, as a provider's preset names them. */
export interface OAuthEndpoints {
  readonly issuer: string;
  readonly authorization: string;
  readonly token: string;
  readonly deviceAuthorization: string;
  readonly jwks: string;
  readonly introspection: string;
}

/** An OAuth 2.0 and OpenID Connect server in memory that plays Google's and Microsoft's. */
export interface OAuthDouble {
  readonly issuer: string;
  readonly endpoints: OAuthEndpoints;
  /** The same server as a tenant of Microsoft's: other paths, other issuer, `AADSTS` errors. */
  tenant(name: string): OAuthEndpoints;
  /** PEM to be trusted, when it serves https. */
  readonly certificate: string | undefined;
  /**
   * Registers a web application; with a certificate (PEM) it signs in by `private_key_jwt` and has no secret. Once more for
   * the same client: only the new secret or certificate is taken, with `beside` the earlier ones as well.
   */
  addClient(options?: {
    clientId?: string;
    secret?: string;
    redirectUris?: string[];
    certificate?: string;
    beside?: boolean;
  }): {
    clientId: string;
    clientSecret: string;
  };
  /** `groups`: what its ID tokens say, as those of an organisation's own provider do. */
  addAccount(email: string, groups?: readonly string[]): void;
  /** Plays a browser: opens the URL, signs in, agrees or denies. Returns the last redirect without following it. */
  approve(authorizationUrl: string, user: UserDecision): Promise<string>;
  /** Plays the user of a device who enters its code. */
  approveDevice(userCode: string, user: UserDecision): Promise<void>;
  /** A service account of Google with its key file. */
  addServiceAccount(options?: { projectId?: string }): ServiceAccountKeyJson;
  /** Domain-wide delegation: the service account may act for every account with these scopes. */
  delegate(clientId: string, scopes: readonly string[]): void;
  undelegate(clientId: string): void;
  /** Withdraws all consents of an account: its tokens are dead, refreshing gives `invalid_grant`. */
  revoke(account: string): void;
  /** Ends the tokens of an application, as Entra does once it is disabled or its proof was taken away (CAE). */
  endTokens(clientId: string): void;
  /** What the tenant's administrator has consented to for an application, in its next tokens; everything at first. */
  consent(clientId: string, roles: readonly string[]): void;
  /** Like an application in testing: new consents end after this time and tell when. `null`: they do not end. */
  endConsentAfter(ms: number | null): void;
  /** Whether a refresh token dies when it is used; true at first. */
  rotateRefreshTokens: boolean;
  accessTokenSeconds: number;
  /** How far its clock is ahead of our clock. */
  clockSkewMs: number;
  /** What an access token is good for; `null` if it is unknown, ended or withdrawn. */
  introspect(token: string): TokenMeaning | null;
  failNext(trouble: Trouble): void;
  /** The newest requests, without secrets. */
  readonly requests: OAuthRequest[];
  stop(): Promise<void>;
}

export interface OAuthDoubleOptions {
  /** A free one if absent. */
  readonly port?: number;
  /** `true`: https with a certificate made for it. */
  readonly certificate?: Certificate | true;
}

/** Starts the double on a loopback port. */
export async function startOAuthDouble(options: OAuthDoubleOptions = {}): Promise<OAuthDouble> {
  const certificate = options.certificate === true ? await makeCertificate() : options.certificate;
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const store = memoryStore();
  const troubles = waitingTroubles();
  const serviceAccounts = new Map<string, ServiceAccount>();
  const delegations = new Map<string, ReadonlySet<string>>();
  const requests: OAuthRequest[] = [];
  /** What each client may prove itself with, oldest first: the library knows one secret only. */
  const secrets = new Map<string, string[]>();
  const keys = new Map<string, object[]>();
  const consents = new Map<string, readonly string[]>();
  const state: OAuthServerState = {
    store,
    privateKey,
    signingKey: {
      ...privateKey.export({ format: "jwk" }),
      use: "sig",
      alg: "RS256",
      kid: randomBytes(8).toString("hex"),
    },
    knobs: { rotateRefreshTokens: true, accessTokenSeconds: 3600, clockSkewMs: 0, consentEndsAfterMs: null },
    accounts: new Map(),
    groups: new Map(),
    offline: new Set(),
    serviceAccounts,
    delegations,
    takeTrouble: troubles.take,
    knownSecret: (clientId, secret) => {
      const known = secrets.get(clientId);
      return known?.includes(secret) ? (known.at(-1) ?? secret) : secret;
    },
    onRequest: (request) => remember(requests, request),
    rolesOf: (clientId) => consents.get(clientId) ?? everyRole,
    introspect: (token) => introspect(token),
  };
  const { knobs, accounts } = state;
  let serve: ReturnType<typeof oauthServer> = (_request, response) => void response.destroy();
  const server = await listen((request, response) => serve(request, response), certificate, options.port);
  const { origin } = server;
  serve = oauthServer(origin, state);
  const register = (client: Record<string, unknown>) =>
    void store.adapter("Client").upsert(String(client.client_id), client);
  register({ ...serviceAccountClient("unknown-service-account") });

  function introspect(token: string): TokenMeaning | null {
    const { opaque, roles } = readToken(token);
    const found = store.get("AccessToken", opaque) ?? store.get("ClientCredentials", opaque);
    if (!found) return null;
    return {
      ...(roles && { roles }),
      account: accounts.get(found.accountId ?? "") ?? "",
      scopes: (found.scope ?? "").split(" ").filter(Boolean),
      clientId: found.clientId ?? "",
    };
  }

  return {
    issuer: origin,
    certificate: certificate?.certificate,
    endpoints: {
      issuer: origin,
      authorization: origin + paths.authorization,
      token: origin + paths.token,
      deviceAuthorization: origin + paths.deviceAuthorization,
      jwks: origin + paths.jwks,
      introspection: origin + paths.introspection,
    },
    tenant: (name) => ({
      issuer: `${origin}/${name}/v2.0`,
      authorization: `${origin}/${name}/oauth2/v2.0/authorize`,
      token: `${origin}/${name}/oauth2/v2.0/token`,
      deviceAuthorization: `${origin}/${name}/oauth2/v2.0/devicecode`,
      jwks: `${origin}/${name}/discovery/v2.0/keys`,
      introspection: origin + paths.introspection,
    }),
    addClient: (client = {}) => {
      const clientId =
        client.clientId ?? `${randomInt(1e11)}-${randomBytes(16).toString("hex")}.apps.googleusercontent.com`;
      const clientSecret = client.secret ?? `GOCSPX-${randomBytes(21).toString("base64url")}`;
      watchSecret(clientSecret);
      const redirectUris = client.redirectUris ?? ["http://127.0.0.1/oauth/callback"];
      const common = {
        ...{ client_id: clientId, redirect_uris: redirectUris, grant_types: webApplicationGrants },
        post_logout_redirect_uris: redirectUris.map((uri) => new URL("/admin/", uri).href),
      };
      const beside = <Proof>(known: Map<string, Proof[]>, proof: Proof): Proof[] => {
        const all = [...(client.beside ? (known.get(clientId) ?? []) : []), proof];
        known.set(clientId, all);
        return all;
      };
      if (client.certificate === undefined) {
        beside(secrets, clientSecret);
        register({ ...common, client_secret: clientSecret, token_endpoint_auth_method: "client_secret_post" });
        return { clientId, clientSecret };
      }
      const jwk = new X509Certificate(client.certificate).publicKey.export({ format: "jwk" });
      register({ ...common, jwks: { keys: beside(keys, jwk) }, token_endpoint_auth_method: "private_key_jwt" });
      return { clientId, clientSecret: "" };
    },
    addAccount: (email, groups) => {
      (accounts as Map<string, string>).set(accountIdOf(email), email);
      if (groups) (state.groups as Map<string, readonly string[]>).set(accountIdOf(email), groups);
    },
    approve: (url, user) => playApproval(origin, certificate?.certificate, url, user),
    approveDevice: (code, user) => playDeviceApproval(origin, certificate?.certificate, code, user),
    addServiceAccount: ({ projectId = "mail-double" } = {}) => {
      const made = makeServiceAccount(projectId, {
        authorization: origin + paths.authorization,
        token: origin + paths.token,
      });
      serviceAccounts.set(made.account.email, made.account);
      (accounts as Map<string, string>).set(accountIdOf(made.account.email), made.account.email);
      register(serviceAccountClient(made.account.clientId));
      return made.keyFile;
    },
    delegate: (clientId, scopes) => void delegations.set(clientId, new Set(scopes)),
    undelegate: (clientId) => void delegations.delete(clientId),
    revoke: (account) => {
      const accountId = accountIdOf(account);
      for (const [grantId, grant] of store.all("Grant")) if (grant.accountId === accountId) store.revokeGrant(grantId);
    },
    endTokens: store.endTokens,
    consent: (clientId, roles) => void consents.set(clientId, roles),
    endConsentAfter: (ms) => {
      knobs.consentEndsAfterMs = ms;
    },
    get rotateRefreshTokens() {
      return knobs.rotateRefreshTokens;
    },
    set rotateRefreshTokens(value) {
      knobs.rotateRefreshTokens = value;
    },
    get accessTokenSeconds() {
      return knobs.accessTokenSeconds;
    },
    set accessTokenSeconds(value) {
      knobs.accessTokenSeconds = value;
    },
    get clockSkewMs() {
      return knobs.clockSkewMs;
    },
    set clockSkewMs(value) {
      knobs.clockSkewMs = value;
    },
    introspect,
    failNext: troubles.add,
    requests,
    stop: server.stop,
  };
}
