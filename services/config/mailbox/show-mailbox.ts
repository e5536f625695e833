import {
  type Direction,
  type DirectionStatus,
  directions,
  type Mailbox,
  perDirection,
  type RetryPolicy,
} from "@mailfleet/contracts";
import { lifecycle, type MachineState, statusOf } from "@mailfleet/mailbox";
import type { LastTest, ShownMailbox } from "./body.ts";

/** One direction as it is shown: what the machine knows and what its last test found. */
export function shownDirection(
  machine: MachineState,
  direction: Direction,
  lastTest: LastTest | undefined,
  policy: RetryPolicy,
  now: number,
): DirectionStatus {
  const { since: _, ...status } = statusOf(machine, direction, policy, now);
  return { ...status, lastTest: lastTest ?? null };
}

/** A mailbox as it is shown. Credentials show only that they are set, for whom and when. */
export function showMailbox(document: ShownMailbox, policy: RetryPolicy, now: number): Mailbox {
  const { configuration, machine, approval } = document;
  const { credentials, ...shown } = configuration;
  const direction = (name: Direction) => shownDirection(machine, name, document.lastTests[name], policy, now);
  return {
    id: document._id,
    v: document.v,
    ownership: document.ownership,
    ...shown,
    credentials: credentials ? { username: credentials.username, setAt: credentials.setAt } : null,
    wanted: machine.wanted,
    lifecycle: lifecycle(machine),
    approval: { state: machine.approval.value, ...approval },
    directions: perDirection(direction),
    createdAt: document.createdAt,
    changedAt: document.changedAt,
  };
}

/** What is copied out of the machine so that lists can be narrowed by it. */
export function copiedStatus(machine: MachineState, policy: RetryPolicy): ShownMailbox["status"] {
  const copied = directions.map((direction) => {
    const { state, enabled, verdict } = statusOf(machine, direction, policy);
    return [direction, { state, enabled, verdict }] as const;
  });
  return {
    lifecycle: lifecycle(machine),
    directions: Object.fromEntries(copied) as ShownMailbox["status"]["directions"],
  };
}
