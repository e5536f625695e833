import { FailureError, failureCodes, ProblemError, type Secret } from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";
import {
  AuthorizationResponseError,
  type AuthorizationServer,
  authorizationCodeGrantRequest,
  type Client,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  calculatePKCECodeChallenge,
  clockTolerance,
  deviceAuthorizationRequest,
  deviceCodeGrantRequest,
  discoveryRequest,
  getValidatedIdTokenClaims,
  type IDToken,
  JWT_TIMESTAMP_CHECK,
  None,
  OperationProcessingError,
  processAuthorizationCodeResponse,
  processDeviceAuthorizationResponse,
  processDeviceCodeResponse,
  processDiscoveryResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
  validateApplicationLevelSignature,
  validateAuthResponse,
} from "oauth4webapi";
import { requestOptions } from "./token-endpoint.ts";

/** The provider with which the people of an installation sign in, and how it knows this installation. */
export interface OpenIdSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** `null`: a public client, which PKCE alone protects. */
  readonly clientSecret: Secret | null;
  /** Separated by blanks; `openid` is among them. */
  readonly scopes: string;
  /** The claim of the ID token that lists somebody's groups. */
  readonly groupsClaim: string;
}

/** One sign-in. State, nonce and verifier are secrets of the browser that began it. */
export interface OpenIdAttempt {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** Who signed in, as the ID token says. */
export interface OpenIdPerson {
  readonly subject: string;
  /** For people: an address or a name. Only `subject` is unique. */
  readonly name: string;
  readonly groups: readonly string[];
  /** When the ID token ends, in milliseconds since the epoch. */
  readonly endsAt: number;
}

/** A sign-in that a person completes at another device (RFC 8628). */
export interface OpenIdDevice {
  /** Secret: who has it gets what the person is given. */
  readonly deviceCode: string;
  /** What the person enters at this address. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The same with the code in it, where the provider has one. */
  readonly verificationUriComplete?: string;
  readonly expiresInMs: number;
  /** Not to be asked more often than this. */
  readonly intervalMs: number;
}

/** What the console asks of the provider. All throw `ProblemError` SIGN_IN_REFUSED with the reason. */
export interface OpenId {
  /** Where the browser goes. */
  signInUrl(attempt: OpenIdAttempt): Promise<string>;
  /** Who came back, with this query; checks state, issuer, audience, nonce, times and signature. */
  personOf(attempt: OpenIdAttempt, query: URLSearchParams): Promise<OpenIdPerson>;
  /** Where the browser goes to sign out there, too, and comes back from (OpenID Connect RP-Initiated Logout); `null`: it has no such place. */
  signOutUrl(returnTo: string): Promise<string | null>;
  /** Begins a sign-in at another device. */
  beginDevice(): Promise<OpenIdDevice>;
  /** Who completed it; `pending`: nobody yet; `slow-down`: the same, and we ask too often. */
  personAtDevice(deviceCode: string): Promise<OpenIdPerson | "pending" | "slow-down">;
}

/** Keys that only the provider has. Never `none`, and never a secret that we know, too. */
const algorithms: ReadonlySet<string> = new Set(
  ["256", "384", "512"].flatMap((bits) => [`RS${bits}`, `PS${bits}`, `ES${bits}`]).concat("EdDSA", "Ed25519"),
);
/** Clocks differ, but not by more. */
const clockToleranceSeconds = 60;
/** So long a description of the provider is used before it is read again. */
const describedMs = 3_600_000;
/** For all requests of one step together. */
const stepMs = 20_000;
/** Where a provider names no interval (RFC 8628 §3.2). */
const usualIntervalSeconds = 5;

/** OpenID Connect for people: authorization code with PKCE (S256), state and nonce; the signature of the ID token is checked. */
export function createOpenId(settings: OpenIdSettings, fetch: GuardedFetch, now: () => number): OpenId {
  const client: Client = { client_id: settings.clientId, [clockTolerance]: clockToleranceSeconds };
  const options = () => requestOptions({ fetch }, settings.issuer, AbortSignal.timeout(stepMs));
  let described: { readonly at: number; readonly server: AuthorizationServer } | null = null;

  const describe = async (): Promise<AuthorizationServer> => {
    if (described && now() - described.at < describedMs) return described.server;
    const issuer = new URL(settings.issuer);
    const found = await processDiscoveryResponse(issuer, await discoveryRequest(issuer, options()));
    // Without a list it is RS256 (OpenID Connect Core §3.1.3.7).
    const { id_token_signing_alg_values_supported: named = ["RS256"] } = found;
    const server = { ...found, id_token_signing_alg_values_supported: named.filter((name) => algorithms.has(name)) };
    described = { at: now(), server };
    return server;
  };

  const authentication = ({ token_endpoint_auth_methods_supported: methods }: AuthorizationServer): ClientAuth => {
    if (settings.clientSecret === null) return None();
    const secret = settings.clientSecret.reveal();
    return methods?.includes("client_secret_post") ? ClientSecretPost(secret) : ClientSecretBasic(secret);
  };

  /** Where people enter something: as safe as the issuer. */
  const pageOf = (address: string | undefined): URL | null => {
    const url = URL.parse(address ?? "");
    return url?.protocol === "https:" || url?.protocol === new URL(settings.issuer).protocol ? url : null;
  };

  const personIn = async (server: AuthorizationServer, answer: Response, tokens: TokenEndpointResponse) => {
    await validateApplicationLevelSignature(server, answer, options());
    const claims = getValidatedIdTokenClaims(tokens);
    if (!claims) throw refused("It sent no ID token.");
    const groups = groupsOf(claims, settings.groupsClaim);
    return { subject: claims.sub, name: nameOf(claims), groups, endsAt: claims.exp * 1000 };
  };

  return {
    signInUrl: (attempt) =>
      refusing(async () => {
        const url = pageOf((await describe()).authorization_endpoint);
        if (!url) throw refused("It names no secure address for signing in.");
        const parameters = {
          response_type: "code",
          client_id: settings.clientId,
          redirect_uri: attempt.redirectUri,
          scope: settings.scopes,
          state: attempt.state,
          nonce: attempt.nonce,
          code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
          code_challenge_method: "S256",
        };
        for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
        return url.href;
      }),

    personOf: (attempt, query) =>
      refusing(async () => {
        const server = await describe();
        const given = validateAuthResponse(server, client, query, attempt.state);
        const proof = authentication(server);
        const { redirectUri, verifier } = attempt;
        const answer = await authorizationCodeGrantRequest(
          ...([server, client, proof, given, redirectUri, verifier, options()] as const),
        );
        const read = { expectedNonce: attempt.nonce, requireIdToken: true };
        const tokens = await processAuthorizationCodeResponse(server, client, answer, read);
        return personIn(server, answer, tokens);
      }),

    signOutUrl: (returnTo) =>
      refusing(async () => {
        const url = pageOf((await describe()).end_session_endpoint);
        url?.searchParams.set("client_id", settings.clientId);
        url?.searchParams.set("post_logout_redirect_uri", returnTo);
        return url?.href ?? null;
      }),

    beginDevice: () =>
      refusing(async () => {
        const server = await describe();
        if (server.device_authorization_endpoint === undefined)
          throw refused("It offers no sign-in by device code.", "Sign in with a token: mailfleet login --token-stdin.");
        const asked = { scope: settings.scopes };
        const proof = authentication(server);
        const answer = await deviceAuthorizationRequest(server, client, proof, asked, options());
        const begun = await processDeviceAuthorizationResponse(server, client, answer);
        const { device_code, user_code, verification_uri, verification_uri_complete, expires_in, interval } = begun;
        return {
          ...{ deviceCode: device_code, userCode: user_code, verificationUri: verification_uri },
          ...(verification_uri_complete === undefined ? {} : { verificationUriComplete: verification_uri_complete }),
          expiresInMs: expires_in * 1000,
          intervalMs: (interval ?? usualIntervalSeconds) * 1000,
        };
      }),

    personAtDevice: (deviceCode) =>
      refusing(async () => {
        const server = await describe();
        const answer = await deviceCodeGrantRequest(server, client, authentication(server), deviceCode, options());
        try {
          const tokens = await processDeviceCodeResponse(server, client, answer);
          return await personIn(server, answer, tokens);
        } catch (error) {
          const said = error instanceof ResponseBodyError ? error.error : undefined;
          if (said === "authorization_pending") return "pending";
          if (said === "slow_down") return "slow-down";
          throw error;
        }
      }),
  };
}

/** @throws ProblemError where the provider has left the groups out for their number */
function groupsOf(claims: IDToken, name: string): string[] {
  const value = claims[name];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
  const elsewhere = claims._claim_names;
  if (typeof elsewhere === "object" && elsewhere !== null && name in elsewhere)
    throw refused(
      `You belong to more groups than it puts into "${name}".`,
      "Let the provider send only the groups that are assigned to this application.",
    );
  return [];
}

/** An address that is the account's own, or what else people would know somebody by. */
function nameOf({ email, email_verified, preferred_username, name, sub }: IDToken): string {
  const address = email_verified === false ? undefined : email;
  const known = [address, preferred_username, name].find((one) => typeof one === "string" && one.trim() !== "");
  return String(known ?? sub)
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, 100);
}

function refused(what: string, remedy = "Ask whoever administers Mailfleet or the provider."): ProblemError {
  return new ProblemError("SIGN_IN_REFUSED", `The identity provider did not complete the sign-in. ${what}`, { remedy });
}

/** The library's errors hold tokens and claims, so that only their text is kept. */
async function refusing<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ProblemError ? error : refusalOf(error);
  }
}

function refusalOf(error: unknown): ProblemError {
  if (error instanceof FailureError) {
    const { code, evidence } = error.failure;
    return refused(`It cannot be reached: ${evidence?.reply ?? failureCodes[code].text}`, failureCodes[code].remedy);
  }
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
    return refused(`It says: ${[error.error, error.error_description].filter(Boolean).join(": ").slice(0, 300)}`);
  if (error instanceof OperationProcessingError && error.code === JWT_TIMESTAMP_CHECK)
    return refused("Its clock and ours differ by more than a minute.", "Set both clocks, then sign in again.");
  const reason = error instanceof Error ? error.message.slice(0, 300) : "unknown";
  return refused(
    `Its answer is not valid: ${reason}`,
    "Begin again. If it persists, ask whoever administers Mailfleet.",
  );
}
