import type { FailPointName, ServiceName } from "@mailfleet/contracts";

/** Which service passes each named point, so that the right process is killed there. */
export const pointsOf: Readonly<Record<Exclude<ServiceName, "console">, readonly FailPointName[]>> = {
  config: [
    "document.before-commit",
    "document.after-commit",
    "relay.between-publishes",
    "relay.before-pull",
    "bus.after-pull",
    "bus.before-acknowledge",
  ],
  scheduler: ["scheduler.after-claim", "scheduler.after-fire", "bus.after-pull", "bus.before-acknowledge"],
  "inbound-sync": [
    "inbound.after-store",
    "inbound.before-cursor",
    "inbound.after-cursor",
    "inbound.between-publishes",
    "bus.after-pull",
    "bus.before-acknowledge",
  ],
  "outbound-send": [
    "outbound.after-accept",
    "outbound.after-claim",
    "outbound.before-content",
    "outbound.after-server-accepted",
    "outbound.after-result",
    "bus.after-pull",
    "bus.before-acknowledge",
  ],
  alerting: ["alerting.after-store", "bus.after-pull", "bus.before-acknowledge"],
};
