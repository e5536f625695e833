import { type Direction, type FailureCode, failureOf, purposes } from "@mailfleet/contracts";
import type { MachineEvent } from "@mailfleet/mailbox";
import type { World } from "./walk-state.ts";

/** An event with its name in a path, and what is special about it. */
export interface Offered {
  readonly event: MachineEvent;
  readonly name: string;
  /** Carries an older generation: must change nothing. */
  readonly stale?: true;
  /** An armed one-shot timer fired. */
  readonly fired?: true;
}

type Body<Event extends MachineEvent = MachineEvent> = Event extends MachineEvent ? Omit<Event, "at"> : never;
const at = 0;
const twoDays = 172_800_000;
const offer = (name: string, body: Body, more: Partial<Offered> = {}): Offered => ({
  name,
  event: { ...body, at } as MachineEvent,
  ...more,
});

/** The commands do not depend on the state: they are offered everywhere. */
export function commandsFor(walked: readonly Direction[]): Offered[] {
  const each = walked.length > 1 ? walked.map((direction) => [direction]) : [];
  const subsets = [undefined, ...each];
  const named = (directions: readonly Direction[] | undefined) => (directions ? { directions } : {});
  return [
    offer("approve", { type: "approve", address: "A@example.org", currentAddress: "a@example.org" }),
    offer("approve another address", { type: "approve", address: "b@example.org", currentAddress: "a@example.org" }),
    offer("reject", { type: "reject", reason: "unknown" }),
    offer("resubmit", { type: "resubmit" }),
    ...subsets.flatMap((directions) => [
      offer(`test ${directions ?? "all"}`, { type: "test", enable: false, ...named(directions) }),
      offer(`test & enable ${directions ?? "all"}`, { type: "test", enable: true, ...named(directions) }),
      offer(`sync now ${directions ?? "all"}`, { type: "syncNow", ...named(directions) }),
    ]),
    offer("disable", { type: "disable" }),
    // Who disabled it does not depend on the number of directions: one is enough, and the walk stays short.
    ...(each.length === 0 ? [offer("owner disables", { type: "disable", byOwner: true })] : []),
    offer("activate", { type: "activate" }),
    offer("deactivate", { type: "deactivate" }),
    offer("configured all", { type: "configured", directions: walked }),
    offer("configured one less", { type: "configured", directions: walked.slice(1) }),
    offer("address changed", { type: "addressChanged" }),
    offer("address changed, no approval needed", { type: "addressChanged", approvalRequired: false }),
    offer("owner changed", { type: "ownerChanged" }),
    ...(each.length > 0 ? each : [walked]).map((directions) =>
      offer(`settings changed ${directions}`, { type: "settingsChanged", directions, fields: ["/credentials"] }),
    ),
    offer("policy changed", { type: "policyChanged" }),
    offer("delete", { type: "delete" }),
  ];
}

/** Results of runs and fired timers of one direction: present ones, and ones whose generation is over. */
export function reportsFor({ machine, armed }: World, direction: Direction, codes: readonly FailureCode[]): Offered[] {
  const { generation } = machine.directions[direction].context;
  const timers = [direction, `${direction}-test`].flatMap((name) => armed.get(name) ?? []);
  const old = { direction, generation: generation - 1 };
  const stale = { stale: true } as const;
  return [
    ...purposes.flatMap((purpose) => [
      offer(`${direction} ${purpose} ok`, { type: "runSucceeded", direction, generation, purpose }),
      ...codes.map((code) =>
        offer(`${direction} ${purpose} ${code}`, {
          type: "runFailed",
          direction,
          generation,
          purpose,
          failure: failureOf(code),
        }),
      ),
    ]),
    ...timers
      .filter((timer) => timer.deliver === "event")
      .map((timer) =>
        offer(
          `${timer.name} timer`,
          { type: "timerFired", direction, generation: timer.generation },
          timer.everyMs === undefined ? { fired: true } : {},
        ),
      ),
    ...purposes.map((purpose) => {
      const failure = failureOf("RATE_LIMITED");
      const body = { type: "runFailed", direction, generation, purpose, failure } as const;
      return { name: `${direction} ${purpose} throttled for two days`, event: { ...body, at: twoDays } };
    }),
    offer(`${direction} old ok`, { type: "runSucceeded", ...old, purpose: "sync" }, stale),
    offer(`${direction} old test ok`, { type: "runSucceeded", ...old, purpose: "test" }, stale),
    offer(
      `${direction} old failure`,
      { type: "runFailed", ...old, purpose: "sync", failure: failureOf("INBOX_UNAVAILABLE") },
      stale,
    ),
    offer(`${direction} old timer`, { type: "timerFired", ...old }, stale),
  ];
}
