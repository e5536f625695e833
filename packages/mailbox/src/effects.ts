import type { AlertCode, Direction, Failure, LifecycleWord, Purpose } from "@mailfleet/contracts";

/** Ask for one run of one direction (stream RUNS). */
export interface RequestRun {
  readonly type: "requestRun";
  readonly direction: Direction;
  readonly purpose: Purpose;
  readonly generation: number;
}

/** Wake the mailbox at `due`, and then every `everyMs` if given. Replaces the mailbox's timer of this name. */
export interface SetTimer {
  readonly type: "setTimer";
  /** `inbound`, or `inbound-test` for the deadline of a test beside the work. Unique within the mailbox. */
  readonly name: string;
  readonly direction: Direction;
  readonly due: number;
  readonly everyMs?: number;
  readonly generation: number;
  /** `run`: straight into RUNS with `purpose`. `event`: into MAILBOX as a fired timer. */
  readonly deliver: "run" | "event";
  readonly purpose?: Purpose;
}

export interface ClearTimer {
  readonly type: "clearTimer";
  readonly name: string;
}

/** Say something to people. Text and remedy are looked up by the code. Without direction: the mailbox as a whole. */
export interface RaiseAlert {
  readonly type: "raiseAlert";
  readonly direction?: Direction;
  readonly code: AlertCode;
  readonly detail?: string;
  readonly failure?: Failure;
}

/** It is over. Without codes: every alert of the mailbox (or of the direction, if it is named). */
export interface ClearAlert {
  readonly type: "clearAlert";
  readonly direction?: Direction;
  readonly codes?: readonly AlertCode[];
}

/** Tell the world; the caller adds what the machine does not know (address, version, steps of the test). */
export type PublishFact =
  | {
      readonly type: "publishFact";
      readonly fact: "transitioned";
      readonly lifecycle: { readonly from: LifecycleWord; readonly to: LifecycleWord };
    }
  | {
      readonly type: "publishFact";
      readonly fact: "tested";
      readonly direction: Direction;
      /** The generation of the test that ended, not the present one. */
      readonly generation: number;
      readonly outcome: "ok" | "failed";
      /** Why it failed. The steps, if there are any, are in the event that was stepped. */
      readonly failure?: Failure;
    }
  | { readonly type: "publishFact"; readonly fact: "deleted" };

/** What is to be done after a step: data only, so that it can wait in an outbox. */
export type Effect = RequestRun | SetTimer | ClearTimer | RaiseAlert | ClearAlert | PublishFact;
