import { type AlertCode, type AlertObject, type OutgoingMessage, subjects } from "@mailfleet/contracts";

const day = 86_400_000;

/** How many days before the end people are told, once each, with the alert codes. */
export const warnings: readonly { readonly days: number; readonly consent: AlertCode; readonly secret: AlertCode }[] = [
  { days: 14, consent: "CONSENT_ENDS_IN_14_DAYS", secret: "SECRET_ENDS_IN_14_DAYS" },
  { days: 3, consent: "CONSENT_ENDS_IN_3_DAYS", secret: "SECRET_ENDS_IN_3_DAYS" },
  { days: 1, consent: "CONSENT_ENDS_IN_1_DAY", secret: "SECRET_ENDS_IN_1_DAY" },
];

export const consentEndCodes: readonly AlertCode[] = warnings.map(({ consent }) => consent);
export const secretEndCodes: readonly AlertCode[] = [...warnings.map(({ secret }) => secret), "SECRET_ENDED"];

/**
 * The warning that is due for something that began and ends then; `null`: none. Something that lives for seven days is
 * not warned about 14 days ahead.
 */
export function dueWarning(beganAt: number, endsAt: number, now: number): (typeof warnings)[number] | null {
  const due = warnings.filter(({ days }) => endsAt - now <= days * day && endsAt - beganAt > days * day);
  return due.at(-1) ?? null;
}

/** An alert about a mailbox that no step of its machine raises. */
export function mailboxAlertRaised(
  mailboxId: string,
  address: string,
  alert: { code: AlertCode; detail: string; id: string; at: number },
): OutgoingMessage {
  return raised(mailboxId, { type: "mailbox", id: mailboxId, label: address }, alert);
}

/** These alerts about a mailbox are over. */
export function mailboxAlertCleared(
  mailboxId: string,
  address: string,
  codes: readonly AlertCode[],
  id: string,
  at: number,
): OutgoingMessage {
  return cleared(mailboxId, { type: "mailbox", id: mailboxId, label: address }, codes, id, at);
}

/** An alert about a profile. Its id takes the place of a mailbox's. */
export function profileAlertRaised(
  profileId: string,
  name: string,
  alert: { code: AlertCode; detail: string; id: string; at: number },
): OutgoingMessage {
  return raised(profileId, { type: "profile", id: profileId, label: name }, alert);
}

/** These alerts about a profile are over. */
export function profileAlertCleared(
  profileId: string,
  name: string,
  codes: readonly AlertCode[],
  id: string,
  at: number,
): OutgoingMessage {
  return cleared(profileId, { type: "profile", id: profileId, label: name }, codes, id, at);
}

function raised(
  ownerId: string,
  object: AlertObject,
  { code, detail, id, at }: { code: AlertCode; detail: string; id: string; at: number },
): OutgoingMessage {
  const subject = subjects.mailboxFact(ownerId, "alert-raised");
  return { id: `${id}:${code}`, at, subject, type: "alert.raised.v1", body: { at, object, code, detail } };
}

function cleared(
  ownerId: string,
  object: AlertObject,
  codes: readonly AlertCode[],
  id: string,
  at: number,
): OutgoingMessage {
  const subject = subjects.mailboxFact(ownerId, "alert-cleared");
  return { id: `${id}:cleared`, at, subject, type: "alert.cleared.v1", body: { at, object, codes: [...codes] } };
}
