import type { NewJob, Problem } from "@mailfleet/contracts";

/** One mailbox of a job. The address is the one it had when the job was made: that is what was approved. */
export interface JobItem {
  mailboxId: string;
  address?: string;
  result?: { ok: boolean; problem?: Problem };
}

/** A command for many mailboxes. */
export interface JobDocument {
  _id: string;
  verb: NewJob["verb"];
  commandId: string;
  /** Of what was asked: the same command with another body is refused. */
  hash: string;
  by: string;
  correlation?: string;
  state: "running" | "done";
  items: JobItem[];
  createdAt: number;
  /** The replica that works on it renews this. When it is over, another takes over. */
  leasedUntil: number;
  expireAt: Date;
}
