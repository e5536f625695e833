import type { ActConnector, InboundConnector } from "@mailfleet/connector-api";
import type { Sealed, Secret } from "@mailfleet/contracts";
import type { Leases, Permits, ServicePorts } from "@mailfleet/kit";
import type { IsOurProbe, ParsedBody } from "@mailfleet/mime";
import type { Tokens } from "@mailfleet/oauth";
import type { Opener } from "@mailfleet/secrets";
import type { ThroughputCounter, ThroughputStore, Worker } from "@mailfleet/worker";
import type { FingerprintStore } from "./message/fingerprint-store.ts";
import type { MessageStore } from "./message/store.ts";
import type { createMetrics } from "./metrics.ts";
import type { SourceDocument } from "./source/document.ts";
import type { NamesStore } from "./source/names-store.ts";
import type { SourceStore } from "./source/store.ts";
import type { WatcherDocument } from "./watch/document.ts";
import type { WatchStore } from "./watch/store.ts";

/** What the service works with; `main.ts` builds the real ones, tests others. */
export interface InboundPorts extends ServicePorts {
  readonly worker: Worker<InboundConnector>;
  /** For appointments, contacts and tasks: they are at the same servers, with the same credentials. */
  readonly act: Worker<ActConnector>;
  readonly sources: SourceStore;
  /** On the documents of `sources`. */
  readonly leases: Leases<SourceDocument>;
  readonly watches: WatchStore;
  /** Of this process, on a document in `watchers`. */
  readonly watchers: Leases<WatcherDocument>;
  /** Of connections that only wait for news: there are many, so they are renewed more seldom than those of runs. */
  readonly watchPermits: Permits;
  readonly messages: MessageStore;
  readonly fingerprints: FingerprintStore;
  readonly names: NamesStore;
  readonly opener: Opener;
  /** Seals what a sign-in or a refresh gave. */
  readonly seal: (secret: Secret, aad: string) => Promise<Sealed>;
  /** Tells a probe that outbound-send sent from a header that anybody can write. */
  readonly isOurProbe: IsOurProbe;
  readonly tokens: Pick<Tokens, "exchangeCode" | "startDevice" | "pollDevice">;
  readonly parseBody: (raw: Uint8Array) => Promise<ParsedBody>;
  /** What all processes of this service did, over time; `count` is of this one. */
  readonly throughput: { readonly store: ThroughputStore; readonly counter: ThroughputCounter };
  readonly metrics: ReturnType<typeof createMetrics>;
}
