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

/** Whether a new or deleted document may stay so is still to be asked. A crash leaves it; a tick asks. */
export interface Unsettled {
  /** Of the command that made or deleted it. */
  readonly key: string;
  readonly at: number;
  /** What is said of it once it stays. */
  readonly messageIds: readonly string[];
}

/** What the kit keeps next to the body, in the same document. */
export interface Frame {
  readonly _id: string;
  /** Raised by every change; compared and swapped. */
  readonly v: number;
  readonly handled: readonly Handled[];
  readonly outbox: readonly OutgoingMessage[];
  readonly unsettled?: Unsettled;
  /** Facts about alerts that were published. They are said once more, in case the bus lost what it had just taken. */
  readonly said?: readonly OutgoingMessage[];
  /** When that is due. */
  readonly sayAgainAt?: number;
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
export type Shown<Body extends object> = Body & Omit<Frame, "handled" | "outbox" | "unsettled" | "said" | "sayAgainAt">;

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
  readonly unsettled?: Unsettled;
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
  /** It stays as it is: made, or deleted. */
  settle(id: string, unsettled: Unsettled): Promise<void>;
  /** Takes a deletion back, and what was to be said of it; or a new document, if nobody has changed it. */
  takeBack(id: string, unsettled: Unsettled): Promise<void>;
  /** Whether `unsettled` or `waiting` before this, or `sayingAgain` by now, may find any: one question instead of three. */
  hasWork(by: { readonly before: number; readonly now: number }, except: readonly string[]): Promise<boolean>;
  /** Documents that are unsettled since before this. */
  unsettled(before: number, limit: number, except: readonly string[]): Promise<readonly Stored<Body>[]>;
  /** Takes published messages out of the outbox; those in `again` are kept, to be said once more at `againAt`. */
  pull(id: string, messageIds: readonly string[], again: readonly OutgoingMessage[], againAt: number): Promise<void>;
  /** Settled documents whose outbox holds a message older than this, except these. */
  waiting(before: number, limit: number, except: readonly string[]): Promise<readonly Pick<Frame, "_id" | "outbox">[]>;
  /** Documents with messages that are to be said once more by now. */
  sayingAgain(now: number, limit: number, except: readonly string[]): Promise<readonly Pick<Frame, "_id" | "said">[]>;
  /** These were said once more. */
  saidAgain(id: string, messageIds: readonly string[]): Promise<void>;
  list(query: ListQuery): Promise<Shown<Body>[]>;
}

/** How many commands and reports a document remembers. */
export const handledLength = 64;
/** How long a deleted document is remembered, for what is still on its way to it. */
export const tombstoneMs = 30 * 86_400_000;
/** After this time a fact about an alert is said once more: later than the server has it on disk, and sooner than it forgets its id. */
export const sayAgainMs = 30_000;
