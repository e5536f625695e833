import type { ProfileSettings } from "@mailfleet/contracts";
import type { ProfileDocument } from "@mailfleet/store";
import type { Ports } from "./ports.ts";
import { maximumMailboxes, notAddressed, opensOneInboxOnly, profileFull } from "./profile-problems.ts";

/** @throws ProblemError if these settings cannot serve so many mailboxes */
export function refuseTooMany(settings: ProfileSettings, mailboxes: number): void {
  const maximum = maximumMailboxes(settings);
  if (maximum !== null && mailboxes > maximum) throw profileFull(settings.name, maximum);
  if (opensOneInboxOnly(settings) && mailboxes > 1) throw notAddressed(settings.name);
}

/** @throws ProblemError if the profile cannot take one mailbox more */
export async function refuseWithoutRoom(
  { mailboxes }: Pick<Ports, "mailboxes">,
  { _id, settings }: ProfileDocument,
): Promise<void> {
  if (!isLimited(settings)) return;
  refuseTooMany(settings, ((await mailboxes.countByProfile([_id])).get(_id) ?? 0) + 1);
}

/**
 * Whether two that came at the same moment have both found room; whoever finds out takes his back. @throws ProblemError
 */
export async function refuseOverflow(
  { mailboxes }: Pick<Ports, "mailboxes">,
  { _id, settings }: ProfileDocument,
): Promise<void> {
  if (!isLimited(settings)) return;
  refuseTooMany(settings, (await mailboxes.countByProfile([_id])).get(_id) ?? 0);
}

const isLimited = (settings: ProfileSettings) => maximumMailboxes(settings) !== null || opensOneInboxOnly(settings);
