import type { Activity, DirectionStatus, Grant, Mailbox } from "@mailfleet/contracts";

/** A direction as the API shows it: with what the workers know. */
export type ViewedDirection = DirectionStatus & {
  readonly activity: Omit<Activity, "mailboxId"> | null;
  readonly nextRunAt: number | null;
};

/** A mailbox as the API shows it by itself. */
export type MailboxView = Omit<Mailbox, "directions"> & {
  readonly directions: Readonly<Record<"inbound" | "outbound" | "act", ViewedDirection>>;
  readonly grant: Grant | null;
  readonly signInUrl: string | null;
  readonly unavailable: readonly string[];
};
