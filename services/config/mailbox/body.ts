import type { Direction, HistoryEntry, LifecycleWord, Mailbox, Sealed, TestStep } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";
import type { MachineState } from "@mailfleet/mailbox";

/** What people configure about a mailbox. */
export interface Configuration {
  name?: string;
  address: string;
  kind: Mailbox["kind"];
  owner?: Mailbox["owner"];
  profileId: string;
  deliveryMethods: Mailbox["deliveryMethods"];
  processFrom?: number;
  /** Whether its credentials may be used. */
  allowToUseCredentials: boolean;
  /** Whether what was received is deleted at the server. */
  deleteAfterProcessing: boolean;
  /** The mailbox's own switch; its profile has another. */
  active: boolean;
  /** Sealed for this mailbox and the servers of its profile; this service cannot read it. */
  credentials?: { username: string; passwords: { inbound: Sealed; outbound: Sealed }; setAt: number };
}

/** A direction as it is copied out of the machine, for lists and queries. */
interface CopiedDirection {
  readonly state: Mailbox["directions"]["inbound"]["state"];
  readonly enabled: boolean;
  readonly verdict: Mailbox["directions"]["inbound"]["verdict"];
}

/** What the last test of a direction found, step by step. */
export interface LastTest {
  readonly at: number;
  readonly outcome: "ok" | "failed";
  readonly steps: TestStep[];
}

/** A mailbox: configuration and machine, in one document, because they must change together. */
export interface MailboxBody {
  readonly configuration: Configuration;
  /** The address in lower case: unique among living mailboxes. */
  readonly addressKey: string;
  /** Raised by each change of address or owner. */
  readonly ownership: number;
  /** Version of the profile that the machine has taken into account, and its switch in that version. */
  readonly profileV: number;
  readonly profileActive: boolean;
  /** When the machine heard last that the next secrets of its profile were put in place. */
  readonly switchedAt?: number;
  /** Version of the settings whose rhythms (polls, probes) the machine has taken into account. */
  readonly rhythmV: number;
  readonly approval: { readonly at?: number; readonly by?: string; readonly reason?: string };
  readonly machine: MachineState;
  readonly status: { readonly lifecycle: LifecycleWord; readonly directions: Record<Direction, CopiedDirection> };
  /** The test of `act` that is under way replaces another organisation's mark. */
  readonly takeOver?: boolean;
  readonly lastTests: Partial<Record<Direction, LastTest>>;
  /** Version in which a timer of this name was set last: its `seq`. */
  readonly timerSeqs: Record<string, number>;
  /** When somebody looks whether its timers are still alive; absent while it waits for nothing. */
  readonly rearmAt?: number;
  /** The last transitions, for people; the full trail is in FACTS. */
  readonly history: readonly HistoryEntry[];
}

/** A mailbox as it is kept. */
export type StoredMailbox = Stored<MailboxBody>;
/** A mailbox as it is shown and listed. */
export type ShownMailbox = Shown<Omit<MailboxBody, "history">>;
/** As much of it as a connection is built from. */
export type MailboxForConnection = Pick<
  StoredMailbox,
  "_id" | "configuration" | "profileV" | "machine" | "ownership" | "takeOver"
>;

/** How many transitions a mailbox shows. */
export const historyLength = 50;
