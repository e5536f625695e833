import type { Alert } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";

/** What people were told about an alert by e-mail, and what they must still be told. */
export interface AlertNotice {
  /** State of the notices of the present episode; `none` for alerts that are not mailed. */
  readonly state: Alert["notification"];
  /** Number of the episode that people know about and do not yet know to be over; 0 if there is none. */
  readonly toldEpisode: number;
  /** The next notice. Present together with `due` and `since`; absent if there is none. */
  readonly pending?: "raised" | "cleared";
  /** Not before this; moved on while a replica sends. Milliseconds since the epoch. */
  readonly due?: number;
  /** Since when it waits. */
  readonly since?: number;
  /** A replica sends it until then. */
  readonly leaseUntil?: number;
  /** Who was told of the pending notice or cannot be, in lower case; others are still to be told. Absent if nobody. */
  readonly settled?: readonly string[];
  /** When people were last told that it is raised. */
  readonly lastRaisedAt?: number;
}

/** An alert with the mail that is still to be sent: they change together, and so do its facts in the kit's outbox. */
export interface AlertBody extends Readonly<Omit<Alert, "id" | "v" | "createdAt" | "changedAt" | "notification">> {
  /** Counts how often it was opened. */
  readonly episode: number;
  readonly notice: AlertNotice;
  /** 30 days after it was cleared; absent while it is raised. */
  readonly forgetAt?: Date;
}

/** An alert as it is kept. */
export type AlertDocument = Stored<AlertBody>;
/** As much of it as is shown, and needed for a mail. */
export type ShownAlert = Shown<AlertBody>;

/** The collection of alerts. */
export const alertCollection = "alerts";
