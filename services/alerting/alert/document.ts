import type { Alert } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";
import type { Notice } from "../notice/decide.ts";

/** An alert. Mail about it is that of its incident; only a success has mail of its own, which changes together with it. */
export interface AlertBody extends Readonly<Omit<Alert, "id" | "v" | "createdAt" | "changedAt" | "notification">> {
  /** Counts how often it was opened. */
  readonly episode: number;
  /** Of a success its own mail; else only what became of the mail about its incident. */
  readonly notice: Notice;
  /** Present until its incident has heard of the last change: another number for each. */
  readonly incidentMark?: number;
  /** Who took it off the wall; it is not listed any more. */
  readonly deletedBy?: string;
  /** 30 days after it was cleared, at once if it was deleted; of information 14 days after it was raised. */
  readonly forgetAt?: Date;
}

/** An alert as it is kept. */
export type AlertDocument = Stored<AlertBody>;
/** As much of it as is shown, and needed for a mail. */
export type ShownAlert = Shown<AlertBody>;

/** The collection of alerts. */
export const alertCollection = "alerts";
