import { sayRepeated } from "@mailfleet/bus";
import {
  type FailPoint,
  innerSpan,
  type Logger,
  type OutgoingMessage,
  ProblemError,
  traceparent,
} from "@mailfleet/contracts";
import type { Counter } from "prom-client";
import { inParallel } from "../tick/each.ts";
import { createResting } from "../tick/resting.ts";
import { type CommandInput, commandHash, commandKey } from "./command.ts";
import { commandIdReused, compareAndSwap, refuseStale } from "./conflict.ts";
import {
  type DocumentStore,
  type Frame,
  type Handled,
  isTaken,
  type ListQuery,
  type Shown,
  type Stored,
  type Swap,
  tombstoneMs,
  type Unsettled,
} from "./document.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import { createRelay, isAudit, type Publisher, type Relay } from "./relay.ts";

/** A message without what the kit fills in: `<id>:<v>:<n>` as its id. */
export type OutboxEntry = Omit<OutgoingMessage, "id" | "at"> & { readonly id?: string; readonly at?: number };

/** What becomes of a document. */
export type Decision<Body extends object> =
  | {
      /** The whole body as it is now; fields that are the same object as before are not written. */
      readonly after: Body;
      readonly outbox?: readonly OutboxEntry[];
      readonly answer?: unknown;
      /** For the caller; not stored. */
      readonly note?: unknown;
      /** Nothing of it that people see is other than before: `changedAt` stays. */
      readonly quiet?: boolean;
    }
  | {
      /** It is deleted. */
      readonly gone: true;
      readonly after?: Body;
      readonly outbox?: readonly OutboxEntry[];
      readonly answer?: unknown;
      readonly note?: unknown;
      /** `check` is asked once the deletion was written: a refusal takes the deletion back. */
      readonly checked?: true;
    }
  | {
      /** Nothing is written and nothing remembered. */
      readonly ignored: string;
    };

/** A document that is made. */
export interface Made<Body extends object> {
  readonly body: Body;
  readonly outbox?: readonly OutboxEntry[];
  readonly answer?: unknown;
  /** `check` is asked once it was written: a refusal takes it back. */
  readonly checked?: true;
}

/** What asks for a change. */
export interface Cause {
  /** Under which it is remembered. */
  readonly key: string;
  /** A repetition with another hash is refused; absent for reports. */
  readonly hash?: string;
  readonly at: number;
  readonly commandId?: string;
  readonly ifVersion?: number;
  readonly dryRun?: boolean;
}

/** What became of it. `answer` is that of the first time, however often it comes. */
export interface Outcome<Body extends object> {
  readonly outcome: "accepted" | "repeated" | "ignored" | "dry";
  readonly answer?: unknown;
  readonly before?: Stored<Body>;
  readonly after?: Stored<Body>;
  /** What the decision told its caller. */
  readonly note?: unknown;
  /** Why it was ignored. */
  readonly reason?: string;
}

/** Decides without touching anything but what it is given; may throw a refusal. `before` is living. */
export type Decide<Body extends object> = (before: Stored<Body>) => Decision<Body> | Promise<Decision<Body>>;

/** Documents of one noun that change by command or report. */
export interface Documents<Body extends object> {
  /** Deleted or not. */
  load(id: string): Promise<Stored<Body> | null>;
  /** @throws ProblemError NOT_FOUND also for a deleted one */
  get(id: string): Promise<Shown<Body>>;
  list(query: ListQuery): Promise<Shown<Body>[]>;
  /**
   * Makes a document once. @throws ProblemError ALREADY_EXISTS, what `taken` makes of a unique index, what `check`
   * says
   */
  create(id: string, cause: Cause, made: Made<Body>): Promise<Outcome<Body>>;
  /**
   * Changes a document once: load, look whether it was handled, decide, compare and swap, relay. @throws ProblemError
   * NOT_FOUND, STALE_VERSION, COMMAND_ID_REUSED, what `decide` throws, what `taken` makes of a unique index, what `check`
   * says; Conflict
   */
  change(id: string, cause: Cause, decide: Decide<Body>): Promise<Outcome<Body>>;
  /** The first outcome, if this cause was taken before; relays what it left. `null`: it was not. */
  repeated(id: string, cause: Cause): Promise<Outcome<Body> | null>;
  /**
   * Settles and publishes what a crash or an outage has left for longer than this, and says once more what is due for
   * it. Returns how many documents had messages left in their outbox.
   */
  relayWaiting(ageMs: number): Promise<number>;
  /** How long the oldest message has waited in an outbox, milliseconds; 0: none waits. Throws an outage. */
  oldestWaitingMs(): Promise<number>;
}

/** A command as a cause. */
export function causeOf(operation: string, input: CommandInput, at: number): Cause {
  const { commandId, ifVersion, dryRun } = input;
  return { key: commandKey(operation, input), hash: commandHash(input), at, commandId, ifVersion, dryRun };
}

/** What documents are made of. */
export interface DocumentsOptions<Body extends object> {
  readonly store: DocumentStore<Body>;
  readonly publisher: Publisher;
  /** What one is called in refusals, with its article: `a profile`. */
  readonly what: (id: string) => string;
  /** The refusal for a unique index that refused a write. */
  readonly taken: (index: string, document: Body) => ProblemError;
  /** Whether a new or deleted document may stay so, asked after it was written where the decision says `checked`. */
  readonly check?: (document: Stored<Body>) => Promise<ProblemError | null>;
  readonly logger: Logger;
  readonly failPoint: FailPoint;
  readonly relayed?: Counter<"outcome">;
  /** How long after its publication a fact about an alert is said once more; a test has a shorter time. */
  readonly againMs?: number;
  now(): number;
}

const relayBatch = 200;
/** Documents that are relayed at once: where nothing is answered, each costs a wait. */
const relaysAtOnce = 50;
const firstVersion = 1;

/** Opens the documents of one noun. */
export function createDocuments<Body extends object>(options: DocumentsOptions<Body>): Documents<Body> {
  const { store, what, taken, logger, failPoint } = options;
  const relay: Relay = createRelay(store, options.publisher, options);
  const oneAtATime = createOneAtATime();
  const resting = createResting(options.now);

  /** The change is done, whether or not the bus takes its messages now: if it is away, the tick relays them later. */
  const relayOrLeave = async ({ _id, outbox }: Pick<Frame, "_id" | "outbox">) => {
    const relayed = relay(_id, outbox).catch((error: unknown) =>
      logger.warn({ document: _id, err: error }, "the outbox waits for the next round"),
    );
    // An entry of the audit is safe in the document: nobody's answer waits until it is published.
    if (!outbox.every(isAudit)) await relayed;
  };

  /** Asks whether it may stay as it was written. @throws ProblemError if not; then it is as it was before */
  const settle = async (document: Stored<Body>): Promise<void> => {
    const { _id, unsettled } = document;
    if (!unsettled) return;
    const refusal = await options.check?.(document);
    if (!refusal) return store.settle(_id, unsettled);
    await store.takeBack(_id, unsettled);
    throw refusal;
  };

  /** One whose stream is full or gone, or that fails otherwise, rests: the others have their turn. */
  const eachOf = <Item extends Pick<Frame, "_id">>(items: readonly Item[], work: (item: Item) => Promise<void>) =>
    inParallel(items, relaysAtOnce, async (item) => {
      try {
        await work(item);
        resting.worked(item._id);
      } catch (error) {
        resting.failed(item._id);
        logger.warn({ document: item._id, err: error }, "a document waits for a later round");
      }
    });

  const repeated = async (document: Stored<Body>, cause: Cause): Promise<Outcome<Body> | null> => {
    const handled = document.handled.find(({ key }) => key === cause.key);
    if (!handled) return null;
    if (cause.hash !== undefined && handled.hash !== cause.hash) throw commandIdReused(cause.commandId ?? cause.key);
    await settle(document);
    await relayOrLeave(document);
    sayRepeated();
    return { outcome: "repeated", answer: handled.answer, after: document };
  };

  const notFound = (id: string) => new ProblemError("NOT_FOUND", `There is no ${what(id)}.`);

  return {
    load: (id) => store.load(id),

    async get(id) {
      const document = await store.show(id);
      if (!document) throw notFound(id);
      return document;
    },

    list: (query) => store.list(query),

    async repeated(id, cause) {
      const document = await store.load(id);
      return document && repeated(document, cause);
    },

    async create(id, cause, { body, outbox: entries = [], answer, checked }) {
      const outbox = numbered(id, firstVersion, cause.at, entries);
      const document = {
        ...body,
        _id: id,
        v: firstVersion,
        handled: [handledEntry(cause, answer)],
        outbox,
        ...(checked ? { unsettled: unsettledBy(cause, outbox) } : {}),
        createdAt: cause.at,
        changedAt: cause.at,
        living: true,
      } as Stored<Body>;
      if (cause.dryRun) return { outcome: "dry", answer, after: document };
      failPoint("document.before-commit");
      const outcome = await innerSpan("commit", {}, () => store.insert(document));
      if (outcome !== "inserted") {
        const existing = await store.load(id);
        const again = existing && (await repeated(existing, cause));
        if (again) return again;
        if (isTaken(outcome)) throw taken(outcome.taken, body);
        // A new primary has it from the old one, but a majority has not: it may be this very command's.
        if (!existing) throw new ProblemError("UNAVAILABLE", `${what(id)} is being stored.`, { remedy: "Ask again." });
        throw new ProblemError("ALREADY_EXISTS", `There is ${what(id)} already.`, {
          errors: [{ pointer: "/id", reason: "is taken" }],
        });
      }
      failPoint("document.after-commit");
      await settle(document);
      await relayOrLeave(document);
      return { outcome: "accepted", answer, after: document };
    },

    change: (id, cause, decide) =>
      oneAtATime(id, () =>
        compareAndSwap<Outcome<Body>>(what(id), async () => {
          const before = await store.load(id);
          const again = before && (await repeated(before, cause));
          if (again) return again;
          if (!before?.living) throw notFound(id);
          refuseStale(what(id), before.v, cause.ifVersion);
          const decision = await innerSpan("decide", {}, async () => decide(before));
          if ("ignored" in decision) return { outcome: "ignored", reason: decision.ignored, before, after: before };
          const { answer } = decision;
          if (cause.dryRun) return { outcome: "dry", answer, before };
          const body = decision.after ?? before;
          const outbox = numbered(id, before.v + 1, cause.at, decision.outbox ?? []);
          failPoint("document.before-commit");
          const swap: Swap = {
            ...difference(before, body),
            handled: handledEntry(cause, answer),
            outbox,
            ...("quiet" in decision && decision.quiet ? {} : { changedAt: cause.at }),
            ...("gone" in decision ? { expireAt: new Date(cause.at + tombstoneMs) } : {}),
            ...("gone" in decision && decision.checked ? { unsettled: unsettledBy(cause, outbox) } : {}),
          };
          const after = await innerSpan("commit", {}, () => store.swap(id, before.v, swap));
          if (after === null) return null;
          if (isTaken(after)) throw taken(after.taken, body);
          failPoint("document.after-commit");
          await settle(after);
          await relayOrLeave(after);
          return { outcome: "accepted", answer, before, after, note: decision.note };
        }),
      ),

    async relayWaiting(ageMs) {
      const now = options.now();
      const before = now - ageMs;
      if (!(await store.hasWork({ before, now }, resting.ids()))) return 0;
      await eachOf(await store.unsettled(before, relayBatch, resting.ids()), (document) =>
        settle(document).catch((error: unknown) => {
          if (!(error instanceof ProblemError)) throw error;
          logger.warn({ document: document._id, err: error }, "a change that a crash left unchecked is taken back");
        }),
      );
      const waiting = await store.waiting(before, relayBatch, resting.ids());
      await eachOf(waiting, ({ _id, outbox }) => relay(_id, outbox, true));
      const saying = await store.sayingAgain(now, relayBatch, resting.ids());
      await eachOf(saying, async ({ _id, said = [] }) => {
        for (const message of said) await options.publisher.publish(message, { patienceMs: 0 });
        await store.saidAgain(
          _id,
          said.map(({ id }) => id),
        );
      });
      return waiting.length;
    },

    async oldestWaitingMs() {
      const at = options.now();
      const [oldest] = await store.waiting(at, 1, []);
      return oldest ? at - Math.min(...oldest.outbox.map((message) => message.at)) : 0;
    },
  };
}

function handledEntry({ key, hash, at }: Cause, answer: unknown): Handled {
  return { key, at, ...(hash === undefined ? {} : { hash }), ...(answer === undefined ? {} : { answer }) };
}

function unsettledBy({ key, at }: Cause, outbox: readonly OutgoingMessage[]): Unsettled {
  return { key, at, messageIds: outbox.map((message) => message.id) };
}

function numbered(id: string, v: number, at: number, outbox: readonly OutboxEntry[]): OutgoingMessage[] {
  const parent = traceparent();
  return outbox.map((entry, index) => ({
    ...(parent === undefined ? {} : { traceparent: parent }),
    ...entry,
    id: entry.id ?? `${id}:${v}:${index}`,
    at: entry.at ?? at,
  }));
}

const frame: ReadonlySet<string> = new Set<keyof Frame>([
  "_id",
  "v",
  "handled",
  "outbox",
  "unsettled",
  "said",
  "sayAgainAt",
  "createdAt",
  "changedAt",
  "living",
  "expireAt",
]);

/** Top-level fields that are another value now, and those that are gone. */
function difference(before: object, after: object): Pick<Swap, "set" | "unset"> {
  const was = before as Record<string, unknown>;
  const is = after as Record<string, unknown>;
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter((name) => !frame.has(name));
  return {
    set: Object.fromEntries(
      names.filter((name) => is[name] !== undefined && is[name] !== was[name]).map((name) => [name, is[name]]),
    ),
    unset: names.filter((name) => is[name] === undefined && was[name] !== undefined),
  };
}
