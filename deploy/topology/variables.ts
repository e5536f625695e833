import { alerting } from "@mailfleet/alerting/service";
import { config } from "@mailfleet/config/service";
import { consoleService } from "@mailfleet/console/service";
import { inboundSync } from "@mailfleet/inbound-sync/service";
import { type Variable, variablesOf } from "@mailfleet/kit";
import { outboundSend } from "@mailfleet/outbound-send/service";
import { scheduler } from "@mailfleet/scheduler/service";
import { environment } from "./topology.ts";

const services = [config, scheduler, inboundSync, outboundSend, alerting, consoleService];

/** The variables that each service and the step `topology` read: what starts them is compared with it. */
export const variables: Readonly<Record<string, readonly Variable[]>> = {
  ...Object.fromEntries(services.map((service) => [service.name, variablesOf(service.environment)])),
  topology: variablesOf(environment),
};
