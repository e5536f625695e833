import { type Failure, FailureError, failureOf } from "@mailfleet/contracts";
import type { ConnectOptions } from "./connect-options.ts";
import type { StepListener, TestReport } from "./test-report.ts";

/**
 * How far a mailbox has been read. Opaque to everybody but the connector that made it; plain JSON, at most some MB.
 * For IMAP: UIDVALIDITY and the highest UID that was handed over (RFC 9051 §2.3.1.1).
 */
export type Cursor = Readonly<Record<string, string | number>>;

/** Whose mail a session reads, and how the server numbers it. A cursor is good for one source only. */
export interface SourceIdentity {
  /** Who signed in, and in whose name. */
  readonly account: string;
  /** `host:port`, in lower case. */
  readonly host: string;
  /** Changes when the server renumbers its messages (UIDVALIDITY). Absent if names are valid for ever. */
  readonly numbering?: string;
  /** Names the inbox itself, whatever its messages are called (MAILBOXID, RFC 8474). Absent if the server has no such name. */
  readonly mailbox?: string;
}

/** One message as the server has it. */
export interface FetchedMessage {
  /** Unique in its mailbox and stable; sorts in the order of arrival. Letters, digits and dashes only. */
  readonly nativeId: string;
  /** What the server itself calls the message; only of connectors that remember identities. At most 512 characters (EWS). */
  readonly identity?: string;
  /** What stays the same when a server adds fields of its own to the header; only beside `identity`. */
  readonly digest?: string;
  /** When the server took it in, milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Octets, or what the server says of them where they are streamed. */
  readonly size: number;
  /** Octets as the server lists them, which need not be right, but stay the same. */
  readonly listedSize?: number | null;
  /**
   * The raw bytes; for large messages a stream that must be read to its end before the next message. It throws
   * `MessageRefused` where the server does not give this message to its end, `LinkBroke` where the connection ended.
   */
  readonly raw: Uint8Array | AsyncIterable<Uint8Array>;
}

/** A message that the server lists and does not give, asked for it alone. `name`: as in `ListOptions.again`. */
export interface RefusedMessage {
  readonly name: string;
  /** With the server's words. */
  readonly failure: Failure;
}

/**
 * Why a message that was listed is not handed over: it came before `processFrom`, was handed over before, is a draft, is set
 * aside.
 */
export type PassedOver = "older" | "known" | "draft" | "aside";

/**
 * What became of some messages, in the order of arrival, and the cursor that holds once all of them are stored or set
 * aside. What was listed is given (`messages`), gone, refused or passed over: `checkBalance`.
 */
export interface Batch {
  /** How many messages this batch accounts for. */
  readonly listed: number;
  readonly messages: readonly FetchedMessage[];
  /** How many the server says were deleted between listing and fetching. */
  readonly gone: number;
  readonly refused: readonly RefusedMessage[];
  readonly passedOver: Readonly<Partial<Record<PassedOver, number>>>;
  /**
   * Identities of those passed over that are never to be looked at again; only of connectors that remember identities.
   */
  readonly notWanted?: readonly string[];
  readonly cursor: Cursor;
  /** What this batch accounts for, in the connector's own words, for `audit`; without spaces. */
  readonly covers?: string;
  /** The server no longer knew what has changed since the cursor, so this starts over from its list. */
  readonly resynchronised?: boolean;
}

/** Throws PROTOCOL_ERROR where what was listed is not what became of it: something would be skipped in silence. */
export function checkBalance({ listed, messages, gone, refused, passedOver }: Batch): void {
  const over = Object.values(passedOver).reduce((sum, count) => sum + count, 0);
  const known = messages.length + gone + refused.length + over;
  if (known === listed) return;
  const reply = `of ${listed} messages that were listed ${known} are accounted for`;
  throw new FailureError(failureOf("PROTOCOL_ERROR", { reply }));
}

/**
 * Whether a message with this identity was handed over, passed over or set aside before. With another size or header than
 * it is known to have it counts as another message: a server may use a name again (RFC 1939 §7).
 */
export type Known = (identity: string, listedSize?: number | null, digest?: string) => boolean;

/** What the worker asks a session for. */
export interface ListOptions {
  readonly processFrom: number | null;
  readonly batchSize: number;
  readonly signal: AbortSignal;
  readonly known: Known;
  /** Names of messages that were refused before, to try once more. */
  readonly again?: readonly string[];
  /** Nothing but these. */
  readonly onlyAgain?: boolean;
  /** Names of messages that are set aside and not tried now; `known` says so, too. */
  readonly resting?: ReadonlySet<string>;
  /** Names of messages at which the connection has ended before: each is asked for alone. */
  readonly alone?: ReadonlySet<string>;
}

/** An inbox in which everything was accounted for, as its server described it then. */
export interface SettledInbox {
  readonly cursor: Cursor;
  /** As `stateAfter` gave it. */
  readonly state: string;
}

/** A signed-in connection with the inbox open. Not to be used by two at once. */
export interface InboundSession {
  readonly source: SourceIdentity;
  /**
   * Whether the last message that the cursor knows lies where it says: `another` is there, or the numbering has gone back,
   * so that the inbox was restored or replaced; `unknown`: it is gone, or the cursor knows none. Asked at each poll, so it
   * costs no round trip of its own. Without it another account or host counts as another source.
   */
  recognises?(cursor: Cursor): Promise<"same" | "another" | "unknown">;
  /**
   * What the server says of the inbox, where the cursor has passed everything that was in it when it was opened; as long
   * as it says the same, nothing has come, changed or gone. `null`: something may be left, or the server does not tell each
   * change. Absent: the protocol does not.
   */
  stateAfter?(cursor: Cursor): string | null;
  /**
   * Nothing has come since the inbox was as the settled one with which it was opened, and its last message lies where it
   * did. Flags may have been set and messages may have gone, if the server tells that exactly (QRESYNC, RFC 7162).
   */
  readonly nothingNew?: boolean;
  /**
   * What is new since the cursor (`null`: from the beginning), oldest first, in small batches. What came before the
   * session broke is handed over first. Throws `LinkBroke` where the connection ended at a message, else `FailureError`.
   */
  listNew(cursor: Cursor | null, options: ListOptions): AsyncIterable<Batch>;
  /**
   * After listing: how many messages the server says it has, and how many it listed. `null`: it does not say. A listing
   * that is shorter does not prove that anything is gone.
   */
  there?(): { readonly says: number; readonly lists: number } | null;
  /**
   * Lists everything once more, whatever the cursor says, and compares it with what batches have covered, or with what is
   * known: names of what was never accounted for.
   */
  audit?(
    cursor: Cursor,
    before: { readonly covers: readonly string[]; readonly known: Known },
  ): Promise<{ says: number; lists: number; missing: readonly string[] }>;
  /**
   * While listing: identities of everything in the inbox, where more than changes was listed; `null`: only changes were. Unlike
   * those of `listed`, what is not among them may come back.
   */
  inInbox?(): readonly string[] | null;
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

/** The server does not hand over this one message. The session continues. */
export class MessageRefused extends FailureError {
  constructor(failure: Failure, options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "MessageRefused";
  }
}

/** The connection ended when this message was asked for: alone, or as the first that did not come. */
export class LinkBroke extends FailureError {
  /** As in `ListOptions.alone`. */
  readonly at: string;
  constructor(failure: Failure, at: string, options?: { cause?: unknown }) {
    super(failure, options);
    this.name = "LinkBroke";
    this.at = at;
  }
}

/** True for words about one message, and not about the account, its limits or the way to it. */
export function concernsMessage({ kind, code }: Failure): boolean {
  return kind === "message" || code === "PROTOCOL_ERROR" || code === "UNCLASSIFIED";
}

/** A message that was handed over for sending, and whose answer was lost. */
export interface SoughtMessage {
  readonly messageId: string;
  /** Mailfleet made the Message-ID, so that no other message has it. */
  readonly isOwnId: boolean;
  /** A header field of this one message, for servers that replace Message-IDs. */
  readonly mark: { readonly field: string; readonly value: string };
  /** Milliseconds since the epoch: it was handed over later. */
  readonly since: number;
}

/** A message that was sent, to be filed. */
export interface SentMessage {
  readonly sought: SoughtMessage;
  readonly raw: Uint8Array;
  /** Asked before it is handed over: whether it is still this process's to file. */
  mayFile(): boolean;
}

/** Whether a message found by its Message-ID is the one that is sought. `mark`: what the field of the mark says there. */
export function isSought({ isOwnId, mark: { value } }: SoughtMessage, mark: string | null): boolean {
  return mark === null ? isOwnId : mark === value;
}

/** A message that the server does not move or mark, whatever it does with others. */
export interface NotChanged {
  readonly name: string;
  readonly failure: Failure;
}

/** One protocol for receiving. */
export interface InboundConnector {
  /** Goes the whole way once and says what each step found. Never throws for what a server does. */
  test(options: ConnectOptions, listener: StepListener, signal: AbortSignal): Promise<TestReport>;
  /**
   * Looks for a message among those that were sent, over a connection of its own. `null`: the account keeps none. Throws
   * `FailureError`.
   */
  findSent?(options: ConnectOptions, sought: SoughtMessage, signal: AbortSignal): Promise<boolean | null>;
  /**
   * Files a message among those that were sent, unless it is there, over a connection of its own. `null`: the account keeps
   * none. Throws `FailureError`; it may be filed all the same, where its answer was lost.
   */
  fileSent?(options: ConnectOptions, copy: SentMessage, signal: AbortSignal): Promise<"filed" | "there" | null>;
  /**
   * Moves messages of the inbox to a folder of this name, which is made if it is missing, over a connection of its own. Names are
   * those of `FetchedMessage.identity`, else `nativeId`; what is not there any more counts as moved. The answer: those that the
   * server refused for themselves. Throws `FailureError`; some may be moved. Absent: the protocol moves nothing.
   */
  moveTo?(
    options: ConnectOptions,
    folder: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly NotChanged[]>;
  /**
   * Adds a category to messages of the inbox that do not have it, beside their others. Names, answer and errors as for
   * `moveTo`. Absent: the protocol knows no categories.
   */
  categorise?(
    options: ConnectOptions,
    category: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly NotChanged[]>;
  /**
   * Connects, signs in, opens the inbox. With a settled inbox it also looks whether anything has come since, which costs no round
   * trip. Throws `FailureError`.
   */
  open(options: ConnectOptions, signal: AbortSignal, settled?: SettledInbox): Promise<InboundSession>;
  /**
   * Opens a connection on which the server says that mail has come. `null`: this server does not. Throws `FailureError`.
   * Absent: the protocol has no such thing.
   */
  watch?(options: ConnectOptions, watching: WatchOptions, signal: AbortSignal): Promise<InboundWatch | null>;
}

/** The account and host of a connection, as a source names them. */
export function sourceOf({ server, credentials }: Pick<ConnectOptions, "server" | "credentials">): SourceIdentity {
  const identity = credentials?.type === "password" ? credentials.authorizationIdentity : undefined;
  return {
    account: [credentials?.username ?? "", ...(identity ? [identity] : [])].join(" for "),
    host: `${server.host.toLowerCase()}:${server.port}`,
  };
}

/** What a watch is opened with. */
export interface WatchOptions {
  /** How far the mailbox has been read. */
  readonly cursor: Cursor | null;
  /** The server says that mail has come. Called again each time. */
  readonly heard: () => void;
  /** Where the server says nothing by itself, it is asked so often over the same connection; absent: it is not. */
  readonly noopMs?: number;
}

/** A connection on which the server says that mail has come. */
export interface InboundWatch {
  /** `idle`: it says so by itself; `noop`: when it is asked. */
  readonly by: "idle" | "noop";
  /** The server had more when it was opened than was read. */
  readonly behind: boolean;
  /**
   * A session over the same connection, which waits again when the session is closed. `null`: not now, open one of its
   * own. Saves a sign-in where what was heard is fetched.
   */
  lend?(): Promise<InboundSession | null>;
  /** Resolves when it is over, with the reason; `null`: it was closed. */
  readonly ended: Promise<Failure | null>;
  /** Never throws. */
  close(): Promise<void>;
}
