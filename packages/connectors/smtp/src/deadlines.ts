/** How long this client waits, in milliseconds. */
export interface Deadlines {
  /** For the answer to a command (RFC 5321 §4.5.3.2 asks for 5 minutes; a healthy server needs far less). */
  readonly commandMs: number;
  /** While a message is written: for any progress (§4.5.3.2.5, 3 minutes). */
  readonly dataBlockMs: number;
  /** For the answer to the final dot (§4.5.3.2.6: 10 minutes, because giving up early makes duplicates). */
  readonly finalMs: number;
  /** How long an unused connection is kept. Servers drop them after 30 s to 5 minutes. */
  readonly idleMs: number;
  /** How many messages one connection carries. Many servers allow 100 or more. */
  readonly messagesPerConnection: number;
}

/** What is used in production. */
export const defaultDeadlines: Deadlines = {
  commandMs: 60_000,
  dataBlockMs: 180_000,
  finalMs: 600_000,
  idleMs: 20_000,
  messagesPerConnection: 100,
};
