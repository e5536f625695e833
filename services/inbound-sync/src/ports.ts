import type { Bus } from "@mailfleet/bus";
import type { InboundConnector } from "@mailfleet/connector-api";
import type { FailPoint, Logger } from "@mailfleet/contracts";
import type { ParsedBody } from "@mailfleet/mime";
import type { Opener } from "@mailfleet/secrets";
import type { MessageRepository, SlotRepository, SyncRepository } from "@mailfleet/store";
import type { InboundMetrics } from "./metrics.ts";

/** What the service works with; `main.ts` builds the real ones, tests others. */
export interface InboundPorts {
  readonly bus: Pick<Bus, "publish" | "publishAll" | "request" | "consume" | "respond">;
  readonly syncs: SyncRepository;
  readonly messages: MessageRepository;
  readonly slots: SlotRepository;
  readonly opener: Opener;
  /** By protocol. */
  readonly connectors: Readonly<Record<string, InboundConnector>>;
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
