import { alerting } from "@mailfleet/alerting/service";
import { config } from "@mailfleet/config/service";
import { consoleService } from "@mailfleet/console/service";
import { inboundSync } from "@mailfleet/inbound-sync/service";
import { deploymentCollection, type Wanted, wantedBy } from "@mailfleet/kit";
import { outboundSend } from "@mailfleet/outbound-send/service";
import { scheduler } from "@mailfleet/scheduler/service";

/** A service as NATS and MongoDB know it. */
export type Speaking = Pick<
  typeof config,
  "name" | "asks" | "publishes" | "follows" | "reads" | "watchesStreams" | "erasesMessages"
> & {
  readonly wanted: Wanted;
  /** What it looks at when it is asked how it is. */
  readonly checks?: Readonly<Record<string, { readonly runbook: string }>>;
};

/** The six services. */
export const speakers: readonly Speaking[] = [
  { ...config, wanted: wantedBy(config) },
  { ...scheduler, wanted: wantedBy(scheduler) },
  { ...inboundSync, wanted: wantedBy(inboundSync) },
  { ...outboundSend, wanted: wantedBy(outboundSend) },
  { ...alerting, wanted: wantedBy(alerting) },
  { ...consoleService, wanted: wantedBy(consoleService) },
];

const services: readonly Wanted[] = speakers.map(({ wanted }) => wanted);

/** What the six services need together. What two of them name is there once. */
export const system: Wanted = {
  streams: once(services.flatMap(({ streams }) => streams)),
  consumers: once(services.flatMap(({ consumers }) => consumers)),
  collections: once([...services.flatMap(({ collections }) => collections), deploymentCollection]),
};

function once<One extends { readonly name: string }>(all: readonly One[]): One[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}
