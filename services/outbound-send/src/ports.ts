import type { Bus } from "@mailfleet/bus";
import type { OutboundConnector } from "@mailfleet/connector-api";
import type { FailPoint, Logger, Sealed, Secret } from "@mailfleet/contracts";
import type { SignProbe } from "@mailfleet/mime";
import type { Tokens } from "@mailfleet/oauth";
import type { OutboundActivityRepository, SendRepository, SlotRepository, UploadRepository } from "@mailfleet/store";
import type { OutboundMetrics } from "./metrics.ts";

/** What waits how long, in milliseconds. */
export interface OutboundPolicy {
  /** Attempts that a server may put off before the send fails (domain 2.3). */
  readonly maximumDeferrals: number;
  /** Longest pause between two attempts. */
  readonly longestRetryMs: number;
  /** A claim not renewed for this long belongs to a process that is gone. */
  readonly leaseMs: number;
  /** How often each replica looks for what is stuck. */
  readonly sweepMs: number;
  /** An accepted send without progress is published again after this time. */
  readonly acceptedLookMs: number;
  /** A waiting send is looked at this often, in case nobody said that its mailbox works again. */
  readonly waitingLookMs: number;
  /** What was committed but perhaps not published is published again after this time. */
  readonly outboxLookMs: number;
  /** Sends handled at the same time by one process. */
  readonly concurrency: number;
}

/** What is used in production. */
export const defaultPolicy: OutboundPolicy = {
  maximumDeferrals: 10,
  longestRetryMs: 4 * 3_600_000,
  leaseMs: 10_000,
  sweepMs: 2000,
  acceptedLookMs: 5000,
  waitingLookMs: 60_000,
  outboxLookMs: 5000,
  concurrency: 256,
};

/** What the service stands on; `main.ts` builds it, tests build it from real engines. */
export interface Ports {
  readonly bus: Bus;
  readonly sends: SendRepository;
  readonly uploads: UploadRepository;
  readonly activity: OutboundActivityRepository;
  /** Connections in use, counted over all replicas. */
  readonly slots: SlotRepository;
  /** By protocol; loaded when a mailbox needs it first, so that nobody pays for what he does not use. */
  readonly connectors: Readonly<Record<string, () => Promise<OutboundConnector>>>;
  readonly tokens: Pick<Tokens, "credentials">;
  /** Throws `FailureError` CREDENTIALS_UNREADABLE. */
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  /** Makes the code by which inbound-sync knows a probe of ours. */
  readonly signProbe: SignProbe;
  /** True for an error that only means that the database is away. */
  isOutage(error: unknown): boolean;
  readonly logger: Logger;
  readonly metrics: OutboundMetrics;
  readonly failPoint: FailPoint;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  now(): number;
  readonly policy: OutboundPolicy;
}
