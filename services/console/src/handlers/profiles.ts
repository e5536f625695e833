import { NewProfile, Profile, ProfileChange, ProfileId, type SealedCredentials } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/service";
import { z } from "zod";
import { type Call, type Route, route } from "../route.ts";
import { Credentials, sealCredentials } from "./credentials.ts";
import { page, paged } from "./parameters.ts";

const params = z.strictObject({ profileId: ProfileId });
type ProfileCall = Call<z.output<typeof params>>;

interface ProfileUpdate {
  readonly change?: ProfileChange;
  readonly active?: boolean;
  readonly outboundCredentials?: SealedCredentials | null;
}

const update = (call: ProfileCall, what: ProfileUpdate) =>
  call.ask("config.profile.update", { ...call.command, ifVersion: call.ifVersion, ...call.params, ...what });

/** Profiles: where the mailboxes of a kind receive and send. `config` owns them. */
export const profileRoutes: readonly Route[] = [
  route("GET", "/profiles", {
    summary: "List profiles",
    query: z.strictObject(page),
    answer: paged(Profile),
    handle: (call) => call.ask("config.profile.list", call.query),
  }),
  route("POST", "/profiles", {
    summary: "Create a profile",
    body: NewProfile.extend({
      outboundCredentials: Credentials.optional().describe("for profiles whose outbound credentials are their own"),
    }),
    answer: Profile,
    status: 201,
    location: (profile) => `/profiles/${profile.id}`,
    handle: async (call) => {
      const { outboundCredentials, ...profile } = call.body;
      const profileId = idFrom("pf", call.commandId);
      const sealed =
        outboundCredentials && (await sealCredentials(call, profileId, "outbound-password", outboundCredentials));
      return call.ask("config.profile.create", {
        ...call.command,
        profileId,
        profile,
        ...(sealed ? { outboundCredentials: sealed } : {}),
      });
    },
  }),
  route("GET", "/profiles/:profileId", {
    summary: "Read a profile",
    params,
    answer: Profile,
    handle: (call) => call.ask("config.profile.get", call.params),
  }),
  route("PATCH", "/profiles/:profileId", {
    summary: "Change a profile; only what is named changes",
    params,
    body: ProfileChange,
    answer: Profile,
    handle: (call) => update(call, { change: call.body }),
  }),
  route("DELETE", "/profiles/:profileId", {
    summary: "Delete a profile that no mailbox uses",
    params,
    handle: (call) => call.ask("config.profile.delete", { ...call.command, ifVersion: call.ifVersion, ...call.params }),
  }),
  route("POST", "/profiles/:profileId/activate", {
    summary: "Let the profile's mailboxes work again",
    params,
    answer: Profile,
    handle: (call) => update(call, { active: true }),
  }),
  route("POST", "/profiles/:profileId/deactivate", {
    summary: "Stop all mailboxes of the profile",
    params,
    answer: Profile,
    handle: (call) => update(call, { active: false }),
  }),
  route("PUT", "/profiles/:profileId/outbound-credentials", {
    summary: "Set the credentials by which the profile's mailboxes send",
    params,
    body: Credentials,
    answer: Profile,
    handle: async (call) =>
      update(call, {
        outboundCredentials: await sealCredentials(call, call.params.profileId, "outbound-password", call.body),
      }),
  }),
  route("DELETE", "/profiles/:profileId/outbound-credentials", {
    summary: "Take the profile's outbound credentials away",
    params,
    answer: Profile,
    handle: (call) => update(call, { outboundCredentials: null }),
  }),
];
