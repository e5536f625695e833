/** How long a lease or a permit holds without renewal, unless MAILFLEET_LEASE_MS says otherwise. */
export const leaseMs = 8_000;

/** What goes by the length of a lease, in milliseconds. */
export interface LeaseLengths {
  readonly holdMs: number;
  /** How often a process renews what it holds: three times may fail before it is lost. */
  readonly renewEveryMs: number;
  /**
   * So long before its end the holder itself counts a lease as lost. Covers a write that is on its way to the database
   * and clocks that do not run equally fast.
   */
  readonly marginMs: number;
  /**
   * How long the bus waits for an acknowledgement or a sign of life before it gives a message to another replica: longer
   * than a lease, so that a process that gets the message of a process that is gone finds its lease free.
   */
  readonly ackWaitMs: number;
}

/** Of leases that hold so long. */
export const lengthsOf = (holdMs: number): LeaseLengths => ({
  holdMs,
  renewEveryMs: holdMs / 4,
  marginMs: holdMs / 8,
  ackWaitMs: holdMs * 1.25,
});
