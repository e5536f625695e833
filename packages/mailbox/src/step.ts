import type { Direction, ProblemCode, RetryPolicy } from "@mailfleet/contracts";
import type { Effect } from "./effects.ts";
import type { MachineEvent } from "./events.ts";
import type { MachineState } from "./machine-state.ts";

/** What became of an event. */
export type StepResult =
  /** Taken. `changed: false`: everything was so already; there is nothing to store, and at most runs to request. */
  | {
      readonly outcome: "accepted";
      readonly state: MachineState;
      readonly effects: Effect[];
      readonly changed: boolean;
    }
  /** A command that is not possible now; nothing changed. */
  | { readonly outcome: "refused"; readonly code: ProblemCode; readonly detail: string; readonly remedy: string }
  /** A report that does not concern the present state: stale, repeated, or not for the machine. Nothing changed. */
  | { readonly outcome: "ignored"; readonly reason: string };

/** What a new mailbox starts with. */
export interface NewMachine {
  readonly mailboxId: string;
  readonly configured: readonly Direction[];
  /** Mailbox active and profile active. */
  readonly active: boolean;
  /** No approval is required for this kind of mailbox. */
  readonly approved: boolean;
  readonly at?: number;
}

/** The machine of a new mailbox: nothing wanted, nothing tested. */
export function createMachine(_input: NewMachine): MachineState {
  throw new Error("not built yet");
}

/** One step of the mailbox: pure, deterministic, never throws for a well-formed event. */
export function step(_state: MachineState, _event: MachineEvent, _policy: RetryPolicy): StepResult {
  throw new Error("not built yet");
}
