import type { Secret } from "@mailfleet/contracts";

/** Everything a connector needs to reach one mailbox; opened credentials never leave the worker's memory. */
export interface ConnectOptions {
  readonly mailboxId: string;
  readonly address: string;
  readonly server: {
    readonly host: string;
    readonly port: number;
    readonly security: "none" | "starttls" | "tls";
    /** PEM of private authorities, trusted beside the public ones. */
    readonly trustedCertificates?: string;
  };
  readonly credentials: { readonly username: string; readonly password: Secret } | null;
  /** One deadline for resolving, connecting, TLS and signing in together, in milliseconds. */
  readonly connectionTimeoutMs: number;
}
