import { FailureError, failureOf } from "@mailfleet/contracts";
import type { ConnectOptions, PasswordCredentials, TokenCredentials } from "./connect-options.ts";

/** Says for people who signed in, and in whose name. */
export function signedInAs(credentials: PasswordCredentials | TokenCredentials): string {
  const identity = credentials.type === "password" ? credentials.authorizationIdentity : undefined;
  return `signed in as ${credentials.username}${identity ? ` for ${identity}` : ""}`;
}

/** Signs in through the gate of the credentials, if they have one. */
export function throughGate<Result>(
  credentials: ConnectOptions["credentials"],
  work: () => Promise<Result>,
  refused: (error: unknown) => string | null,
  signal: AbortSignal,
): Promise<Result> {
  const gate = credentials?.type === "password" ? credentials.gate : undefined;
  return gate ? gate.pass(work, refused, signal) : work();
}

/** The server's words, for connectors that name a failure at once. */
export function refusedCredentials(error: unknown): string | null {
  if (!(error instanceof FailureError) || error.failure.code !== "AUTHENTICATION_REJECTED") return null;
  return error.failure.evidence?.reply ?? "";
}

/** The server refuses a token fresh from its issuer: the consent is no longer valid. */
export function renewedTokenRefused({ failure, cause }: FailureError): FailureError {
  return new FailureError(failureOf("CONSENT_EXPIRED", failure.evidence, failure.retryAfterMs), { cause });
}

/** Names of the SASL mechanisms that take a bearer token, the one that Google and Microsoft document first. */
export type TokenMechanism = "XOAUTH2" | "OAUTHBEARER";

/** How a token is handed over by SASL. */
interface TokenExchange {
  readonly name: TokenMechanism;
  /** The client's response, before base64. */
  response(username: string, token: string, server: { readonly host: string; readonly port: number }): string;
  /** What is answered to the challenge with which a server explains a refusal, so that it refuses. */
  readonly afterChallenge: string;
}

const exchanges: readonly TokenExchange[] = [
  {
    name: "XOAUTH2",
    response: (username, token) => `user=${username}\x01auth=Bearer ${token}\x01\x01`,
    afterChallenge: "",
  },
  {
    // RFC 7628 §3.1, §3.2.3; a comma and an equals sign in the name are written as RFC 5801 §4 says.
    name: "OAUTHBEARER",
    response: (username, token, { host, port }) => {
      const name = username.replaceAll("=", "=3D").replaceAll(",", "=2C");
      return `n,a=${name},\x01host=${host}\x01port=${port}\x01auth=Bearer ${token}\x01\x01`;
    },
    afterChallenge: "AQ==",
  },
];

/** The first way that the server offers; `undefined`: it takes no token. */
export function tokenExchange(offered: readonly string[]): TokenExchange | undefined {
  return exchanges.find(({ name }) => offered.includes(name));
}
