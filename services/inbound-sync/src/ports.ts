import type { Bus } from "@mailfleet/bus";
import type { InboundConnector } from "@mailfleet/connector-api";
import type { FailPoint, Logger, Sealed, Secret } from "@mailfleet/contracts";
import type { IsOurProbe, ParsedBody } from "@mailfleet/mime";
import type { Tokens } from "@mailfleet/oauth";
import type { Opener } from "@mailfleet/secrets";
import type { HandledRepository, MessageRepository, SlotRepository, SyncRepository } from "@mailfleet/store";
import type { InboundMetrics } from "./metrics.ts";

/** What the service works with; `main.ts` builds the real ones, tests others. */
export interface InboundPorts {
  readonly bus: Pick<Bus, "publish" | "publishAll" | "request" | "consume" | "respond">;
  readonly syncs: SyncRepository;
  readonly messages: MessageRepository;
  readonly handled: HandledRepository;
  readonly slots: SlotRepository;
  readonly opener: Opener;
  /** Seals what a sign-in or a refresh gave. */
  readonly seal: (secret: Secret, aad: string) => Promise<Sealed>;
  /** Tells a probe that outbound-send sent from a header that anybody can write. */
  readonly isOurProbe: IsOurProbe;
  readonly tokens: Pick<Tokens, "credentials" | "exchangeCode" | "startDevice" | "pollDevice">;
  /** By protocol; loaded when a mailbox needs it first, so that nobody pays for what he does not use. */
  readonly connectors: Readonly<Record<string, () => Promise<InboundConnector>>>;
  readonly parseBody: (raw: Uint8Array) => Promise<ParsedBody>;
  /** True for an error that only means that a store or the bus is away for now. */
  readonly isOutage: (error: unknown) => boolean;
  readonly logger: Logger;
  readonly metrics: InboundMetrics;
  readonly failPoint: FailPoint;
  readonly now: () => number;
  /** Names this process among the replicas; leases carry it. */
  readonly owner: string;
}
