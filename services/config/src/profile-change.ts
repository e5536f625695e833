import type { ProfileChange, ProfileSettings, SealedOAuthSecret } from "@mailfleet/contracts";
import type { ProfileChangeSet, ProfileDocument } from "@mailfleet/store";
import { changedSettings } from "./complete-profile.ts";
import type { KeptCredentials } from "./credentials.ts";
import { relevantChanges, relevantFields } from "./profile-fields.ts";

/** What a profile holds sealed. */
export interface ProfileSecrets {
  readonly inboundCredentials?: KeptCredentials;
  readonly outboundCredentials?: KeptCredentials;
  readonly oauthSecret?: SealedOAuthSecret & { readonly setAt: number };
}

/** A change of a profile; `undefined` leaves as it is, `null` takes away. */
export interface WantedProfileChange {
  readonly change?: ProfileChange;
  readonly active?: boolean;
  readonly secrets?: { readonly [Name in keyof ProfileSecrets]: ProfileSecrets[Name] | null };
}

const secretNames = ["inboundCredentials", "outboundCredentials", "oauthSecret"] as const;

/** The profile after the change, with the version in which each relevant field changed last. @throws ProblemError */
export function changedProfile(profile: ProfileDocument, wanted: WantedProfileChange, at: number): ProfileChangeSet {
  const after = {
    settings: wanted.change ? changedSettings(profile.settings, wanted.change) : profile.settings,
    active: wanted.active ?? profile.active,
    ...Object.fromEntries(
      secretNames.map((name) => {
        const given = wanted.secrets?.[name];
        return [name, given === undefined ? profile[name] : (given ?? undefined)];
      }),
    ),
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
