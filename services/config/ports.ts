import type { RequestName } from "@mailfleet/contracts";
import type { Documents, LeaseStore, Leases, Handler as ServiceHandler, ServicePorts, Stored } from "@mailfleet/kit";
import type { ConsentStore } from "./consent/store.ts";
import type { ErasureBody } from "./erasure/body.ts";
import type { TraceStore } from "./erasure/traces.ts";
import type { GrantDocument, GrantStore } from "./grant/store.ts";
import type { JobBody } from "./job/body.ts";
import type { LineStore } from "./job/line-store.ts";
import type { JobStore } from "./job/store.ts";
import type { MailboxBody } from "./mailbox/body.ts";
import type { Metrics } from "./mailbox/metrics.ts";
import type { MailboxStore } from "./mailbox/store.ts";
import type { Worlds } from "./mailbox/world.ts";
import type { ProfileBody } from "./profile/body.ts";
import type { ProofStore } from "./proof/store.ts";
import type { SettingsBody } from "./settings/body.ts";

/** What the service works with. Everything that touches the world comes in here. */
export interface Ports extends ServicePorts {
  readonly documents: {
    readonly settings: Documents<SettingsBody>;
    readonly profile: Documents<ProfileBody>;
    readonly mailbox: Documents<MailboxBody>;
    readonly job: Documents<JobBody>;
    readonly erasure: Documents<ErasureBody>;
  };
  readonly mailboxes: MailboxStore;
  readonly jobs: JobStore;
  /** Lines of a CSV that a job has still to do. */
  readonly jobLines: LineStore;
  /** Who works on a job. */
  readonly jobLeases: Leases<Stored<JobBody>>;
  /** Who works on an erasure. */
  readonly erasureLeases: Leases<Stored<ErasureBody>>;
  readonly traces: TraceStore;
  /** How long after the first round of an erasure what came late is removed. */
  readonly eraseSettleMs: number;
  readonly consents: ConsentStore;
  readonly proofs: ProofStore;
  readonly grants: GrantStore;
  /** Who refreshes a consent: a worker, for as long as it asked for. */
  readonly grantLeases: LeaseStore<GrantDocument>;
  readonly worlds: Worlds;
  readonly metrics: Metrics;
  /** Where people reach the console, for links in alerts; `null`: not known. */
  readonly consoleUrl: string | null;
}

/** Answers one request. */
export type Handler<Name extends RequestName> = ServiceHandler<Ports, Name>;
