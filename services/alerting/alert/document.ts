import type { Alert } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";
import type { Notice } from "../notice/decide.ts";

/** An alert. Its incident sends the mail about it. Only a success has mail of its own, which changes together with it. */
export interface AlertBody extends Readonly<Omit<Alert, "id" | "v" | "createdAt" | "changedAt" | "notification">> {
  /** Counts how often it was opened. */
  readonly episode: number;
  /** The mail about a success; for other alerts, only what became of the mail about the incident. */
  readonly notice: Notice;
  /** Present until the incident has learned of the last change; each change has another number. */
  readonly incidentMark?: number;
  /** The person who took it off the wall. It is no longer listed. */
  readonly deletedBy?: string;
  /** `alertRetentionDays` after it was cleared, at once if it was deleted; of information 14 days after it was raised. */
  readonly forgetAt?: Date;
}

/** An alert as it is kept. */
export type AlertDocument = Stored<AlertBody>;
/** The fields that are shown or that a mail needs. */
export type ShownAlert = Shown<AlertBody>;

/** The collection of alerts. */
export const alertCollection = "alerts";
