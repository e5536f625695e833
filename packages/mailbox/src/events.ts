import type { Direction, Failure, Purpose } from "@mailfleet/contracts";

interface At {
  /** When it happens, milliseconds since the epoch. The machine has no clock of its own. */
  readonly at: number;
}

/** What people and configuration ask of a mailbox. Refused with a code, a sentence and a remedy if impossible now. */
export type MachineCommand = At &
  (
    | {
        readonly type: "approve";
        /** The address as the approver saw it. */
        readonly address: string;
        /** The present address. If it differs, the command is refused (ADDRESS_NOT_AS_SEEN). */
        readonly currentAddress: string;
      }
    | { readonly type: "reject"; readonly reason: string }
    | { readonly type: "resubmit" }
    | {
        readonly type: "test";
        /** Also sets `wanted`: a direction that passes starts to work. */
        readonly enable: boolean;
        /** If absent, all configured ones. Idle directions of a wanted mailbox are tested even if not named. */
        readonly directions?: readonly Direction[];
        /** The mailbox's owner asks. An owner cannot enable what an administrator disabled. */
        readonly byOwner?: boolean;
      }
    | { readonly type: "disable"; readonly byOwner?: boolean }
    /** The mailbox's own switch and its profile's, combined by the caller. */
    | { readonly type: "activate" }
    | { readonly type: "deactivate" }
    | { readonly type: "configured"; readonly directions: readonly Direction[] }
    /** `approvalRequired: false`: it stays approved, but earlier results and the intent are still discarded. */
    | { readonly type: "addressChanged"; readonly approvalRequired?: boolean }
    | { readonly type: "ownerChanged"; readonly approvalRequired?: boolean }
    | {
        readonly type: "settingsChanged";
        /** The directions that the changed fields concern. */
        readonly directions: readonly Direction[];
        /** JSON pointers, named in the alert: `/inbound/host`, `/credentials`. Never values. */
        readonly fields: readonly string[];
      }
    /** The policy given with this event is new: intervals follow it at once. Nothing that is under way becomes void. */
    | { readonly type: "policyChanged" }
    | { readonly type: "delete" }
    | { readonly type: "syncNow"; readonly directions?: readonly Direction[] }
  );

/** What workers and the scheduler report: the bodies of the messages on MAILBOX, with their type. */
export type MachineReport = At & {
  readonly direction: Direction;
  readonly generation: number;
} & (
    | { readonly type: "runSucceeded"; readonly purpose: Purpose }
    | { readonly type: "runFailed"; readonly purpose: Purpose; readonly failure: Failure }
    | { readonly type: "timerFired" }
  );

/** Every event of a mailbox. */
export type MachineEvent = MachineCommand | MachineReport;
