import type { SourceIdentity } from "@mailfleet/connector-api";
import type { Failure } from "@mailfleet/contracts";
import type { Watching } from "../watch/document.ts";
import type { SetAside } from "./set-aside.ts";

/** How far a mailbox was read; only its connector understands it. */
export type StoredCursor = Readonly<Record<string, string | number>>;

/**
 * Native ids of messages that the cursor has passed and whose facts may not be published yet: the first and the last of
 * a range where nothing else can lie in between, else each of them.
 */
export type PendingFacts = ({ readonly from: string; readonly to: string } | { readonly ids: readonly string[] }) & {
  /** Of the run that stored them: whoever publishes them later continues its trace. */
  readonly traceparent?: string;
};

/** What is expected of a mailbox's inbound direction, as `config` last said. */
export interface Expected {
  /** `success`: running, so success is expected; `run`: retrying, so at least attempts are. */
  readonly expects: "success" | "run";
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly everyMs: number;
  /** Of the inbound direction. */
  readonly generation: number;
}

/** A message at which the connection has ended, and how often. */
export interface Break {
  readonly name: string;
  readonly times: number;
}

/** How the whole folder compared with what was accounted for. */
export interface Audit {
  readonly at: number;
  /** Messages that the server says there are, and that it lists. */
  readonly says: number;
  readonly lists: number;
  /** Of them, those that were never accounted for, and those of these that were received then. */
  readonly missing: number;
  readonly fetched: number;
}

/** How an inbox, as another profile reaches it, compared with what was handed over; times are milliseconds since the epoch. */
export interface ComparedInbox {
  readonly profileId: string;
  readonly begunAt: number;
  readonly endedAt: number | null;
  readonly has: number;
  readonly known: number;
  readonly fresh: number;
  readonly older: number;
  readonly refused: number;
  readonly handedOver: number;
  readonly failure: Failure | null;
}

/** What the server said of an inbox in which everything was accounted for, and when the run began that found it so. */
export interface Settled {
  /** As the connector gave it (`stateAfter`). */
  readonly state: string;
  readonly at: number;
}

/** Where a mailbox's mail comes from, and how far it was read: what must change together when it is read. */
export interface SourceDocument {
  readonly _id: string;
  /** Whose mail the cursor counts. */
  readonly identity?: SourceIdentity;
  /**
   * How many sources came before that may name other messages alike: part of the keys of messages from the second on.
   */
  readonly epoch?: number;
  readonly cursor?: StoredCursor | null;
  /** What the cursor has passed although it is not stored, until a later try. */
  readonly setAside?: readonly SetAside[];
  /** Since the last run that came to its end. */
  readonly breaks?: readonly Break[];
  /** MESSAGE_QUARANTINED is raised, or is about to be: noted before it is told. */
  readonly quarantined?: boolean;
  /** The present reader; kept by the kit. Every write of a reader has its fence in the filter. */
  readonly lease?: { readonly owner: string | null; readonly fence: number; readonly until: Date | null };
  readonly pending?: PendingFacts | null;
  /** The server has renumbered: until everything was read once, messages are compared with the stored ones. */
  readonly comparing?: boolean;
  /**
   * It goes on until then (milliseconds since the epoch), however often everything was read: mail may still be moved.
   */
  readonly comparingUntil?: number;
  /** The mailbox was moved to another account or host: what came before the last reading of the one before is also known by its likeness. */
  readonly movedAt?: number;
  /** Reports and messages set aside that are still to be tagged at the server, by name. */
  readonly toTag?: readonly string[];
  /** The last tagging failed, and that was said. */
  readonly notTagged?: boolean;
  /** Reports of undeliverable mail that are handed over and still to be moved at the server, by name. */
  readonly toMove?: readonly string[];
  /** REPORTS_NOT_MOVED is raised, or is about to be. */
  readonly notMoved?: boolean;
  readonly received?: number;
  /** Messages that were there and are older than mail is received from. */
  readonly skipped?: number;
  /** The last audit, and when the next one is due. */
  readonly audit?: Audit;
  readonly auditAt?: number;
  /** The last comparison with the inbox of another profile. */
  readonly compared?: ComparedInbox;
  readonly lastRunAt?: number;
  readonly lastRunOutcome?: "ok" | "failed";
  readonly lastProvedSuccessAt?: number;
  readonly lastProbeReceivedAt?: number;
  readonly expected?: Expected | null;
  /** It was silent for three intervals and has not been heard since; `told`: STALLED is raised. */
  readonly stalled?: "noticed" | "told" | null;
  /** From when on it is silent, if nothing is heard before. Not there: nothing is expected of it, or STALLED is told. */
  readonly silentAt?: number;
  /** Version of the mailbox that `expected` was taken from. */
  readonly mailboxV?: number;
  /** Who waits for the server to announce mail, and how. */
  readonly watching?: Watching;
  /** When the last run that read to the end began: what is found later came later. */
  readonly listedAt?: number;
  /** The last run that looked at everything left nothing; not there: something is left, or the server does not tell changes. */
  readonly settled?: Settled;
  /** When a run last found new mail, and `listedAt` then: that mail came in between. */
  readonly found?: { readonly at: number; readonly after: number | null };
  /** The mailbox is deleted, and was at this time; nothing else stands here then. */
  readonly removedAt?: number;
}
