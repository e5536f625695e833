import type {
  CertificateShown,
  ConnectionCredentials,
  Logger,
  OAuthClient,
  RequestInput,
  RequestOutput,
  Sealed,
  Secret,
} from "@mailfleet/contracts";
import type { GuardedFetch } from "@mailfleet/http";

/** What is needed to obtain tokens. */
export interface TokenPorts {
  readonly fetch: GuardedFetch;
  /** Throws `FailureError` CREDENTIALS_UNREADABLE. */
  open(sealed: Sealed, aad: string): Promise<Secret>;
  seal(secret: Secret, aad: string): Promise<Sealed>;
  /** Keeps refresh tokens and decides who may use one. */
  readonly grants: {
    beginRefresh(
      input: RequestInput<"config.grant.begin-refresh">,
    ): Promise<RequestOutput<"config.grant.begin-refresh">>;
    endRefresh(input: RequestInput<"config.grant.end-refresh">): Promise<{ kept: boolean }>;
  };
  /** Hears of each certificate that was read in a key vault. Nothing waits for it. */
  certificateRead(read: CertificateRead): void;
  now(): number;
  /** The name of this process among the replicas. */
  readonly owner: string;
  readonly logger: Logger;
}

/** A certificate as it was read in a key vault: whose it is, and the tag of the sealed secret that opened the vault. */
export interface CertificateRead {
  readonly owner: string;
  readonly secret: string;
  readonly certificate: CertificateShown;
}

/** What `config` says about a mailbox that signs in with tokens. */
export type OAuthCredentials = Extract<ConnectionCredentials, { type: "oauth" }>;

/** A sign-in that has begun. */
export type Consent = RequestOutput<"config.consent.get">;

/** An access token and when it expires, in milliseconds since the epoch. */
export interface AccessToken {
  readonly token: Secret;
  readonly endsAt: number;
}

/** The result of a sign-in. Times are milliseconds since the epoch. */
export interface Granted {
  /** The address of the account that signed in. */
  account: string;
  scopes: string[];
  refreshToken: Secret;
  /** When the consent ends, if known; after seven days if the application is in testing. */
  expiresAt: number | null;
  accessTokenExpiresAt: number;
}

/** The ports that every token request needs. */
export type RequestPorts = Pick<TokenPorts, "fetch" | "open" | "now"> & { readonly certificates: VaultCertificates };

/** Certificates of applications that are kept in key vaults, with their keys. All throw `FailureError`. */
export interface VaultCertificates {
  /**
   * As PEM, from memory, or from the vault if it is not there. It is kept for an hour; while the vault does not answer, as
   * long as it is valid.
   * `refused`: what the authorization server did not take, so that the vault is asked at once.
   */
  get(client: Client, wanted: { readonly refused: Secret | null; readonly signal: AbortSignal }): Promise<Secret>;
  /** Reads it in the vault, whatever is in memory, and says where it is and until when it is valid. */
  describe(client: Client, signal: AbortSignal): Promise<string>;
}

/** The application that asks for a token. */
export type Client = OAuthClient;
