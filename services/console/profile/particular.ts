import type { Profile } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { isForOwners, ProfileView, viewProfile } from "./profile-view.ts";

/** What is particular about profiles: what is to be copied to the provider. */
export const profileParticular: Particular = {
  shows: { schema: ProfileView, of: (call, profile: Profile) => viewProfile(call, profile) },
  lists: ({ caller: { role, within } }, profile: Profile) =>
    (role !== "owner" || isForOwners(profile)) && (within?.profileIds?.includes(profile.id) ?? true),
  parted: ["list"],
};
