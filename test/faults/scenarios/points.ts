import type { FailPointName } from "@mailfleet/contracts";
import { twins } from "../fleet.ts";

/** A named point in a service. */
export interface Place {
  readonly service: (typeof twins)[number];
  readonly point: FailPointName;
}

/** Which service passes each named point, so that the right process is killed there. */
export const pointsOf: Readonly<Record<Place["service"], readonly FailPointName[]>> = {
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
  alerting: ["document.after-commit", "bus.after-pull", "bus.before-acknowledge"],
};

/**
 * Every point once, of each service one at a time. `turn` moves the services against each other, so that a point gets
 * other neighbours.
 */
export function columns(turn: number): Place[][] {
  const length = Math.max(...twins.map((name) => pointsOf[name].length));
  return Array.from({ length }, (_, n) =>
    twins.flatMap((service, row) => {
      const point = pointsOf[service][(n + turn * row) % length];
      return point ? [{ service, point }] : [];
    }),
  );
}

/** For the name of a scenario. */
export const wordsOf = (places: readonly Place[]) =>
  places.map(({ service, point }) => `${service} ${point}`).join(", ");
