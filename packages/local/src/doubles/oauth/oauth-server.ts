import type { KeyObject } from "node:crypto";
import { IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type Context, Provider } from "oidc-provider";
import { watchSecret } from "../../testing/kept-output.ts";
import { readBody } from "../http/read-body.ts";
import { sendJson } from "../http/send-json.ts";
import { playTrouble, type Trouble } from "../http/trouble.ts";
import { applicationToken } from "./application-token.ts";
import { changeIdToken } from "./id-token.ts";
import { judgeAssertion, jwtBearerGrantType } from "./jwt-bearer-grant.ts";
import { issuerOfTenant, microsoftDiscovery, microsoftError, microsoftPath } from "./microsoft-paths.ts";
import { type OAuthKnobs, type OAuthState, paths, providerConfiguration } from "./provider-configuration.ts";
import type { OAuthRequest, TokenMeaning } from "./requests-and-tokens.ts";
import type { ServiceAccount } from "./service-account.ts";
import { serveSignIn } from "./sign-in-pages.ts";

/** What the server works on. */
export interface OAuthServerState extends OAuthState {
  readonly privateKey: KeyObject;
  readonly knobs: OAuthKnobs & { clockSkewMs: number; consentEndsAfterMs: number | null };
  readonly serviceAccounts: ReadonlyMap<string, ServiceAccount>;
  readonly delegations: ReadonlyMap<string, ReadonlySet<string>>;
  takeTrouble(path: string): Trouble | undefined;
  /** The one secret that the library knows, where this is another of the client's; else the same. */
  knownSecret(clientId: string, secret: string): string;
  onRequest(request: OAuthRequest): void;
  /** What was consented to for an application. */
  rolesOf(clientId: string): readonly string[];
  introspect(token: string): TokenMeaning | null;
}

const maximumBody = 64 * 1024;
const postedPaths: ReadonlySet<string> = new Set([paths.token, paths.deviceAuthorization]);

/** `oidc-provider` with what large providers do differently around it. */
export function oauthServer(origin: string, state: OAuthServerState): RequestListener {
  const provider = new Provider(origin, providerConfiguration(state));
  /** Tenant by request, for those that came by Microsoft's paths. */
  const tenants = new WeakMap<IncomingMessage, string>();
  acceptAudiencesOfTenants(provider, tenants, origin);
  registerJwtBearer(provider, state, origin);
  provider.use(async (context, next) => {
    await next();
    if (context.path === paths.token) asProvidersAnswer(context, state, origin, tenants.get(context.req));
  });
  const handle = provider.callback();
  const signIn = {
    get addresses() {
      return [...state.accounts.values()].filter((address) => !state.serviceAccounts.has(address));
    },
    agreedBefore: (accountId: string, clientId: string) =>
      [...state.store.all("Grant")].some(
        ([id, grant]) => grant.accountId === accountId && grant.clientId === clientId && state.store.get("Grant", id),
      ),
    onConsent: (grantId: string, wantsRefreshToken: boolean) => {
      if (wantsRefreshToken) state.offline.add(grantId);
      const { consentEndsAfterMs } = state.knobs;
      if (consentEndsAfterMs !== null) state.store.endGrantAt(grantId, Date.now() + consentEndsAfterMs);
    },
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", origin);
    const method = request.method ?? "GET";
    const body =
      method === "POST" && !url.pathname.startsWith(`${paths.signIn}/`)
        ? await readBody(request, maximumBody)
        : undefined;
    if (body === null) return sendJson(response, 413, { error: "invalid_request" });
    const form = new URLSearchParams(body?.toString("latin1"));
    const grantType = form.get("grant_type");
    const given = form.get("client_secret");
    if (given !== null) form.set("client_secret", state.knownSecret(form.get("client_id") ?? "", given));
    state.onRequest({ method, path: url.pathname, ...(grantType ? { grantType } : {}), at: Date.now() });
    if (state.knobs.clockSkewMs !== 0) {
      response.setHeader("date", new Date(Date.now() + state.knobs.clockSkewMs).toUTCString());
    }
    const trouble = state.takeTrouble(url.pathname);
    if (trouble && (await playTrouble(trouble, response, usualError))) return;

    if (url.pathname === paths.introspection) return introspection(state, request, form, response);
    if (url.pathname === paths.revocation)
      return revocation(state, form.get("token") ?? url.searchParams.get("token"), response);
    if (url.pathname.startsWith(`${paths.signIn}/`)) return serveSignIn(provider, signIn, request, response);
    const microsoft = microsoftPath(url.pathname);
    if (microsoft?.path.endsWith("/openid-configuration")) {
      return sendJson(response, 200, microsoftDiscovery(origin, microsoft.tenant));
    }
    if (microsoft) url.pathname = microsoft.path;
    // oidc-provider drops this scope where no consent is asked for; the providers do not.
    const scopes = (url.searchParams.get("scope") ?? "").split(" ");
    if (url.pathname === paths.authorization && scopes.includes("offline_access")) {
      url.searchParams.set("wants_refresh_token", "yes");
    }
    if (grantType === jwtBearerGrantType && !form.has("client_id")) form.set("client_id", senderOf(form, state));
    const again = sameRequest(request, url, postedPaths.has(url.pathname) ? form.toString() : body);
    if (microsoft) tenants.set(again, microsoft.tenant);
    handle(again, response);
  };
  return (request, response) => {
    serve(request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: "server_error", error_description: error.message });
    });
  };
}

const usualError = (status: number): unknown =>
  status >= 500
    ? { error: "server_error", error_description: "The service is temporarily unavailable." }
    : { error: status === 429 ? "temporarily_unavailable" : "invalid_request", error_description: "Refused." };

/** The request once more, with a body that was read already. */
function sameRequest(request: IncomingMessage, url: URL, body: string | Buffer | undefined): IncomingMessage {
  if (body === undefined) {
    request.url = url.pathname + url.search;
    return request;
  }
  const bytes = Buffer.from(body);
  const again = new IncomingMessage(request.socket);
  again.method = request.method;
  again.url = url.pathname + url.search;
  again.httpVersion = request.httpVersion;
  again.headers = { ...request.headers, "content-length": String(bytes.length) };
  delete again.headers["transfer-encoding"];
  again.push(bytes);
  again.push(null);
  again.complete = true; // else it counts as aborted and takes the connection with it
  return again;
}

/** Microsoft's clients name the token endpoint of their tenant as audience of an assertion. */
function acceptAudiencesOfTenants(provider: Provider, tenants: WeakMap<IncomingMessage, string>, origin: string): void {
  const { prototype } = provider.OIDCContext;
  const usual = prototype.clientJwtAuthExpectedAudience;
  prototype.clientJwtAuthExpectedAudience = function () {
    const audiences = usual.call(this);
    const tenant = tenants.get(this.ctx.req);
    if (tenant) audiences.add(`${origin}/${tenant}/oauth2/v2.0/token`).add(issuerOfTenant(origin, tenant));
    return audiences;
  };
}

/** The client as which an assertion without `client_id` is served: Google's clients send none. */
function senderOf(form: URLSearchParams, state: OAuthServerState): string {
  try {
    const [, body = ""] = (form.get("assertion") ?? "").split(".");
    const { iss } = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as { iss?: unknown };
    return state.serviceAccounts.get(String(iss))?.clientId ?? "unknown-service-account";
  } catch {
    return "unknown-service-account";
  }
}

function registerJwtBearer(provider: Provider, state: OAuthServerState, origin: string): void {
  const addresses = () => new Set([...state.accounts.values()].map((address) => address.toLowerCase()));
  const byLowerCase = (address: string) =>
    [...state.accounts].find(([, known]) => known.toLowerCase() === address.toLowerCase());
  const answer = async (context: Context): Promise<void> => {
    const judged = judgeAssertion(context.oidc.params.assertion ?? "", {
      accounts: state.serviceAccounts,
      delegations: state.delegations,
      hasAccount: (address) => addresses().has(address.toLowerCase()),
      // Google's own client names the real endpoint, whatever address its key file gives.
      audiences: new Set([origin + paths.token, origin, "https://oauth2.googleapis.com/token"]),
      now: Date.now() + state.knobs.clockSkewMs,
    });
    if ("error" in judged) {
      context.status = judged.status;
      context.body = { error: judged.error, error_description: judged.description };
      return;
    }
    const [accountId = ""] = byLowerCase(judged.subject) ?? [];
    const { client } = context.oidc;
    const grant = new provider.Grant({ accountId, clientId: client.clientId });
    grant.addOIDCScope(judged.scope);
    const grantId = await grant.save();
    const token = new provider.AccessToken({
      accountId,
      client,
      grantId,
      gty: jwtBearerGrantType,
      scope: judged.scope,
    });
    const accessToken = await token.save();
    context.body = { access_token: accessToken, expires_in: token.expiration, token_type: "Bearer" };
  };
  provider.registerGrantType(jwtBearerGrantType, answer, ["assertion"]);
}

/** What the large providers put into an answer of the token endpoint, and in which words they refuse. */
function asProvidersAnswer(
  context: Context,
  state: OAuthServerState,
  origin: string,
  tenant: string | undefined,
): void {
  const body = context.body as Record<string, unknown> | undefined;
  if (typeof body !== "object" || body === null) return;
  if (body.error !== undefined) {
    if (tenant) context.body = microsoftError(body);
    else if (body.error === "invalid_grant" && context.oidc.params?.grant_type === "refresh_token") {
      context.body = { error: "invalid_grant", error_description: "Token has been expired or revoked." };
    }
    return;
  }
  if (typeof body.id_token === "string" && (tenant || state.knobs.clockSkewMs !== 0)) {
    body.id_token = changeIdToken(body.id_token, state.privateKey, {
      ...(tenant ? { issuer: issuerOfTenant(origin, tenant) } : {}),
      shiftSeconds: state.knobs.clockSkewMs / 1000,
    });
  }
  const { scope, grant_type: grantType } = context.oidc.params ?? {};
  if (tenant && grantType === "client_credentials" && scope === "https://graph.microsoft.com/.default") {
    const { clientId } = context.oidc.client;
    body.access_token = applicationToken(String(body.access_token), clientId, state.rolesOf(clientId));
    watchSecret(String(body.access_token));
  }
  const grantId = state.store.get("AccessToken", String(body.access_token))?.grantId;
  const end = grantId === undefined ? undefined : state.store.grantEnd(grantId);
  if (end !== undefined && body.refresh_token !== undefined) {
    body.refresh_token_expires_in = Math.max(0, Math.floor((end - Date.now()) / 1000));
  }
}

/** RFC 7662, as Dovecot calls it: the token in the body (`post`) or as the bearer of the request (`auth`). */
function introspection(
  state: OAuthServerState,
  request: IncomingMessage,
  form: URLSearchParams,
  response: ServerResponse,
): void {
  const token = form.get("token") ?? /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const meaning = state.introspect(token);
  const account = meaning?.account ? { username: meaning.account, email: meaning.account } : {};
  const known = meaning && { client_id: meaning.clientId, scope: meaning.scopes.join(" "), token_type: "Bearer" };
  sendJson(response, 200, { active: meaning !== null, ...known, ...account });
}

/** Google's `/revoke`: any token of a consent ends the consent; no client needs to sign in. */
function revocation(state: OAuthServerState, token: string | null, response: ServerResponse): void {
  const found = state.store.get("RefreshToken", token ?? "") ?? state.store.get("AccessToken", token ?? "");
  if (found?.grantId) state.store.revokeGrant(found.grantId);
  const refusal = { error: "invalid_token", error_description: "Token expired or revoked" };
  sendJson(response, found ? 200 : 400, found ? {} : refusal);
}
