import type { ConnectOptions } from "./connect-options.ts";
import type { Mark } from "./mark.ts";
import type { StepListener, TestReport } from "./test-report.ts";

/** The appointments, contacts and tasks of one mailbox. Their synchronisation itself does not exist yet. */
export interface ActSession {
  /** The mark that the mailbox carries; `null`: none. Throws `FailureError`. */
  readMark(signal: AbortSignal): Promise<Mark | null>;
  /** Takes the place of the one that was there. Throws `FailureError`. */
  writeMark(mark: Mark, signal: AbortSignal): Promise<void>;
  /** Never throws. */
  close(): Promise<void>;
}

/** Looks at the mark and leaves one where that is right. Resolves with what was found; throws `FailureError`. */
export type SettleMark = (session: ActSession) => Promise<string>;

/** One protocol for appointments, contacts and tasks. */
export interface ActConnector {
  /**
   * Goes the whole way once: signs in, opens calendar, contacts and tasks with the rights that are needed, and lets the mark
   * be settled. Says what each step found; never throws for what a server does.
   */
  test(options: ConnectOptions, settle: SettleMark, listener: StepListener, signal: AbortSignal): Promise<TestReport>;
  /** Connects when it is first asked. Throws `FailureError`. */
  open(options: ConnectOptions, signal: AbortSignal): Promise<ActSession>;
}

/** The folders that appointments, contacts and tasks are in: steps of the test. */
export const itemFolders = ["calendar", "contacts", "tasks"] as const;
export type ItemFolder = (typeof itemFolders)[number];
