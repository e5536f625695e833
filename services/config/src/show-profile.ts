import type { Profile, Settings } from "@mailfleet/contracts";
import type { ProfileDocument } from "@mailfleet/store";
import type { Parts } from "./parts.ts";

/** A profile as it is shown. Credentials show only that they are set, for whom and when. */
export function showProfile(
  profile: ProfileDocument,
  settings: Pick<Settings, "defaultProfileId">,
  mailboxes: number,
): Profile {
  const { outboundCredentials: kept } = profile;
  return {
    id: profile._id,
    v: profile.v,
    ...profile.settings,
    active: profile.active,
    isDefault: settings.defaultProfileId === profile._id,
    outboundCredentials: kept ? { username: kept.username, setAt: kept.setAt } : null,
    mailboxes,
    createdAt: profile.createdAt,
    changedAt: profile.changedAt,
  };
}

/** Profiles as they are shown, with the number of their mailboxes and the default marked. */
export async function showProfiles({ ports, knowledge }: Parts, profiles: readonly ProfileDocument[]) {
  const [settings, counts] = await Promise.all([
    knowledge.settings(),
    ports.mailboxes.countByProfile(profiles.map((profile) => profile._id)),
  ]);
  return profiles.map((profile) => showProfile(profile, settings, counts.get(profile._id) ?? 0));
}
