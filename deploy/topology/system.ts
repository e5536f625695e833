import { alerting } from "@mailfleet/alerting/service";
import { config } from "@mailfleet/config/service";
import { consoleService } from "@mailfleet/console/service";
import { inboundSync } from "@mailfleet/inbound-sync/service";
import { type Wanted, wantedBy } from "@mailfleet/kit";
import { outboundSend } from "@mailfleet/outbound-send/service";
import { scheduler } from "@mailfleet/scheduler/service";

const services: readonly Wanted[] = [
  wantedBy(config),
  wantedBy(scheduler),
  wantedBy(inboundSync),
  wantedBy(outboundSend),
  wantedBy(alerting),
  wantedBy(consoleService),
];

/** What the six services need together. What two of them name is there once. */
export const system: Wanted = {
  streams: once(services.flatMap(({ streams }) => streams)),
  consumers: once(services.flatMap(({ consumers }) => consumers)),
  collections: once(services.flatMap(({ collections }) => collections)),
};

function once<One extends { readonly name: string }>(all: readonly One[]): One[] {
  return [...new Map(all.map((one) => [one.name, one])).values()];
}
