import type { NewProfile, ProfileChange } from "@mailfleet/contracts";
import type { ProfileChangeSet, ProfileDocument } from "@mailfleet/store";
import type { KeptCredentials } from "./credentials.ts";
import { relevantChanges, relevantFields } from "./profile-fields.ts";

/** A change of a profile; `undefined` leaves as it is, `null` takes away. */
export interface WantedProfileChange {
  readonly change?: ProfileChange;
  readonly active?: boolean;
  readonly outboundCredentials?: KeptCredentials | null;
}

/** The profile after the change, with the version in which each relevant field changed last. */
export function changedProfile(profile: ProfileDocument, wanted: WantedProfileChange, at: number): ProfileChangeSet {
  const settings = { ...profile.settings };
  for (const [field, value] of Object.entries(wanted.change ?? {}))
    if (value === null) delete settings[field as keyof NewProfile];
    else if (value !== undefined) Object.assign(settings, { [field]: value });
  const after = {
    settings,
    active: wanted.active ?? profile.active,
    outboundCredentials:
      wanted.outboundCredentials === undefined
        ? profile.outboundCredentials
        : (wanted.outboundCredentials ?? undefined),
  };
  const v = profile.v + 1;
  const changed = relevantChanges(profile, after);
  const changedIn = { ...profile.changedIn, ...Object.fromEntries(changed.map((pointer) => [pointer, v])) };
  return { ...after, changedIn, relevantV: changed.length > 0 ? v : profile.relevantV, changedAt: at };
}

/** A new profile: every relevant field counts as changed in its first version. */
export function newProfile(
  id: string,
  settings: NewProfile,
  outboundCredentials: KeptCredentials | undefined,
  at: number,
): ProfileDocument {
  return {
    _id: id,
    v: 1,
    settings,
    active: true,
    ...(outboundCredentials ? { outboundCredentials } : {}),
    changedIn: Object.fromEntries(relevantFields.map((field) => [field.pointer, 1])),
    relevantV: 1,
    handled: [],
    createdAt: at,
    changedAt: at,
    living: true,
  };
}
