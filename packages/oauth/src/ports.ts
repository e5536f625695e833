import type {
  ConnectionCredentials,
  Logger,
  OAuthClient,
  RequestInput,
  RequestOutput,
  Sealed,
  Secret,
} from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";

/** What tokens are obtained with. */
export interface TokenPorts {
  readonly fetch: GuardedFetch;
  /** Throws `FailureError` CREDENTIALS_UNREADABLE. */
  open(sealed: Sealed, aad: string): Promise<Secret>;
  seal(secret: Secret, aad: string): Promise<Sealed>;
  /** Where refresh tokens are kept, and who may use one is decided. */
  readonly grants: {
    beginRefresh(
      input: RequestInput<"config.grant.begin-refresh">,
    ): Promise<RequestOutput<"config.grant.begin-refresh">>;
    endRefresh(input: RequestInput<"config.grant.end-refresh">): Promise<{ kept: boolean }>;
  };
  now(): number;
  /** Names this process among the replicas. */
  readonly owner: string;
  readonly logger: Logger;
}

/** What `config` says about a mailbox that signs in with tokens. */
export type OAuthCredentials = Extract<ConnectionCredentials, { type: "oauth" }>;

/** A sign-in that was begun. */
export type Consent = RequestOutput<"config.consent.get">;

/** An access token and how long it is good for, in milliseconds since the epoch. */
export interface AccessToken {
  readonly token: Secret;
  readonly endsAt: number;
}

/** What a sign-in gave. Times are milliseconds since the epoch. */
export interface Granted {
  /** The address of the account that signed in. */
  account: string;
  scopes: string[];
  refreshToken: Secret;
  /** When the consent ends, where that is known; seven days where the application is in testing. */
  expiresAt: number | null;
  accessTokenExpiresAt: number;
}

/** What every request for a token needs of the ports. */
export type RequestPorts = Pick<TokenPorts, "fetch" | "open" | "now">;

/** The application with which a token is asked for. */
export type Client = OAuthClient;
