import type { Connection, Failure, Logger, RunRequested } from "@mailfleet/contracts";
import type { RunContext } from "./run-messages.ts";

/** A run request from the bus. */
export interface RunMessage {
  readonly id: string;
  readonly correlation?: string;
  readonly body: RunRequested;
}

/** Handles one message from RUNS; `stopping` is aborted when the service stops, and what is under way may end first. */
export type HandleRun = (message: RunMessage, stopping: AbortSignal) => Promise<void>;

/** What holds a mailbox while a run works on it; a `Lease` of the kit is one. */
export interface Hold {
  /** Aborted when it is lost. */
  readonly signal: AbortSignal;
  /** Gives it back; never throws, and does nothing where it was given back already. */
  release(): Promise<void>;
}

/** A run that may begin: wanted at this moment, under this generation. */
export interface Run {
  readonly mailboxId: string;
  readonly context: RunContext;
  readonly connection: Connection;
  readonly logger: Logger;
}

/** A run that has all it needs. */
export interface StartedRun<Held extends Hold = Hold> extends Run {
  /** Aborted when the service stops, a permit or what is held is lost, or the run has taken too long. */
  readonly signal: AbortSignal;
  readonly held: Held;
  /** Before anything was asked of the server. */
  readonly startedAt: number;
  /** A permit for one connection was taken for it. */
  readonly hasPermit: boolean;
  /** Somebody else waits for this run's connection: end at the next opportunity, and ask to come again. */
  connectionWanted(): boolean;
}

/** How a run ended. */
export interface RunEnd {
  readonly at: number;
  /** `null`: it did what it should. */
  readonly failure: Failure | null;
  /** There is more to do: the run comes again at once. */
  readonly more: boolean;
}

/** Held where nothing needs to be. */
export const nothingHeld: Hold = { signal: new AbortController().signal, release: async () => {} };
