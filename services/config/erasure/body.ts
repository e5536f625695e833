import type { Removed } from "@mailfleet/contracts";

/** A mailbox that is erased. */
export interface ErasureBody {
  readonly mailboxId: string;
  /** Only while it runs. */
  readonly address?: string | undefined;
  readonly by: string;
  readonly state: "running" | "done";
  readonly doneAt: number | null;
  /** How often all services have removed what they had. */
  readonly rounds: number;
  /** Who has removed everything in this round: services, and the streams as `nats`. */
  readonly doneBy: readonly string[];
  /** The next round begins then: what was under way has ended. */
  readonly nextAt: number;
  readonly waitsFor: string | null;
  readonly removed: Removed;
}

/** The collection of erasures. */
export const erasureCollection = "erasures";
