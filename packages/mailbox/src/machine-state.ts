import type { AlertCode, Direction, DirectionStatus, Failure, Verdict } from "@mailfleet/contracts";

/** Version of the stored form. A change of state names or contexts is a new version with a migration. */
export const machineVersion = "1";

/** What the approval chart remembers. */
export interface ApprovalContext {
  /** When the present state was entered; `null` if it has been so from the beginning. */
  at: number | null;
  /** Why it was rejected. */
  reason: string | null;
}

/** What happens next without anybody asking. A recurring one repeats from `at` on; `statusOf` gives the next time. */
export interface PlannedStep {
  why: NonNullable<DirectionStatus["next"]>["why"];
  at: number;
  everyMs?: number;
}

/** What a direction's chart remembers. */
export interface DirectionContext {
  /** Results and timers with another generation are ignored. */
  generation: number;
  /** Failures in a row. Throttling does not count. At most `maximumAttempts + 1`. */
  attempt: number;
  /** The last failure that was not followed by a success. */
  failure: Failure | null;
  failedAt: number | null;
  /** Result of the last test that ended. */
  verdict: Verdict;
  /** What is planned, and so which timer is armed; `null` if nothing waits. */
  next: PlannedStep | null;
  /** Deadline of a test that runs beside daily work. */
  besideTestDue: number | null;
  /** Since when every failure in a row was throttling; `null`, or absent in what older releases wrote: it was not. */
  throttledSince?: number | null;
  /** Refused basic credentials have had their second chance. */
  secondChanceUsed: boolean;
  /** Codes of the alerts about this direction that are raised now. */
  alerted: AlertCode[];
}

export type ApprovalValue = "pendingApproval" | "approved" | "rejected";
export type DirectionValue =
  | "off"
  | "idle"
  | "testing"
  | "retesting"
  | { enabled: "running" | "retrying" }
  | { failed: "final" | "probing" };

/** One direction as it is stored. */
export interface DirectionMemory {
  value: DirectionValue;
  context: DirectionContext;
  /** When the present state was entered. Staying in it (another retry) does not count. */
  since: number;
}

/** A mailbox's machine as it is stored: JSON only. */
export interface MachineState {
  version: typeof machineVersion;
  /** Seed of the jitter, so that mailboxes that fail together do not all return together. */
  mailboxId: string;
  approval: { value: ApprovalValue; context: ApprovalContext };
  /** What people asked for; `null` if nothing yet. Only commands change it. */
  wanted: boolean | null;
  /** An administrator disabled it. Only an administrator enables it again, whatever happens in between. */
  held: boolean;
  active: boolean;
  configured: Direction[];
  deleted: boolean;
  /**
   * What a person's last test and enable tests. `passed`: all of it did, and people were told. Absent once a part of it
   * failed or stopped, and in what older releases wrote.
   */
  asked?: { directions: Direction[]; passed: boolean };
  directions: Record<Direction, DirectionMemory>;
}
