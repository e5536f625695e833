/** How long this client waits, in milliseconds, in addition to the profile's connection time-out. */
export interface Pop3Deadlines {
  /** A server that is silent for this long inside a command is gone (RFC 1939 §3: sessions may idle for 10 minutes). */
  readonly silenceMs: number;
  /** For the answer to QUIT after deletions: the server deletes now (RFC 1939 §6, UPDATE state). */
  readonly updateMs: number;
  /** For the answer to QUIT if nothing depends on it. */
  readonly goodbyeMs: number;
}

/** The deadlines used in production. */
export const defaultDeadlines: Pop3Deadlines = { silenceMs: 60_000, updateMs: 30_000, goodbyeMs: 1000 };
