import type { Alert, OutgoingMessage } from "@mailfleet/contracts";

/** What people were told about an alert by e-mail, and what they must still be told. */
export interface AlertNotice {
  /** State of the notices of the present episode; `none` for alerts that are not mailed. */
  state: Alert["notification"];
  /** Number of the episode that people know about and do not yet know to be over; 0 if there is none. */
  toldEpisode: number;
  /** The next notice. Present together with `due` and `since`; absent if there is none. */
  pending?: "raised" | "cleared";
  /** Not before this; moved on while a replica sends. Milliseconds since the epoch. */
  due?: number;
  /** Since when it waits. */
  since?: number;
  /** A replica sends it until then. */
  leaseUntil?: number;
  /** When people were last told that it is raised. */
  lastRaisedAt?: number;
}

/**
 * An alert with its facts that are still to be published and the mail that is still to be sent: they change together.
 */
export interface AlertDocument extends Omit<Alert, "id" | "notification"> {
  _id: string;
  /** Raised by every change; compared and swapped. */
  v: number;
  /** Counts how often it was opened. */
  episode: number;
  /** Ids of the last messages that raised or cleared it, so that a repeated delivery is not counted. */
  recentIds: string[];
  notice: AlertNotice;
  outbox: OutgoingMessage[];
  /** Facts that were published and are said once more, in case the bus lost what it had just taken. */
  unconfirmed?: OutgoingMessage[];
  /** When that is due. */
  confirmAt?: number;
  /** 30 days after it was cleared; absent while it is raised. */
  expireAt?: Date;
}
