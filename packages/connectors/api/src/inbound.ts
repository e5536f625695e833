import type { ConnectOptions } from "./connect-options.ts";
import type { StepListener, TestReport } from "./test-report.ts";

/**
 * How far a mailbox has been read. Opaque to everybody but the connector that made it; plain JSON, small.
 * For IMAP: UIDVALIDITY and the highest UID that was handed over (RFC 9051 §2.3.1.1).
 */
export type Cursor = Readonly<Record<string, string | number>>;

/** One message as the server has it. */
export interface FetchedMessage {
  /** Unique in its mailbox and stable; sorts in the order of arrival. Letters, digits and dashes only. */
  readonly nativeId: string;
  /** When the server took it in, milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly size: number;
  /** The raw bytes; for large messages a stream that must be read to its end before the next message. */
  readonly raw: Uint8Array | AsyncIterable<Uint8Array>;
}

/** Messages in the order of arrival, and the cursor that holds once all of them are stored. */
export interface Batch {
  readonly messages: readonly FetchedMessage[];
  readonly cursor: Cursor;
}

/** A signed-in connection with the inbox open. Not to be used by two at once. */
export interface InboundSession {
  /** True if the server numbered its messages anew since this cursor, so that it no longer points anywhere. */
  invalidates(cursor: Cursor): boolean;
  /**
   * What is new since the cursor (`null`: from the beginning), oldest first, in small batches. A batch is complete:
   * what the server was asked for and did not give is an error, never a gap. Throws `FailureError`.
   */
  listNew(
    cursor: Cursor | null,
    options: { processFrom: number | null; batchSize: number; signal: AbortSignal },
  ): AsyncIterable<Batch>;
  /** Ends the session; never throws. */
  close(): Promise<void>;
}

/** One protocol for receiving. */
export interface InboundConnector {
  readonly protocol: string;
  /** Goes the whole way once and says what each step found. Never throws for what a server does. */
  test(options: ConnectOptions, listener: StepListener, signal: AbortSignal): Promise<TestReport>;
  /** Connects, signs in, opens the inbox. Throws `FailureError`. */
  open(options: ConnectOptions, signal: AbortSignal): Promise<InboundSession>;
}
