import type { Bus } from "@mailfleet/bus";
import type { OutboundConnector } from "@mailfleet/connector-api";
import type { FailPoint, Logger, Sealed, Secret } from "@mailfleet/contracts";
import type { Leases } from "@mailfleet/kit";
import type { SignProbe } from "@mailfleet/mime";
import type { Tokens } from "@mailfleet/oauth";
import type { SlotRepository } from "@mailfleet/store";
import type { ActivityStore } from "./activity/store.ts";
import type { OutboundMetrics } from "./metrics.ts";
import type { JournalDocument, JournalStore } from "./send/journal-store.ts";
import type { SendStore } from "./send/store.ts";
import type { UploadStore } from "./upload/store.ts";

/** What waits how long, in milliseconds. */
export interface OutboundPolicy {
  /** Attempts that a server may put off before the send fails. */
  readonly maximumDeferrals: number;
  /** Longest pause between two attempts. */
  readonly longestRetryMs: number;
  /** How often each replica looks for what is stuck. */
  readonly sweepMs: number;
  /** After being due for this long without a drain, a mailbox is woken. */
  readonly dueLookMs: number;
  /** A waiting send is checked this often, in case the news that its mailbox works again was lost. */
  readonly waitingLookMs: number;
  /** What was committed but perhaps not published is published again after this time. */
  readonly outboxLookMs: number;
  /** Mailboxes drained at the same time by one process. */
  readonly mailboxes: number;
}

/** What is used in production. */
export const defaultPolicy: OutboundPolicy = {
  maximumDeferrals: 10,
  longestRetryMs: 4 * 3_600_000,
  sweepMs: 2000,
  dueLookMs: 3000,
  waitingLookMs: 60_000,
  outboxLookMs: 5000,
  mailboxes: 256,
};

/** What the service needs. `main.ts` builds it; tests build it from real engines. */
export interface Ports {
  readonly bus: Bus;
  readonly sends: SendStore;
  readonly uploads: UploadStore;
  readonly activity: ActivityStore;
  readonly journals: JournalStore;
  /** On journals. */
  readonly leases: Leases<JournalDocument>;
  /** Connections in use, counted over all replicas. */
  readonly slots: SlotRepository;
  /** By protocol; loaded on first use, so that nobody pays for unused ones. */
  readonly connectors: Readonly<Record<string, () => Promise<OutboundConnector>>>;
  readonly tokens: Pick<Tokens, "credentials">;
  /** Throws `FailureError` CREDENTIALS_UNREADABLE. */
  openSecret(sealed: Sealed, aad: string): Promise<Secret>;
  /** Makes the code by which inbound-sync recognises our test message. */
  readonly signProbe: SignProbe;
  /** True for an error that only means that the database is away. */
  isOutage(error: unknown): boolean;
  readonly logger: Logger;
  readonly metrics: OutboundMetrics;
  readonly failPoint: FailPoint;
  /** Names this process, newly for each start. */
  readonly owner: string;
  /** Aborted when the service stops. */
  readonly signal: AbortSignal;
  now(): number;
  readonly policy: OutboundPolicy;
}
