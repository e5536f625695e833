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
  /** What the server itself calls the message; only of connectors that remember identities. At most 200 characters. */
  readonly identity?: string;
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
  /** Identities that were looked at and are not wanted (older than `processFrom`): never to be looked at again. */
  readonly passedOver?: readonly string[];
  /** The server no longer knew what has changed since the cursor, so this starts over from its list. */
  readonly resynchronised?: boolean;
}

/** What the worker asks a session for. */
export interface ListOptions {
  readonly processFrom: number | null;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  /** Whether a message with this identity was handed over, or passed over, before. */
  readonly known: (identity: string) => boolean;
}

/** A signed-in connection with the inbox open. Not to be used by two at once. */
export interface InboundSession {
  /** True if the server has renumbered its messages since this cursor, which therefore points nowhere. */
  invalidates(cursor: Cursor): boolean;
  /**
   * What is new since the cursor (`null`: from the beginning), oldest first, in small batches. A batch is complete:
   * what the server was asked for and did not give is an error, never a gap. Throws `FailureError`.
   */
  listNew(cursor: Cursor | null, options: ListOptions): AsyncIterable<Batch>;
  /** Identities of everything on the server now, if the protocol tells. Others can be forgotten. */
  listed?(): readonly string[];
  /**
   * Deletes messages at the server, by identity; what is gone already counts as deleted. Takes effect when `close` has
   * returned. Throws `FailureError`.
   */
  remove?(identities: readonly string[], signal: AbortSignal): Promise<void>;
  /** Ends the session; never throws. */
  close(): Promise<void>;
}

/** One protocol for receiving. */
export interface InboundConnector {
  /** Goes the whole way once and says what each step found. Never throws for what a server does. */
  test(options: ConnectOptions, listener: StepListener, signal: AbortSignal): Promise<TestReport>;
  /** Connects, signs in, opens the inbox. Throws `FailureError`. */
  open(options: ConnectOptions, signal: AbortSignal): Promise<InboundSession>;
}
