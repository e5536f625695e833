import type { Bus, Incoming, RequestHandlers } from "@mailfleet/bus";
import type {
  ConsumerDefinition,
  FailPoint,
  Logger,
  MessageType,
  Removed,
  RequestName,
  RequestOutput,
  ServiceName,
  StreamName,
} from "@mailfleet/contracts";
import type { Registry } from "prom-client";
import type { CollectionDeclaration } from "../document/indexes.ts";
import type { Kept } from "../document/keep.ts";
import type { Check } from "../health/finding.ts";
import type { Round } from "../tick/tick.ts";
import type { OwnEnvironment } from "./environment.ts";

/** What every handler, decision and tick of a service can reach. A service adds its own ports. */
export interface ServicePorts {
  readonly bus: Bus;
  readonly logger: Logger;
  /** Where own metrics are registered. */
  readonly registry: Registry;
  readonly failPoint: FailPoint;
  /** Aborted when the service begins to stop. */
  readonly signal: AbortSignal;
  /** True for an error that only means that the database is away. */
  isOutage(error: unknown): boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Does the next round of a tick at once. */
  kick(tick: string): void;
  /** The documents of the kept nouns, by noun. */
  readonly documents: { readonly [Noun in string]?: unknown };
}

type Request<Name extends RequestName> = Parameters<NonNullable<RequestHandlers[Name]>>;

/** The handler of one request. */
export type Handler<Ports, Name extends RequestName> = (
  ports: Ports,
  ...request: Request<Name>
) => Promise<RequestOutput<Name>>;

/** Handlers of requests, by name. */
export type Answers<Ports> = { readonly [Name in RequestName]?: Handler<Ports, Name> };

/** One durable consumer with its handler. */
export interface Listener<Ports> {
  readonly consumer: ConsumerDefinition;
  readonly types: readonly MessageType[];
  /** Messages handled at the same time; with `batch` the most in one batch. */
  readonly concurrency: number;
  readonly keyOf?: (message: Incoming) => string;
  readonly handle?: (ports: Ports) => (message: Incoming, signal: AbortSignal) => Promise<void>;
  /** Called when the server has acknowledged the message; see `ConsumeOptions` of the bus. */
  readonly acknowledged?: (ports: Ports) => (message: Incoming) => void;
  readonly batch?: (ports: Ports) => (messages: Incoming[], signal: AbortSignal) => Promise<void>;
}

/** Declares a consumer whose messages are handled one by one, those of one key in their order. */
export function listen<Ports, const Type extends MessageType>(
  consumer: ConsumerDefinition,
  options: {
    readonly types: readonly Type[];
    readonly concurrency: number;
    readonly keyOf?: (message: Incoming<Type>) => string;
    readonly handle: (ports: Ports) => (message: Incoming<Type>, signal: AbortSignal) => Promise<void>;
    readonly acknowledged?: (ports: Ports) => (message: Incoming<Type>) => void;
  },
): Listener<Ports> {
  return { consumer, ...options } as unknown as Listener<Ports>;
}

/** Declares a consumer whose messages are handled in batches, one batch at a time. */
export function listenInBatches<Ports, const Type extends MessageType>(
  consumer: ConsumerDefinition,
  options: {
    readonly types: readonly Type[];
    readonly concurrency: number;
    readonly batch: (ports: Ports) => (messages: Incoming<Type>[], signal: AbortSignal) => Promise<void>;
  },
): Listener<Ports> {
  return { consumer, ...options } as unknown as Listener<Ports>;
}

/** Work that comes again. */
export interface TickDeclaration<Ports> {
  /** Pause between rounds unless a round names another. */
  readonly everyMs: number;
  readonly round: (ports: Ports) => Round;
}

/** Declares a tick whose rounds all pause alike. */
export function every<Ports>(
  everyMs: number,
  work: (ports: Ports, signal: AbortSignal) => Promise<unknown>,
): TickDeclaration<Ports> {
  return {
    everyMs,
    round: (ports) => async (signal) => {
      await work(ports, signal);
      return undefined;
    },
  };
}

/** A service, declared: what it is called, keeps, answers, listens to and does again and again. */
export interface ServiceDeclaration<
  Ports extends ServicePorts,
  Own extends OwnEnvironment,
  Derived extends keyof Ports = never,
> {
  readonly name: ServiceName;
  /**
   * Variables in addition to those that every service reads, e.g. `{ MAILFLEET_OPEN_KEYS: z.string() }` as `openKeys`.
   */
  readonly environment: Own;
  /** Ports that are made of other ports, the documents among them. */
  readonly derives?: (ports: Ports) => Pick<Ports, Derived>;
  /** Nouns that it keeps in documents. */
  readonly keeps?: readonly Kept<Ports>[];
  /** Collections that it owns besides those of the kept nouns, and those of the kit that it writes. */
  readonly collections?: readonly CollectionDeclaration[];
  /** What it asks other services. */
  readonly asks?: readonly RequestName[];
  /** Subjects to which it publishes, with `*` for names. Dead letters of its own consumers go without saying. */
  readonly publishes?: readonly string[];
  /** Streams of which it shows a view while somebody watches. */
  readonly follows?: readonly StreamName[];
  /** Streams that it reads from a place on, again and again. */
  readonly reads?: readonly StreamName[];
  /** It removes messages about a mailbox from the streams. */
  readonly erasesMessages?: true;
  /** It looks how full all streams are, and what waits at their consumers. */
  readonly watchesStreams?: true;
  /** Handlers of requests that belong to no kept noun. */
  readonly answers?: Answers<Ports>;
  /** Loads what the first work needs, before any is taken. It has two seconds, and may fail. */
  readonly warms?: (ports: Ports) => Promise<unknown>;
  readonly listens?: readonly Listener<Ports>[];
  readonly ticks?: Readonly<Record<string, TickDeclaration<Ports>>>;
  /**
   * What follows from its documents, and is said or set once more by `mailfleet doctor --repair`, by name; answers how
   * often. Twice does no harm.
   */
  readonly repairs?: Readonly<Record<string, (ports: Ports) => Promise<number>>>;
  /** Removes for good what it keeps of a mailbox, which is deleted already, and says how much that was. May be repeated. */
  readonly erases?: (
    ports: Ports,
    mailbox: { readonly mailboxId: string; readonly address: string },
  ) => Promise<Removed>;
  /** What it looks at, besides what every service does, when it is asked how it is: `mailfleet doctor`. */
  readonly checks?: Readonly<Record<string, Check<Ports>>>;
}

/** Declares a service. `Derived` names the ports that it makes of other ports. */
export function defineService<Ports extends ServicePorts, Derived extends keyof Ports = never>() {
  return <const Own extends OwnEnvironment>(
    declaration: ServiceDeclaration<Ports, Own, Derived>,
  ): ServiceDeclaration<Ports, Own, Derived> => declaration;
}
