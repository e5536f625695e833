import type { NewProfile, Profile, ProfileChange, RequestInput } from "@mailfleet/contracts";
import type { Particular } from "../http/noun-routes.ts";
import { ProfileView, viewProfile } from "./profile-view.ts";

/** What is particular about profiles: what is to be copied to the provider, and where their secrets go. */
export const profileParticular: Particular = {
  shows: { schema: ProfileView, of: (call, profile: Profile) => viewProfile(call, profile) },
  lists: ({ caller }, { active }: Profile) => caller.role !== "owner" || active,
  goesTo: async (call, { id, body, isNew }) => {
    const written = body as NewProfile & ProfileChange;
    const described = isNew ? { new: written } : { id, change: written };
    const { inbound, outbound, token } = await call.ask(
      "config.profile.destinations",
      described as RequestInput<"config.profile.destinations">,
    );
    const oauth =
      isNew || written.oauth !== undefined || id === undefined
        ? written.oauth
        : (await call.ask("config.profile.get", { id })).oauth;
    return {
      to: { "inbound-password": inbound, "outbound-password": outbound, "oauth-client": token ?? "" },
      projectId: oauth?.projectId,
    };
  },
};
