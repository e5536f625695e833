/** NATS JetStream: publishing, consuming, asking and answering. The only importer of `@nats-io/*`. */
export type {
  Bus,
  BusOptions,
  Consumption,
  Incoming,
  Place,
  PublishOptions,
  Reading,
  RequestHandlers,
  StreamUsage,
} from "./bus.ts";
export { connectBus } from "./connect.ts";
export { BusOutage } from "./outage.ts";
export { sayRepeated } from "./repeats.ts";
