import type { AlertDocument } from "../alert/document.ts";
import type { IncidentDocument } from "../incident/document.ts";

/** Anything with mail of its own: an incident, or an alert that says that something works. */
export type Noticing = IncidentDocument | AlertDocument;

/** Tells an incident from an alert. */
export const isIncident = (one: Noticing): one is IncidentDocument => "hosts" in one;
