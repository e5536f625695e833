import type { Incident } from "@mailfleet/contracts";
import type { Shown, Stored } from "@mailfleet/kit";
import type { Notice } from "../notice/decide.ts";

/** An incident with the mail about it. Its alerts name it; they are not listed here. */
export interface IncidentBody
  extends Readonly<Omit<Incident, "id" | "v" | "createdAt" | "changedAt" | "notification" | "hosts">> {
  readonly hosts: readonly string[];
  /** Counts how often it was opened. */
  readonly episode: number;
  readonly notice: Notice;
  /** The person who took it off the wall. It is no longer listed. */
  readonly deletedBy?: string;
  /** `alertRetentionDays` after it was cleared, at once if it was deleted; absent while it is raised. */
  readonly forgetAt?: Date;
}

/** An incident as it is kept. */
export type IncidentDocument = Stored<IncidentBody>;
/** The fields that are shown or that a mail needs. */
export type ShownIncident = Shown<IncidentBody>;

/** The collection of incidents. */
export const incidentCollection = "incidents";
