/**
 * Reaches a named point where `test/faults` may kill the process. In production it does nothing. Adapters and handlers
 * take it as an option, so that every point between commit, publish, pull and acknowledge has a name.
 */
export type FailPoint = (name: FailPointName) => void;

/** All named points, so that the fault tests can visit each of them. */
export const failPointNames = [
  "document.before-commit",
  "document.after-commit",
  "relay.between-publishes",
  "relay.before-pull",
  "bus.after-pull",
  "bus.before-acknowledge",
  "scheduler.after-claim",
  "scheduler.after-fire",
  "inbound.after-store",
  "inbound.before-cursor",
  "inbound.after-cursor",
  "inbound.between-publishes",
  "outbound.after-accept",
  "outbound.after-claim",
  "outbound.before-content",
  "outbound.after-server-accepted",
  "outbound.after-result",
] as const;
export type FailPointName = (typeof failPointNames)[number];

/** A fail point that does nothing. */
export const noFailPoint: FailPoint = () => {};
