import type { Profile, Settings } from "@mailfleet/contracts";
import type { ProfileCredentials, ProfileDocument } from "@mailfleet/store";
import type { Parts } from "./parts.ts";
import { maximumMailboxes } from "./profile-problems.ts";

/** A profile as it is shown. Credentials show only that they are set, for whom and when. */
export function showProfile(
  profile: ProfileDocument,
  settings: Pick<Settings, "defaultProfileId">,
  mailboxes: number,
): Profile {
  const shownCredentials = (kept: ProfileCredentials | undefined) =>
    kept ? { username: kept.username, setAt: kept.setAt } : null;
  return {
    id: profile._id,
    v: profile.v,
    ...profile.settings,
    active: profile.active,
    isDefault: settings.defaultProfileId === profile._id,
    inboundCredentials: shownCredentials(profile.inboundCredentials),
    outboundCredentials: shownCredentials(profile.outboundCredentials),
    oauthSecret: shownSecret(profile.oauthSecret),
    mailboxes,
    maximumMailboxes: maximumMailboxes(profile.settings),
    createdAt: profile.createdAt,
    changedAt: profile.changedAt,
  };
}

function shownSecret(kept: ProfileDocument["oauthSecret"]): Profile["oauthSecret"] {
  if (!kept) return null;
  const { secret: _, ...shown } = kept;
  return shown;
}

/** Profiles as they are shown, with the number of their mailboxes and the default marked. */
export async function showProfiles({ ports, knowledge }: Parts, profiles: readonly ProfileDocument[]) {
  const [settings, counts] = await Promise.all([
    knowledge.settings(),
    ports.mailboxes.countByProfile(profiles.map((profile) => profile._id)),
  ]);
  return profiles.map((profile) => showProfile(profile, settings, counts.get(profile._id) ?? 0));
}
