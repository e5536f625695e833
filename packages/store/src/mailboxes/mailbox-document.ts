import type {
  Direction,
  HistoryEntry,
  LifecycleWord,
  Mailbox,
  OutgoingMessage,
  Sealed,
  TestStep,
} from "@mailfleet/contracts";

/** What people configure about a mailbox (domain 1.2). */
export interface MailboxConfiguration {
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
  /** Sealed for this mailbox and each of its servers. The service that keeps it cannot read it. */
  credentials?: { username: string; passwords: { inbound: Sealed; outbound: Sealed }; setAt: number };
}

/** A message or command that was handled, so that a repetition is recognised. */
export interface InboxEntry {
  id: string;
  at: number;
  /** What the first one was answered; reports are answered nothing. */
  answer?: unknown;
}

/** A direction as it is copied out of the machine, for lists and queries. */
export interface CopiedDirection {
  state: Mailbox["directions"]["inbound"]["state"];
  enabled: boolean;
  verdict: Mailbox["directions"]["inbound"]["verdict"];
}

/** What the last test of a direction found, step by step. */
export interface LastTest {
  at: number;
  outcome: "ok" | "failed";
  steps: TestStep[];
}

/**
 * A mailbox: configuration, machine, what was handled and what is still to be said, in one document, because they must
 * change together (design §4). `Machine` belongs to `@mailfleet/mailbox`; this package only keeps it.
 */
export interface MailboxDocument<Machine> {
  _id: string;
  /** Raised by every change; compared and swapped. */
  v: number;
  configuration: MailboxConfiguration;
  /** The address in lower case: unique among living mailboxes. */
  addressKey: string;
  /**
   * Raised by each change of address or owner; tokens, sessions, consents and grants carry the number of their time.
   */
  ownership: number;
  /** Version of the profile that the machine has taken into account, and its switch in that version. */
  profileV: number;
  profileActive: boolean;
  /** Version of the settings whose rhythms (polls, probes) the machine has taken into account. */
  rhythmV: number;
  approval: { at?: number; by?: string; reason?: string };
  machine: Machine;
  status: { lifecycle: LifecycleWord; directions: Record<Direction, CopiedDirection> };
  lastTests: Partial<Record<Direction, LastTest>>;
  /** Version in which a timer of this name was set last: its `seq`. */
  timerSeqs: Record<string, number>;
  /** When the sweep looks whether its timers are still alive; absent while it waits for nothing. */
  rearmAt?: number;
  inbox: InboxEntry[];
  outbox: OutgoingMessage[];
  history: HistoryEntry[];
  createdAt: number;
  changedAt: number;
  /** Present until it is deleted; indexes of living mailboxes rest on it. */
  living?: true;
  /** Set when deleted: the tombstone goes then. */
  expireAt?: Date;
}

/** How many handled messages and commands a mailbox remembers. */
export const inboxLength = 64;
/** How many transitions a mailbox shows; the full trail is in FACTS. */
export const historyLength = 50;

/** One accepted step as it is written: the whole of what changes, and what is added. */
export interface MailboxCommit<Machine> {
  configuration: MailboxConfiguration;
  ownership: number;
  profileV: number;
  profileActive: boolean;
  rhythmV: number;
  approval: MailboxDocument<Machine>["approval"];
  machine: Machine;
  status: MailboxDocument<Machine>["status"];
  lastTests: MailboxDocument<Machine>["lastTests"];
  timerSeqs: Record<string, number>;
  rearmAt?: number;
  inbox: InboxEntry[];
  outbox: OutgoingMessage[];
  history: HistoryEntry[];
  changedAt: number;
  /** The mailbox is deleted by this step; its tombstone goes at this time. */
  expireAt?: Date;
}

/** What a worker's question about a connection needs: neither history nor inbox nor outbox. */
export type MailboxForConnection<Machine> = Pick<
  MailboxDocument<Machine>,
  "_id" | "configuration" | "ownership" | "profileV" | "machine"
>;
