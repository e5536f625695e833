import type { OutboundConnector } from "@mailfleet/connector-api";
import type { Leases, ServicePorts } from "@mailfleet/kit";
import type { SignProbe } from "@mailfleet/mime";
import type { SentFolder, ThroughputCounter, ThroughputStore, Worker } from "@mailfleet/worker";
import type { ActivityStore } from "./activity/store.ts";
import type { createMetrics } from "./metrics.ts";
import type { JournalDocument, JournalStore } from "./send/journal-store.ts";
import type { SendStore } from "./send/store.ts";
import type { UploadStore } from "./upload/store.ts";

/** What waits how long, in milliseconds. */
export interface OutboundPolicy {
  /** Attempts that a server may put off before the send fails. */
  readonly maximumDeferrals: number;
  /** Longest pause between two attempts. */
  readonly longestRetryMs: number;
  /** After being due for this long without a drain, a mailbox is checked by the sweep. */
  readonly dueLookMs: number;
  /** A waiting send is checked this often, in case the news that its mailbox works again was lost. */
  readonly waitingLookMs: number;
  /** A send of unknown fate that is not among the sent mail yet is looked for once more after this time. */
  readonly lookAgainMs: number;
  /** A held send is looked for among the sent mail again so long after its attempt, in ascending order. */
  readonly lookLaterMs: readonly number[];
  /** Pause before a copy that could not be filed is tried again; doubles, up to an hour. */
  readonly copyRetryMs: number;
  /** What was committed but perhaps not published is published again after this time. */
  readonly outboxLookMs: number;
}

/** What is used in production. */
export const defaultPolicy: OutboundPolicy = {
  maximumDeferrals: 10,
  longestRetryMs: 4 * 3_600_000,
  dueLookMs: 3000,
  waitingLookMs: 60_000,
  lookAgainMs: 3000,
  lookLaterMs: [3_600_000, 24 * 3_600_000],
  copyRetryMs: 60_000,
  outboxLookMs: 5000,
};

/** What the service works with; `main.ts` builds the real ones, tests others. */
export interface OutboundPorts extends ServicePorts {
  readonly worker: Worker<OutboundConnector>;
  /** Where a send of unknown fate is looked for before its policy decides. */
  readonly sentFolder: SentFolder;
  readonly sends: SendStore;
  readonly uploads: UploadStore;
  readonly activity: ActivityStore;
  readonly journals: JournalStore;
  /** On journals. */
  readonly leases: Leases<JournalDocument>;
  /** Makes the code by which inbound-sync recognises our test message. */
  readonly signProbe: SignProbe;
  /** What all processes of this service did, over time; `count` is of this one. */
  readonly throughput: { readonly store: ThroughputStore; readonly counter: ThroughputCounter };
  readonly metrics: ReturnType<typeof createMetrics>;
  /** Names this process, newly for each start. */
  readonly owner: string;
  readonly policy: OutboundPolicy;
}
