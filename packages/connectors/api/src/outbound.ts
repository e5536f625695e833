import { type Failure, FailureError } from "@mailfleet/contracts";
import type { ConnectOptions } from "./connect-options.ts";
import type { StepListener, TestReport } from "./test-report.ts";

/** Who a message is from and for at the server (RFC 5321 §3.3); not what its header says. */
export interface Envelope {
  readonly from: string;
  readonly to: readonly string[];
}

/** The server took the message, at least for some recipients. */
export interface Submitted {
  /** The server's own words. */
  readonly answer: string;
  readonly rejected: readonly { address: string; reply: string }[];
}

/** Connections to one server with one set of credentials, kept and reused. */
export interface OutboundSession {
  /**
   * Hands one message over. Throws `FailureError`; if the connection broke after the final dot and before the answer,
   * `UncertainError`: the message may or may not have been sent.
   */
  submit(envelope: Envelope, raw: Uint8Array, signal: AbortSignal): Promise<Submitted>;
  /** Closes unused connections until at most so many are open; those in use are closed when they become free. */
  keepAtMost(connections: number): void;
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

/**
 * The server took nothing and wants this one message again later (greylisting, a recipient whose server is busy). The
 * mailbox itself is fine: other messages may go.
 */
export class DeferredError extends FailureError {
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "DeferredError";
  }
}

/** The connection broke after the final dot (RFC 5321 §4.2.5): nobody knows whether the server took the message. */
export class UncertainError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "UncertainError";
  }
}
