import type { Secret } from "@mailfleet/contracts";
import { applicationToken } from "./application-token.ts";
import { createVaultCertificates } from "./key-vault.ts";
import type { AccessToken, Consent, Granted, OAuthCredentials, RequestPorts, TokenPorts } from "./ports.ts";
import { refreshGrant } from "./refresh-grant.ts";
import { serviceAccountToken } from "./service-account-token.ts";
import { exchangeCode, type PolledDevice, pollDevice, type StartedDevice, startDevice } from "./sign-in.ts";
import { createTokenCache } from "./token-cache.ts";
import { createUnwritten, type Unwritten } from "./write-back.ts";

/** The mailbox a token opens. */
export interface TokenMailbox {
  readonly id: string;
  readonly address: string;
}

/** Gives a connector the token it signs in with. */
export interface TokenSource {
  type: "token";
  username: string;
  /**
   * A token that is valid for some time. `renew` means that the server refused the last one. Throws `FailureError`, or
   * the signal's reason.
   */
  accessToken(options: { renew: boolean; signal: AbortSignal }): Promise<Secret>;
  /**
   * Only where the application's certificate is in a key vault: reads it there and says where it is and until when it is
   * valid. Throws `FailureError`, or the signal's reason.
   */
  certificate?(signal: AbortSignal): Promise<string>;
}

/**
 * Tokens of one process. They are kept in memory only, by mailbox and grant version (an application's own by the
 * application), and renewed five minutes before their end. Callers that ask at the same time share one request.
 */
export interface Tokens {
  credentials(credentials: OAuthCredentials, mailbox: TokenMailbox): TokenSource;
  exchangeCode(consent: Consent, code: Secret, signal: AbortSignal): Promise<Granted>;
  startDevice(consent: Consent, signal: AbortSignal): Promise<StartedDevice>;
  pollDevice(consent: Consent, signal: AbortSignal): Promise<PolledDevice>;
}

/** An empty store of tokens. */
export function createTokens(given: TokenPorts): Tokens {
  const ports = { ...given, certificates: createVaultCertificates(given) };
  const cache = createTokenCache(() => ports.now());
  const unwritten = createUnwritten(ports);
  return {
    credentials: (credentials, mailbox) => {
      const key = cacheKey(credentials, mailbox);
      let last: Secret | null = null;
      return {
        type: "token",
        username: credentials.username,
        accessToken: async ({ renew, signal }) => {
          const wanted = { refused: renew ? last : null, signal };
          last = await cache.get(key, wanted, (shared) => obtain(ports, unwritten, credentials, mailbox, shared));
          return last;
        },
        ...(credentials.client.secret?.keyVault && {
          certificate: (signal) => ports.certificates.describe(credentials.client, signal),
        }),
      };
    },
    exchangeCode: (consent, code, signal) => exchangeCode(ports, consent, code, signal),
    startDevice: (consent, signal) => startDevice(ports, consent, signal),
    pollDevice: (consent, signal) => pollDevice(ports, consent, signal),
  };
}

function obtain(
  ports: TokenPorts & RequestPorts,
  unwritten: Unwritten,
  credentials: OAuthCredentials,
  { id, address }: TokenMailbox,
  signal: AbortSignal,
): Promise<AccessToken> {
  const { client } = credentials;
  switch (client.flow) {
    case "sign-in":
      return refreshGrant(ports, unwritten, { credentials, mailboxId: id }, signal);
    case "application":
      return applicationToken(ports, client, signal);
    case "service-account":
      return serviceAccountToken(ports, client, address, signal);
  }
}

/** Everything that a token depends on. If any of it changes, another token is needed. */
function cacheKey({ client, grant }: OAuthCredentials, { id, address }: TokenMailbox): string {
  const { flow, tokenEndpoint, clientId, secret, scopes } = client;
  const whose = { "sign-in": [id, grant?.v], application: [], "service-account": [id, address] }[flow];
  return JSON.stringify([flow, tokenEndpoint, clientId, secret?.sealed.tag, secret?.keyVault, scopes, whose]);
}
