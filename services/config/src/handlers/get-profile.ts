import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { noSuchProfile } from "../profile-problems.ts";
import { showProfiles } from "../show-profile.ts";

/** `config.profile.get` */
export const getProfile =
  (parts: Parts): Handler<"config.profile.get"> =>
  async ({ id: profileId }) => {
    const profile = await parts.ports.profiles.load(profileId);
    const [shown] = profile?.living ? await showProfiles(parts, [profile]) : [];
    if (!shown) throw noSuchProfile(profileId);
    return shown;
  };
