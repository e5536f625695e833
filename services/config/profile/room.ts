import type { ProfileSettings } from "@mailfleet/contracts";
import { maximumMailboxes, notAddressed, opensOneInboxOnly, profileFull } from "./problems.ts";

/** @throws ProblemError if these settings cannot serve this many mailboxes */
export function refuseTooMany(settings: ProfileSettings, mailboxes: number): void {
  const maximum = maximumMailboxes(settings);
  if (maximum !== null && mailboxes > maximum) throw profileFull(settings.name, maximum);
  if (opensOneInboxOnly(settings) && mailboxes > 1) throw notAddressed(settings.name);
}

/** Whether a profile limits how many mailboxes may use it, so that they must be counted. */
export const isLimited = (settings: ProfileSettings) =>
  maximumMailboxes(settings) !== null || opensOneInboxOnly(settings);
