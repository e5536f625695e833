import type { AlertCode } from "@mailfleet/contracts";

const day = 86_400_000;

/** How many days before the end of a consent or a secret we warn people, once for each number, with the alert codes. */
const warnings: readonly { readonly days: number; readonly consent: AlertCode; readonly secret: AlertCode }[] = [
  { days: 14, consent: "CONSENT_ENDS_IN_14_DAYS", secret: "SECRET_ENDS_IN_14_DAYS" },
  { days: 3, consent: "CONSENT_ENDS_IN_3_DAYS", secret: "SECRET_ENDS_IN_3_DAYS" },
  { days: 1, consent: "CONSENT_ENDS_IN_1_DAY", secret: "SECRET_ENDS_IN_1_DAY" },
];

/** Every alert code about the end of a consent, and of a secret. */
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

/** Seconds until the first of these times (milliseconds since the epoch), negative if it is over; NaN: there is none. */
export function secondsUntilFirst(ends: readonly number[], now: number): number {
  return ends.length === 0 ? Number.NaN : (Math.min(...ends) - now) / 1000;
}
