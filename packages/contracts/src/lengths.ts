/** How long the bus waits for an acknowledgement or a sign of life before it gives a message to another replica. */
export const ackWaitMs = 10_000;

/**
 * How long a lease or a permit holds without renewal: shorter than `ackWaitMs`, so that a process that gets the message
 * of a process that is gone finds its lease free.
 */
export const leaseMs = 8_000;

/** How often a process renews what it holds: three times may fail before it is lost. */
export const leaseRenewalMs = 2_000;

/**
 * So long before its end the holder itself counts a lease as lost. Covers a write that is on its way to the database
 * and clocks that do not run equally fast.
 */
export const leaseMarginMs = 1_000;
