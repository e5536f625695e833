/** How a mailbox's watch is. `polling`: nobody waits for its server; the polls go on in any case. */
export type WatchState = "idle" | "noop" | "polling";

/** A mailbox's watch, in the document of its source. */
export interface Watching {
  /** The process that waits, or is about to; `null`: nobody. Its lease is in `watchers`, for all that it holds. */
  readonly holder: string | null;
  /** Another process may have it, and opens its own connection before this one's is closed. */
  readonly offered?: boolean;
  /** There is no room for a connection beside the last holder's, which is to be closed first. */
  readonly noRoom?: boolean;
  /** Of the inbound direction, when it was opened or given up. */
  readonly generation: number;
  readonly state: WatchState;
  /** Since when it is so. */
  readonly since: number;
  /** Why nobody waits, in words. */
  readonly why?: string | null;
  /** Nobody opens it before this time, unless the generation has changed. */
  readonly restUntil?: number;
  /** How often in a row it could not be opened, or soon ended. */
  readonly failures?: number;
  /**
   * The server wants fewer connections, or the profile none that waits: another generation changes nothing about that.
   */
  readonly crowded?: boolean;
  /** How often in a row a poll found what it should have heard; 2: WATCH_STALLED is raised. */
  readonly deaf?: number;
}

/** One process that holds watches, with the lease on itself. */
export interface WatcherDocument {
  readonly _id: string;
  /** How often it has let others have watches, or had one of theirs: they look when this, or the processes, have changed. */
  readonly gaveUp?: number;
  /** It has more than its share, and others may have some. */
  readonly offers?: boolean;
  /** It stops, offers all that it has, and is due no share of the watches. */
  readonly leaving?: boolean;
}
