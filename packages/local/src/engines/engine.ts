import type { startGuarded } from "./guarded-program.ts";

/** Starts a program that ends with this process. */
export type Launch = typeof startGuarded;

/** How an engine is started. */
export interface EngineOptions {
  /** Its data; created if missing, found again by the next start. */
  readonly dataDir: string;
  /** True: the data go when the engine stops or this process dies. */
  readonly temporary?: boolean;
  /** Where its program runs: a process of this machine by default. */
  readonly launch?: Launch;
  /** Told in a line what takes time (a download). */
  readonly say?: (line: string) => void;
}

/** A NATS or MongoDB that we started. It keeps its port over `kill` and `restart`. */
export interface Engine {
  readonly url: string;
  readonly version: string;
  readonly pid: number;
  /** Resolves with the exit code when the present process ends, for whatever reason. */
  readonly ended: Promise<number>;
  /** SIGKILL: nothing is flushed. Resolves when the process has gone. `restart` brings it back. */
  kill(): Promise<void>;
  /** Same port, same data; stops the server first if it runs. Resolves when it is ready for work. */
  restart(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}
