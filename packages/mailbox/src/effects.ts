import type { AlertCode, Direction, Failure, LifecycleWord, Purpose } from "@mailfleet/contracts";

/** Request one run of one direction (stream RUNS). */
export interface RequestRun {
  readonly type: "requestRun";
  readonly direction: Direction;
  readonly purpose: Purpose;
  readonly generation: number;
}

/** Wake the mailbox at `due`, and then every `everyMs` if given. Replaces the mailbox's timer of this name. */
export interface SetTimer {
  readonly type: "setTimer";
  /** `inbound`, or `inbound-test` for the deadline of a test beside daily work. Unique within the mailbox. */
  readonly name: string;
  readonly direction: Direction;
  readonly due: number;
  readonly everyMs?: number;
  readonly generation: number;
  /** `run`: goes straight into RUNS with `purpose`. `event`: goes into MAILBOX as a fired timer. */
  readonly deliver: "run" | "event";
  readonly purpose?: Purpose;
}

export interface ClearTimer {
  readonly type: "clearTimer";
  readonly name: string;
}

/** Tell people. Text and remedy are looked up by the code. Without a direction it concerns the whole mailbox. */
export interface RaiseAlert {
  readonly type: "raiseAlert";
  readonly direction?: Direction;
  readonly code: AlertCode;
  readonly detail?: string;
  readonly failure?: Failure;
}

/** Clear alerts. Without codes: every alert of the mailbox, or of the direction if one is named. */
export interface ClearAlert {
  readonly type: "clearAlert";
  readonly direction?: Direction;
  readonly codes?: readonly AlertCode[];
}

/** Publish a fact. The caller adds what the machine does not know: address, version, steps of the test. */
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
      /** Why it failed. The steps, if any, are in the event that caused this. */
      readonly failure?: Failure;
    }
  | { readonly type: "publishFact"; readonly fact: "deleted" };

/** What to do after a transition. Data only, so that it can wait in an outbox. */
export type Effect = RequestRun | SetTimer | ClearTimer | RaiseAlert | ClearAlert | PublishFact;
