import { type AlertCleared, type AlertObject, type AlertRaised, subjects } from "@mailfleet/contracts";
import type { OutboxEntry } from "@mailfleet/kit";
import type { StoredMailbox } from "./body.ts";

/** What an alert about a mailbox is about. */
export function mailboxObject({ _id, configuration }: Pick<StoredMailbox, "_id" | "configuration">): AlertObject {
  return { type: "mailbox", id: _id, profileId: configuration.profileId, label: configuration.address };
}

/** Something must be said to people. The object's id takes the place of a mailbox's in the subject. */
export function alertRaised(body: AlertRaised): OutboxEntry {
  return { subject: subjects.mailboxFact(body.object.id, "alert-raised"), type: "alert.raised.v1", body };
}

/** It is over. */
export function alertCleared(body: AlertCleared): OutboxEntry {
  return { subject: subjects.mailboxFact(body.object.id, "alert-cleared"), type: "alert.cleared.v1", body };
}
