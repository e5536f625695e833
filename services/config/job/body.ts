import type { Direction, Job, NewJob, Part, Problem } from "@mailfleet/contracts";
import type { Shown } from "@mailfleet/kit";

/** What became of one mailbox. */
export interface JobResult {
  readonly ok: boolean;
  readonly problem?: Problem;
  /** Of a test that began: when the last one of each of its directions had ended; 0: there was none. */
  readonly since?: Partial<Record<Direction, number>>;
}

/** One mailbox of a job. The address is the one it had when the job was made: that is what was approved. */
export interface JobItem {
  readonly mailboxId: string;
  /** Of a CSV: the number of the line. */
  readonly line?: number;
  readonly address?: string | undefined;
  readonly result?: JobResult;
}

/** A mailbox as a result names it. */
export const nameOf = ({ mailboxId, address, line }: JobItem) => ({
  mailboxId,
  ...(line === undefined ? {} : { line }),
  ...(address === undefined ? {} : { address }),
});

/** A command for many mailboxes. */
export interface JobBody extends Pick<NewJob, "verb" | "input" | "filter" | "failedOf"> {
  readonly by: string;
  /** Who gave it is limited to this part of the fleet: other mailboxes do not exist for the job. */
  readonly within?: Part | undefined;
  readonly correlation?: string | undefined;
  readonly state: Job["state"];
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** Not read where only the figures are needed. */
  readonly items: readonly JobItem[];
  readonly forgetAt: Date;
}

/** A job as it is read. */
export type ShownJob = Shown<JobBody>;

/** The collection of jobs. */
export const jobCollection = "jobs";
