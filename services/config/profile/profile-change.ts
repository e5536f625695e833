import type { ProfileChange, ProfileSettings } from "@mailfleet/contracts";
import type { ProfileBody, ShownProfile } from "./body.ts";
import { changedSettings } from "./complete-profile.ts";
import { refuseVaults } from "./key-vault.ts";
import { refuseUntested, withNext } from "./next-secrets.ts";
import { relevantChanges, relevantFields, switchField } from "./relevant-fields.ts";
import { type GivenSecrets, keptSecrets, secretNames } from "./secrets.ts";

/** A change of a profile; `undefined` leaves as it is, `null` takes away. */
export interface WantedProfileChange {
  readonly change?: ProfileChange;
  readonly active?: boolean;
  readonly secrets?: GivenSecrets;
}

/** Those that are not kept are taken away. */
const noSecrets = Object.fromEntries(secretNames.map((name) => [name, undefined]));

/** The profile after the change, with the version in which each relevant field changed last. @throws ProblemError */
export function changedProfile(profile: ShownProfile, wanted: WantedProfileChange, at: number): ProfileBody {
  const settings = wanted.change ? changedSettings(profile.settings, wanted.change) : profile.settings;
  const after = {
    settings,
    active: wanted.active ?? profile.active,
    ...noSecrets,
    ...keptSecrets(profile._id, settings, profile, wanted.secrets ?? {}, at),
  };
  refuseVaults(settings, after);
  const v = profile.v + 1;
  const changed = relevantChanges(profile, after);
  const changedIn = { ...profile.changedIn, ...Object.fromEntries(changed.map((pointer) => [pointer, v])) };
  return {
    ...after,
    changedIn,
    relevantV: changed.length > 0 ? v : profile.relevantV,
    nextTest: profile.nextTest,
    warnedOfSecret: profile.warnedOfSecret,
    failing: profile.failing,
  };
}

/**
 * The profile with its next secrets in place. Both are good at this moment, so that nothing is void: mailboxes go on, and
 * use the new one from their next connection on. Only those that failed for the old one hear of it. @throws ProblemError NOT_POSSIBLE_NOW if no test has passed
 */
export function switchedProfile(profile: ShownProfile, clientSecretExpiresAt: number | undefined): ProfileBody {
  refuseUntested(profile);
  const { settings, ...after } = withNext(profile, clientSecretExpiresAt);
  const secrets = Object.fromEntries(secretNames.map((name) => [name, after[name]]));
  const v = profile.v + 1;
  const { active, warnedOfSecret, failing } = profile;
  const changedIn = { ...profile.changedIn, [switchField]: v };
  return { settings, active, changedIn, relevantV: v, warnedOfSecret, failing, ...secrets, nextTest: undefined };
}

/** A new profile: every relevant field counts as changed in its first version. @throws ProblemError */
export function newProfile(id: string, settings: ProfileSettings, secrets: GivenSecrets, at: number): ProfileBody {
  const kept = keptSecrets(id, settings, {}, secrets, at);
  refuseVaults(settings, kept);
  return {
    settings,
    active: true,
    ...kept,
    changedIn: Object.fromEntries(relevantFields.map((field) => [field.pointer, 1])),
    relevantV: 1,
  };
}
