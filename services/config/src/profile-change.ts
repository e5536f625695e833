import type { ProfileChange, ProfileSettings } from "@mailfleet/contracts";
import type { ProfileChangeSet, ProfileDocument } from "@mailfleet/store";
import { changedSettings } from "./complete-profile.ts";
import { relevantChanges, relevantFields } from "./profile-fields.ts";
import { type GivenSecrets, keptSecrets, type ProfileSecrets } from "./profile-secrets.ts";

/** A change of a profile; `undefined` leaves as it is, `null` takes away. */
export interface WantedProfileChange {
  readonly change?: ProfileChange;
  readonly active?: boolean;
  readonly secrets?: GivenSecrets;
}

/** Those that are not kept are taken away. */
const noSecrets = { inboundCredentials: undefined, outboundCredentials: undefined, oauthSecret: undefined };

/** The profile after the change, with the version in which each relevant field changed last. @throws ProblemError */
export function changedProfile(profile: ProfileDocument, wanted: WantedProfileChange, at: number): ProfileChangeSet {
  const settings = wanted.change ? changedSettings(profile.settings, wanted.change) : profile.settings;
  const after = {
    settings,
    active: wanted.active ?? profile.active,
    ...noSecrets,
    ...keptSecrets(profile._id, settings, profile, wanted.secrets ?? {}, at),
  };
  const v = profile.v + 1;
  const changed = relevantChanges(profile, after);
  const changedIn = { ...profile.changedIn, ...Object.fromEntries(changed.map((pointer) => [pointer, v])) };
  return { ...after, changedIn, relevantV: changed.length > 0 ? v : profile.relevantV, changedAt: at };
}

/** A new profile: every relevant field counts as changed in its first version. */
export function newProfile(
  id: string,
  settings: ProfileSettings,
  secrets: ProfileSecrets,
  at: number,
): ProfileDocument {
  return {
    _id: id,
    v: 1,
    settings,
    active: true,
    ...secrets,
    changedIn: Object.fromEntries(relevantFields.map((field) => [field.pointer, 1])),
    relevantV: 1,
    handled: [],
    createdAt: at,
    changedAt: at,
    living: true,
  };
}
