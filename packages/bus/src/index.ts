/** NATS JetStream: publishing, consuming, asking and answering. The only importer of `@nats-io/*`. */
export type {
  Bus,
  BusOptions,
  ConsumeBatchesOptions,
  ConsumeOptions,
  Consumption,
  FollowOptions,
  Incoming,
  PublishOptions,
  PublishOutcome,
  RequestContext,
  RequestHandlers,
  RequestOptions,
  StreamUsage,
} from "./bus.ts";
export { connectBus } from "./connect.ts";
export { BusOutage } from "./outage.ts";
