import type {
  ConsumerDefinition,
  EnvelopeContext,
  FailPoint,
  MessageBody,
  MessageType,
  OutgoingMessage,
  RequestArguments,
  RequestInput,
  RequestName,
  RequestOutput,
  StreamDefinition,
  StreamName,
} from "@mailfleet/contracts";
import type { LinkOptions } from "./link.ts";

/** Where the bus is and who speaks. */
export interface BusOptions extends Omit<LinkOptions, "onWaiting"> {
  /** Told at once under which name to ask whether NATS does what is wanted: `null`, or why not, also while it is awaited. */
  addReadiness?(name: string, check: () => string | null): void;
  readonly failPoint?: FailPoint;
  /** How long a publish is tried again with the same id before it throws `BusOutage`, milliseconds. Default 30,000. */
  readonly publishPatienceMs?: number;
  /**
   * True for an error that only means that something else is away for now: the database, for a service that has one.
   * Not optional: who forgets it answers 500 instead of 503, and counts an outage as failures of the work.
   */
  readonly isOutage: (error: unknown) => boolean;
}

/**
 * What became of a message: `stored`; `duplicate`, this id was stored before; `coalesced`, its subject holds a message
 * already and one is enough (RUNS only).
 */
export type PublishOutcome = "stored" | "duplicate" | "coalesced";

/** How a message is published. */
export interface PublishOptions {
  /** For how long it is tried again, milliseconds; 0: not at all. Default: the bus's `publishPatienceMs`. */
  readonly patienceMs?: number;
}

interface IncomingOf<Type extends MessageType> extends EnvelopeContext {
  readonly id: string;
  readonly subject: string;
  readonly type: Type;
  /** Fits the schema of its type. */
  readonly body: MessageBody<Type>;
  readonly mailboxId?: string;
  readonly generation?: number;
  /** When it happened, milliseconds since the epoch; when it was stored, if the sender did not say. */
  readonly at: number;
  /** Place in its stream. */
  readonly sequence: number;
  /** 1 for the first delivery. */
  readonly deliveries: number;
}

/** A message read from a stream; a union over its types, so that `type` tells which body it carries. */
export type Incoming<Type extends MessageType = MessageType> = Type extends MessageType ? IncomingOf<Type> : never;

/** The last message of a subject, with its place in the stream. */
export interface Latest<Type extends MessageType> {
  readonly body: MessageBody<Type>;
  readonly sequence: number;
}

/** A running consumer. */
export interface Consumption {
  /** Finishes what is under way, then returns; what was not started goes back at once. */
  stop(): Promise<void>;
}

/** How one message after another is handled. */
export interface ConsumeOptions<Type extends MessageType> {
  /** What the handler knows; anything else is a dead letter at once. */
  readonly types: readonly Type[];
  /** How many are handled at a time; never more are fetched. */
  readonly concurrency: number;
  /** Messages with the same key are handled one after another, in their order. Default: each for itself. */
  readonly keyOf?: (message: Incoming<Type>) => string;
  /** True for an error that only means that something is away for now (a database). */
  readonly isOutage?: (error: unknown) => boolean;
  /** Returns: acknowledged. The signal is aborted when `stop()` begins. */
  handle(message: Incoming<Type>, signal: AbortSignal): Promise<void>;
  /**
   * Called when the server has acknowledged the message, so that its subject is free again: what was refused as
   * coalesced before this moment was meant for this message, what comes later has one of its own.
   */
  acknowledged?(message: Incoming<Type>): void;
}

/** How messages are handled in batches. */
export interface ConsumeBatchesOptions<Type extends MessageType> {
  readonly types: readonly Type[];
  readonly maximumMessages: number;
  readonly isOutage?: (error: unknown) => boolean;
  /** Returns: all acknowledged. Throws: each is tried alone, so that one bad message does not hold up the others. */
  handle(messages: Incoming<Type>[], signal: AbortSignal): Promise<void>;
}

/** What a live view shows. */
export interface FollowOptions {
  /** Subjects of one stream, wildcards allowed. */
  readonly filters: readonly string[];
  /** From this moment on, milliseconds since the epoch; without it only what is new. */
  readonly startTime?: number;
  readonly deliver?: "new";
}

/** How a request is made. */
export interface RequestOptions {
  readonly timeoutMs?: number;
  readonly correlation?: string;
  /** Bytes that go along with the input, as they are; together they have to fit into one message (1 MiB). */
  readonly attachment?: Uint8Array;
  /** Called where the command was carried out before, and this is the answer of then. */
  readonly onRepeated?: () => void;
}

/** What a request handler gets besides its input. */
export interface RequestContext {
  readonly correlation: string | undefined;
  /** Bytes that came along with the input, as they are. */
  readonly attachment?: Uint8Array;
}

/** Handlers by request name, for the requests of one service. */
export type RequestHandlers = {
  readonly [Name in RequestName]?: (
    input: RequestArguments<Name>,
    context: RequestContext,
  ) => Promise<RequestOutput<Name>>;
};

/** A place in a stream: behind this message. */
export interface Place {
  /** When the stream was made: one that was made anew counts from the beginning, and this number says nothing there. */
  readonly stream: string;
  readonly sequence: number;
}

/** What is read of a stream, without acknowledging anything. */
export interface ReadOptions {
  readonly stream: StreamName;
  /** Subjects, wildcards allowed. */
  readonly filters: readonly string[];
  /** Behind this message, or what was stored since a time, milliseconds since the epoch. */
  readonly after: Pick<Place, "stream" | "sequence"> | { readonly since: number };
  readonly max: number;
  /** How long to wait for the first one; 0: only what is there. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
}

/** What was read. */
export interface Reading {
  /** Those that are ours; foreign ones are skipped. */
  readonly messages: readonly Incoming[];
  /** Where to go on; `null`: there was nothing. */
  readonly place: Place | null;
  /** The stream has let go of messages behind the place that it was asked for. */
  readonly missed: boolean;
  /** The stream was made anew, or has lost its end, and the place means nothing there: nothing was read. */
  readonly isOther: boolean;
}

/** How full a stream is, and since when. The limits are what the server enforces. */
export interface StreamUsage {
  readonly name: string;
  readonly bytes: number;
  readonly maxBytes: number;
  /** When its oldest message was stored, milliseconds since the epoch; `null`: it has none. */
  readonly oldestAt: number | null;
  /** How long it keeps a message, milliseconds; 0: without an end. */
  readonly maxAgeMs: number;
}

/** What is before a consumer: messages that nobody has yet, and those that are being handled. */
export interface ConsumerLag {
  readonly stream: string;
  readonly consumer: string;
  readonly waiting: number;
  readonly handled: number;
}

/** NATS JetStream as Mailfleet uses it. */
export interface Bus {
  /** What of these is missing or other than declared, in sentences; empty if nothing is. Makes nothing. */
  lacks(streams: readonly StreamDefinition[], consumers: readonly ConsumerDefinition[]): Promise<readonly string[]>;
  /** The last message of a stream on a subject; `null` if there is none, or no such stream. Throws `BusOutage`. */
  latest<Type extends MessageType>(stream: StreamName, subject: string, type: Type): Promise<Latest<Type> | null>;
  /** Puts a message behind the last one of its subject, which has this number (0: none). False: another was faster. */
  putBehind(message: OutgoingMessage, sequence: number): Promise<boolean>;
  /** Stores a message; tries again with the same id for `patienceMs`, then throws `BusOutage`. */
  publish(message: OutgoingMessage, options?: PublishOptions): Promise<PublishOutcome>;
  /** Many in flight; order on one subject is kept. Outcomes in the order of the messages. Throws like `publish`. */
  publishAll(messages: readonly OutgoingMessage[], options?: PublishOptions): Promise<PublishOutcome[]>;
  /** As far as it goes: `null` for each message that was not stored in time. Never throws for what a stream refuses. */
  publishEach(messages: readonly OutgoingMessage[]): Promise<(PublishOutcome | null)[]>;
  /**
   * Handles messages of a durable consumer. A handler that throws an outage has the same message again, in place, with
   * back-off, until it works or the service stops; this is never counted. After any other error it has it again a
   * little later, still before the next of its key; after 5 failures (or more than 20 deliveries) the message is copied
   * to DEAD and ended. Malformed and unknown messages, and those whose handler throws `PoisonMessage`, go to DEAD at
   * once.
   */
  consume<Type extends MessageType>(
    definition: ConsumerDefinition,
    options: ConsumeOptions<Type>,
  ): Promise<Consumption>;
  /** The same in batches, one batch at a time. */
  consumeBatches<Type extends MessageType>(
    definition: ConsumerDefinition,
    options: ConsumeBatchesOptions<Type>,
  ): Promise<Consumption>;
  /** Asks another service. Throws its `ProblemError`; nobody there or no answer in time: UNAVAILABLE. */
  request<Name extends RequestName>(
    name: Name,
    input: RequestInput<Name>,
    options?: RequestOptions,
  ): Promise<RequestOutput<Name>>;
  /** Answers requests, shared among the replicas of the service. Invalid input never reaches a handler. */
  respond(handlers: RequestHandlers): Promise<void>;
  /** An ordered view of a stream while somebody watches. It acknowledges nothing and skips foreign messages. */
  follow(options: FollowOptions, handle: (message: Incoming) => void): Promise<{ stop(): Promise<void> }>;
  /** The next messages behind a place that the caller keeps. Acknowledges nothing. Throws `BusOutage`. */
  readFrom(options: ReadOptions): Promise<Reading>;
  /** Its version, and its clock less ours in milliseconds. Throws `BusOutage`. */
  server(): Promise<{ readonly version: string; readonly aheadMs: number }>;
  /** Removes all messages about a mailbox from all streams; how many there were. Throws `BusOutage`. */
  erase(mailbox: { readonly mailboxId: string; readonly address: string }): Promise<number>;
  streamUsage(): Promise<StreamUsage[]>;
  /** Of these consumers; one that is not there is left out. Throws `BusOutage`. */
  consumerLag(consumers: readonly ConsumerDefinition[]): Promise<ConsumerLag[]>;
  /** `null` if connected and storing what is published, else why not. */
  health(): string | null;
  /** What NATS says while it refuses our sign-in, else `null`. */
  refusal(): string | null;
  /** Stops consumers and responders, finishes what is under way, drains, closes. */
  stop(): Promise<void>;
}
