import type { OutgoingMessage } from "@mailfleet/contracts";

/** A command or report that was taken, so that a repetition is recognised. */
export interface Handled {
  /** Caller, operation and commandId of a command; the id of a report. */
  readonly key: string;
  /** Hash of a command's input; a report has none. */
  readonly hash?: string;
  readonly at: number;
  /** What the first one was answered. */
  readonly answer?: unknown;
}

/** What the kit keeps next to the body, in the same document. */
export interface Frame {
  readonly _id: string;
  /** Raised by every change; compared and swapped. */
  readonly v: number;
  readonly handled: readonly Handled[];
  readonly outbox: readonly OutgoingMessage[];
  readonly createdAt: number;
  readonly changedAt: number;
  /** Present until it is deleted; unique indexes rest on it. */
  readonly living?: true;
  /** Set when it is deleted: the tombstone goes then. */
  readonly expireAt?: Date;
}

/** A document as it is stored: the body's fields and the frame's. */
export type Stored<Body extends object> = Body & Frame;

/** A document as it is shown and listed. */
export type Shown<Body extends object> = Body & Omit<Frame, "handled" | "outbox">;

/** A unique index refused a write; nothing was written. */
export interface Taken {
  readonly taken: string;
}

/** Tells a refusal by a unique index from anything else. */
export function isTaken(outcome: unknown): outcome is Taken {
  return typeof outcome === "object" && outcome !== null && "taken" in outcome;
}

/** One write of a document. */
export interface Swap {
  /** Fields of the body that are different now. */
  readonly set: Readonly<Record<string, unknown>>;
  /** Fields of the body that are gone. */
  readonly unset: readonly string[];
  readonly handled?: Handled;
  readonly outbox: readonly OutgoingMessage[];
  /** `changedAt` afterwards; absent: as before. */
  readonly changedAt?: number;
  /** The document is deleted by this write; its tombstone goes at this time. */
  readonly expireAt?: Date;
}

/** How a list is read. */
export interface ListQuery {
  readonly filter: Readonly<Record<string, unknown>>;
  /** Paths in order of weight; the last one is unique. */
  readonly sort: readonly (readonly [path: string, direction: 1 | -1])[];
  /** Values of the last document shown, in the order of `sort`. */
  readonly after?: readonly unknown[];
  readonly limit: number;
}

/**
 * One collection, as the kit needs it; `@mailfleet/store` implements it. Every method throws an outage while the
 * database is away.
 */
export interface DocumentStore<Body extends object> {
  /** Deleted or not. */
  load(id: string): Promise<Stored<Body> | null>;
  /** A living document without its handled commands and its outbox. */
  show(id: string): Promise<Shown<Body> | null>;
  insert(document: Stored<Body>): Promise<"inserted" | "exists" | Taken>;
  /** Compare and swap on `v`, of a living document. `null`: somebody was faster. */
  swap(id: string, v: number, swap: Swap): Promise<Stored<Body> | Taken | null>;
  /** Takes a deletion back, and what was to be said of it. */
  restore(id: string, key: string, messageIds: readonly string[]): Promise<void>;
  /** Takes a new document back, if nobody has changed it. */
  discard(id: string, v: number): Promise<void>;
  /** Takes published messages out of the outbox. */
  pull(id: string, messageIds: readonly string[]): Promise<void>;
  /** Documents whose outbox holds a message older than this. */
  waiting(before: number, limit: number): Promise<readonly Pick<Frame, "_id" | "outbox">[]>;
  list(query: ListQuery): Promise<Shown<Body>[]>;
}

/** How many commands and reports a document remembers. */
export const handledLength = 64;
/** How long a deleted document is remembered, for what is still on its way to it. */
export const tombstoneMs = 30 * 86_400_000;
