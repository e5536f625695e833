import { type IncidentFact, subjects } from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import { shownIncident } from "./decide.ts";
import type { IncidentBody, IncidentDocument } from "./document.ts";

/** What is told of a change to everybody: that the incident began, or is over; nothing in between. */
export function incidentFactsOf(
  id: string,
  before: IncidentDocument | null,
  after: IncidentBody,
  at: number,
): readonly OutboxEntry[] {
  const isOpen = after.state === "raised";
  if (isOpen === (before?.state === "raised")) return [];
  const type: IncidentFact = isOpen ? "incident-opened" : "incident-ended";
  const frame = { _id: id, v: (before?.v ?? 0) + 1, createdAt: before?.createdAt ?? at, changedAt: at };
  return [
    {
      id: `${id}:${after.episode}:${type}`,
      subject: subjects.incidentFact(after.severity, type),
      type: "incident.changed.v1",
      sequence: after.episode,
      at,
      ...(after.object.type === "mailbox" ? { mailboxId: after.object.id } : {}),
      body: { incident: shownIncident({ ...after, ...frame }) },
    },
  ];
}
