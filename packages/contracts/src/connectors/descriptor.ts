import type { OAuthProvider } from "../oauth/oauth.ts";
import type { Direction, Security } from "../vocabulary.ts";

/** Host, port and security that a protocol has at a provider. */
export interface PresetServer {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
}

/** Providers of whom something is known; `custom` is everybody else. */
export type KnownProvider = Exclude<OAuthProvider, "custom">;

/**
 * What is known of a protocol without speaking it: pure data, read by the rules of profiles and mailboxes, the command
 * line, the documentation and the workers. The code that speaks it is loaded by the registry of connectors.
 */
export interface ConnectorDescriptor {
  /** Its name in profiles. */
  readonly protocol: string;
  /** Its name for people. */
  readonly name: string;
  /** What it is, in one sentence without a full stop. */
  readonly text: string;
  readonly directions: readonly Direction[];
  /** Ways to secure the connection that apply, each with its usual port. */
  readonly ports: Readonly<Partial<Record<Security, number>>>;
  /** Where it is at a provider, so that nobody has to look it up. */
  readonly servers: Readonly<Partial<Record<KnownProvider, PresetServer>>>;
  /** What a token must allow, by provider and direction. */
  readonly scopes: Readonly<Partial<Record<KnownProvider, Readonly<Partial<Record<"inbound" | "outbound", string>>>>>>;
  /**
   * The scope of client credentials, with which an application itself signs in; a provider without it has none. `{host}`
   * stands for the server's.
   */
  readonly applicationScopes: Readonly<Partial<Record<KnownProvider, string>>>;
  /** The only provider that speaks it, whose API it is; `null`: a standard that many speak. */
  readonly apiOf: KnownProvider | null;
  /**
   * How many sessions may be open for one mailbox at the same time, over both directions and all replicas; absent: as many
   * as the profile allows.
   */
  readonly sessionsPerMailbox?: number;
  /** What it signs in with; `none`: there are servers that ask for nothing. */
  readonly credentials: readonly ("password" | "token" | "none")[];
  /** Settings that have an effect only with some protocols. */
  readonly fields: readonly ConnectorField[];
  /**
   * Whose a session for sending is: an account's, which may send for several mailboxes over one connection, or that of the
   * one mailbox which it was opened for; `null`: it does not send.
   */
  readonly sessionOf: "account" | "mailbox" | null;
  /**
   * How it knows what is new: by the position of a cursor alone, or by the identities of what was handed over; `null`:
   * it does not receive.
   */
  readonly remembers: "position" | "identities" | null;
}

/**
 * `deleteAfterProcessing`: can delete received mail on the server; `addressing`: one sign-in of the profile can open
 * each mailbox; `trustedCertificates`: private authorities can be trusted; `sentCopy`: a copy can be filed among the sent mail;
 * `undeliverableFolder`: received mail can be moved to another folder; `categories`: it can be given categories; the others are settings of a profile's servers.
 */
export type ConnectorField =
  | "deleteAfterProcessing"
  | "addressing"
  | "sentCopy"
  | "undeliverableFolder"
  | "categories"
  | "trustedCertificates"
  | "authentication"
  | "access"
  | "autodiscover"
  | "apiUrl"
  | "saveCopy";
