import type { Access, Authentication, EightBitPolicy, Secret, TestEnd } from "@mailfleet/contracts";

/** A user name and a password. */
export interface PasswordCredentials {
  readonly type: "password";
  readonly username: string;
  readonly password: Secret;
  /** Whose mailbox is opened (SASL authorization identity, RFC 4616 §2), where it is not the user's own. */
  readonly authorizationIdentity?: string;
  /** Of an account that opens many mailboxes. */
  readonly gate?: SignInGate;
}

/**
 * Keeps a password that is wrong from being tried once for each mailbox. A connector passes through it with each sign-in
 * by password: see `throughGate`.
 */
export interface SignInGate {
  /**
   * Signs in by `work`, perhaps after another has. `refused`: the server's words, where it refused the credentials.
   * Throws what `work` throws, PROFILE_CREDENTIALS_REFUSED where they are not tried again, FIRST_SIGN_IN_AWAITED where the
   * other takes too long, the signal's reason.
   */
  pass<Result>(
    work: () => Promise<Result>,
    refused: (error: unknown) => string | null,
    signal: AbortSignal,
  ): Promise<Result>;
}

/** A bearer token (XOAUTH2, RFC 7628, or an Authorization header). */
export interface TokenCredentials {
  readonly type: "token";
  readonly username: string;
  /**
   * A token that is good for some time; asked for at the moment of signing in. With `renew` the one given last was
   * refused by the server and another one is wanted. Throws `FailureError`.
   */
  accessToken(options: { renew: boolean; signal: AbortSignal }): Promise<Secret>;
  /**
   * Where the application's certificate is kept elsewhere: reads it and says where it is and until when it is valid. Throws
   * `FailureError`.
   */
  certificate?(signal: AbortSignal): Promise<string>;
}

/** Everything a connector needs to reach one mailbox; opened credentials never leave the worker's memory. */
export interface ConnectOptions {
  readonly mailboxId: string;
  readonly address: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly security: "none" | "starttls" | "tls";
    /** PEM of private authorities, trusted in addition to the public ones. */
    readonly trustedCertificates?: string | undefined;
    /** Base address of the API, for protocols over HTTP. */
    readonly apiUrl?: string | undefined;
    /** How it is signed in to, where it has several ways; `auto` unless given. */
    readonly authentication?: Authentication | undefined;
    /** In whose name the mailbox is opened; `own` unless given. */
    readonly access?: Access | undefined;
    /** Whether its address is looked up at the host. */
    readonly autodiscover?: boolean | undefined;
    /** Whether it keeps what is sent; yes unless given. */
    readonly saveCopy?: boolean | undefined;
  };
  /** `null` only where a server takes mail from anybody, and in a test that ends before signing in. */
  readonly credentials: PasswordCredentials | TokenCredentials | null;
  /** Ports that may be connected to; `null`: all. */
  readonly allowedPorts: readonly number[] | null;
  /** Networks beside the public Internet that a mail server may be in, as CIDRs. */
  readonly allowedNetworks: readonly string[];
  /** Places that are never connected to, wherever they are: NATS and MongoDB of Mailfleet itself. */
  readonly refused?: readonly { readonly host: string; readonly port: number }[];
  /** Through which protocols over HTTP connect where `except` does not name the host; absent or `null`: directly. */
  readonly proxy?: {
    readonly host: string;
    readonly port: number;
    /** `user:password` */
    readonly credentials: Secret | null;
    readonly except: readonly string[];
  } | null;
  /** One deadline for resolving, connecting, TLS and signing in together, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** What to do with 8-bit text where a server does not offer 8BITMIME; "encode" unless given. */
  readonly eightBitPolicy?: EightBitPolicy;
  /** Only for a test: before what it ends. Without a mailbox `address` is empty. */
  readonly ends?: TestEnd | undefined;
  /** How an SMTP server is greeted; by the address that the connection comes from unless given. */
  readonly ehloName?: string;
}
