import { type Failure, type FailureCode, FailureError } from "@mailfleet/contracts";
import type { ConnectOptions } from "./connect-options.ts";
import type { StepListener, TestReport } from "./test-report.ts";

/** Who a message is from and for at the server (RFC 5321 §3.3); not what its header says. */
export interface Envelope {
  /** What a report about the message names it by (RFC 3461): up to 100 visible ASCII characters without `+` and `=`. */
  readonly id?: string;
  readonly from: string;
  readonly to: readonly string[];
}

/** A message that is too large for memory: read from its beginning at each call. */
export interface StreamedMessage {
  /** Bytes in all. */
  readonly size: number;
  /** Has bytes above 127. */
  readonly eightBit: boolean;
  /** Its header has some: addresses that need an international server (RFC 6531). */
  readonly eightBitHeader: boolean;
  stream(): AsyncIterable<Uint8Array>;
}

/** A recipient whom the server did not take while it took the message for others. */
export interface RejectedRecipient {
  readonly address: string;
  /** The server's own words. */
  readonly reply: string;
  /**
   * When the message may be handed over for him: `now` (the server takes no more recipients at once), or `later`.
   * Absent: he is refused for good.
   */
  readonly again?: "now" | "later";
}

/** The server took the message, at least for some recipients. */
export interface Submitted {
  /** The server's own words. */
  readonly answer: string;
  readonly rejected: readonly RejectedRecipient[];
}

/**
 * The caller's permission to hand over a message's content: the caller first records that the server may have it. Only
 * what comes before the content (an envelope) may be sent without.
 */
export interface Permission {
  /**
   * Resolves when it is written down. What it throws means no, and nothing was sent. Asked for a message that is the
   * next to be handed over, at most `perConnection` for each connection.
   */
  ask(): Promise<void>;
  /** Asked once more at the last moment: false if the process was silent for too long in between. */
  holds(): boolean;
}

/** The caller gave no leave, or took it back: the message was certainly not sent. */
export class PermissionRefused extends Error {
  constructor(options?: { cause?: unknown }) {
    super("the message may no longer be handed over", options);
    this.name = "PermissionRefused";
  }
}

/** Throws `PermissionRefused` unless the content may be handed over now. */
export async function permitted(permission: Permission | undefined, asked = permission?.ask()): Promise<void> {
  try {
    await asked;
  } catch (cause) {
    throw new PermissionRefused({ cause });
  }
  if (permission && !permission.holds()) throw new PermissionRefused();
}

/** Connections to one server with one set of credentials, kept and reused. */
export interface OutboundSession {
  /**
   * Hands one message over. Throws `FailureError`; if the connection broke after the final dot and before the answer,
   * `UncertainError`: the message may or may not have been sent. Asks `permission`, where there is one, before any byte
   * whose arrival could make the server take the message; without it, `PermissionRefused`.
   */
  submit(
    envelope: Envelope,
    raw: Uint8Array | StreamedMessage,
    signal: AbortSignal,
    permission?: Permission,
  ): Promise<Submitted>;
  /**
   * How many messages it is given for each connection: those after the first are prepared while that one is under way.
   */
  readonly perConnection: number;
  /** How many connections it can use at all: more would lie idle. */
  readonly mostConnections: number;
  /** Connections that are in use now. */
  readonly inUse: number;
  /**
   * Uses no more than this many from now on. Those that are in use are closed when they become free. Resolves when the
   * free ones beyond it are closed at the server, too. Never throws.
   */
  useAtMost(connections: number): Promise<void>;
  /** Finishes what is under way and closes; never throws. */
  close(): Promise<void>;
}

/** One protocol for sending. */
export interface OutboundConnector {
  /**
   * Goes the whole way once, with `probe` as the message that is really sent, and says what each step found. Without a
   * probe it stops after signing in. Never throws for what a server does.
   */
  test(
    options: ConnectOptions,
    probe: { envelope: Envelope; raw: Uint8Array } | null,
    listener: StepListener,
    signal: AbortSignal,
  ): Promise<TestReport>;
  /** A pool of at most `maximumConnections`; connects when first used. */
  open(options: ConnectOptions, maximumConnections: number): OutboundSession;
}

/** What speaks of the account, its limits, its sign-in or the application, at whatever message the server says so. */
export const ofTheMailbox: ReadonlySet<FailureCode> = new Set<FailureCode>([
  "ACCOUNT_DISABLED",
  "API_SWITCHED_OFF",
  "APP_PASSWORD_NEEDED",
  "AUTHENTICATION_NOT_OFFERED",
  "AUTHENTICATION_REJECTED",
  "CONSENT_EXPIRED",
  "CONSENT_TOO_NARROW",
  "EHLO_NAME_REFUSED",
  "IMPERSONATION_DENIED",
  "DELEGATION_DENIED",
  "EXCHANGE_TOO_OLD",
  "LICENCE_MISSING",
  "MAILBOX_NOT_FOUND",
  "MAILBOX_NOT_ONLINE",
  "NTLM_CHALLENGE_REFUSED",
  "MAILBOX_OUT_OF_SCOPE",
  "PROFILE_CREDENTIALS_REFUSED",
  "FIRST_SIGN_IN_AWAITED",
  "RATE_LIMITED",
  "SENDING_LIMIT_REACHED",
  "TENANT_APPROVAL_MISSING",
  "TOO_MANY_CONNECTIONS",
]);

/**
 * The server took nothing, and this one message may be handed over later (greylisting, a busy recipient, a server
 * that went away in the middle of it). Other messages may go. What the server says of a message (not of its recipients)
 * is the mailbox's failure only if several different messages meet it.
 */
export class DeferredError extends FailureError {
  readonly whose: "recipient" | "message";
  constructor(failure: Failure, whose: "recipient" | "message", options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "DeferredError";
    this.whose = whose;
  }
}

/** The connection broke after the final dot (RFC 5321 §4.2.5): nobody knows whether the server took the message. */
export class UncertainError extends Error {
  /** Whom the server had not taken before that: they do not have it, even if the others do. */
  readonly rejected: readonly RejectedRecipient[];
  constructor(message: string, options?: { cause?: unknown; rejected?: readonly RejectedRecipient[] }) {
    super(message, options);
    this.name = "UncertainError";
    this.rejected = options?.rejected ?? [];
  }
}
