/** How long this client waits, in milliseconds, beside the profile's connection time-out. */
export interface Pop3Deadlines {
  /** A server that says nothing for so long inside a command is gone (RFC 1939 §3 lets it keep a session for 10 minutes). */
  readonly silenceMs: number;
  /** For QUIT's answer where messages are to be deleted: the server does it then (RFC 1939 §6, UPDATE state). */
  readonly updateMs: number;
  /** For QUIT's answer where nothing depends on it. */
  readonly goodbyeMs: number;
}

/** What is used in production. */
export const defaultDeadlines: Pop3Deadlines = { silenceMs: 60_000, updateMs: 30_000, goodbyeMs: 1000 };
