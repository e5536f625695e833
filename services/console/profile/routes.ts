import { Credentials, profile as noun, OAuthSecret, ProfileId, type RequestInput } from "@mailfleet/contracts";
import { idFrom } from "@mailfleet/kit";
import { z } from "zod";
import { page, paged } from "../http/parameters.ts";
import { type Call, type Route, route } from "../http/route.ts";
import { sealOAuthSecret } from "../secret/oauth-secret.ts";
import { refuseOverPlainHttp, sealCredentials } from "../secret/seal.ts";
import { ProfileChoice, type ProfileView, ProfileView as View, viewProfile } from "./profile-view.ts";

const params = z.strictObject({ profileId: ProfileId });
type ProfileCall = Pick<Call<z.output<typeof params>>, "ask" | "command" | "ifVersion" | "params" | "consoleUrl">;
type ProfileUpdate = Pick<
  RequestInput<"config.profile.update">,
  "change" | "inboundCredentials" | "outboundCredentials" | "oauthSecret"
>;

const update = async (call: ProfileCall, what: ProfileUpdate): Promise<ProfileView> =>
  viewProfile(
    call,
    await call.ask("config.profile.update", {
      ...call.command,
      ifVersion: call.ifVersion,
      id: call.params.profileId,
      ...what,
    }),
  );

/** Secrets that may be sent together with a profile. */
const secrets = {
  inboundCredentials: Credentials.optional().describe("for profiles whose mailboxes receive with its credentials"),
  outboundCredentials: Credentials.optional().describe("for profiles whose mailboxes send with its credentials"),
  oauthSecret: OAuthSecret.optional().describe("clientSecret, certificate or serviceAccountKey"),
};

const sides = ["inbound", "outbound"] as const;

type Described = RequestInput<"config.profile.destinations">;

/** Seals what was sent, for where it goes by what is described; `null` (take it away) and absent (leave it) pass. */
async function sealAll(
  call: Call,
  profileId: string,
  described: Described,
  sent: { [Name in keyof typeof secrets]?: z.output<(typeof secrets)[Name]> | null | undefined },
  projectId: () => Promise<string | undefined>,
): Promise<Pick<ProfileUpdate, keyof typeof secrets>> {
  const sealed: Pick<ProfileUpdate, keyof typeof secrets> = {};
  if (!sent.inboundCredentials && !sent.outboundCredentials && !sent.oauthSecret) return { ...sent } as typeof sealed;
  refuseOverPlainHttp(call);
  const destinations = await call.ask("config.profile.destinations", described);
  for (const side of sides) {
    const credentials = sent[`${side}Credentials`];
    if (credentials === undefined) continue;
    sealed[`${side}Credentials`] =
      credentials && (await sealCredentials(call, profileId, `${side}-password`, destinations[side], credentials));
  }
  if (sent.oauthSecret !== undefined)
    sealed.oauthSecret =
      sent.oauthSecret &&
      (await sealOAuthSecret(call, profileId, destinations.token ?? "", await projectId(), sent.oauthSecret));
  return sealed;
}

const projectOf = (call: Call<z.output<typeof params>>) => async () =>
  (await call.ask("config.profile.get", { id: call.params.profileId })).oauth?.projectId;

/** The credentials of one direction, by themselves. */
const credentialRoutes = (side: (typeof sides)[number], verb: string): Route[] => [
  route("PUT", `/profiles/:profileId/${side}-credentials`, {
    summary: `Set the credentials by which the profile's mailboxes ${verb}`,
    params,
    body: Credentials,
    answer: View,
    handle: async (call) =>
      update(
        call,
        await sealAll(
          call,
          call.params.profileId,
          { id: call.params.profileId },
          { [`${side}Credentials`]: call.body },
          projectOf(call),
        ),
      ),
  }),
  route("DELETE", `/profiles/:profileId/${side}-credentials`, {
    summary: `Take the profile's ${side} credentials away`,
    params,
    answer: View,
    handle: (call) => update(call, { [`${side}Credentials`]: null }),
  }),
];

/** Profiles: where the mailboxes of a kind receive and send. `config` owns them. */
export const profileRoutes: readonly Route[] = [
  route("GET", "/profiles", {
    summary: "List profiles; an owner sees id, name and type of the active ones",
    owner: { answer: paged(ProfileChoice) },
    query: z.strictObject(page),
    answer: paged(View),
    handle: async (call) => {
      const { items, next } = await call.ask("config.profile.list", call.query);
      const shown = call.caller.role === "owner" ? items.filter((profile) => profile.active) : items;
      return { items: shown.map((profile) => viewProfile(call, profile)), next };
    },
  }),
  route("POST", "/profiles", {
    summary: "Create a profile; servers, ports and scopes that are left out are filled in",
    body: noun.New.extend(secrets),
    answer: View,
    status: 201,
    location: (profile) => `/profiles/${profile.id}`,
    handle: async (call) => {
      const { inboundCredentials, outboundCredentials, oauthSecret, ...profile } = call.body;
      const profileId = idFrom("pf", call.commandId);
      const sealed = await sealAll(
        call,
        profileId,
        { new: profile },
        { inboundCredentials, outboundCredentials, oauthSecret },
        async () => profile.oauth?.projectId,
      );
      const { inboundCredentials: inbound, outboundCredentials: outbound, oauthSecret: secret } = sealed;
      return viewProfile(
        call,
        await call.ask("config.profile.create", {
          ...call.command,
          id: profileId,
          new: profile,
          ...(inbound ? { inboundCredentials: inbound } : {}),
          ...(outbound ? { outboundCredentials: outbound } : {}),
          ...(secret ? { oauthSecret: secret } : {}),
        }),
      );
    },
  }),
  route("GET", "/profiles/:profileId", {
    summary: "Read a profile",
    params,
    answer: View,
    handle: async (call) => viewProfile(call, await call.ask("config.profile.get", { id: call.params.profileId })),
  }),
  route("PATCH", "/profiles/:profileId", {
    summary: "Change a profile; only what is named changes, null takes a secret away",
    params,
    body: noun.Change.extend({
      inboundCredentials: secrets.inboundCredentials.nullable(),
      outboundCredentials: secrets.outboundCredentials.nullable(),
      oauthSecret: secrets.oauthSecret.nullable(),
    }),
    answer: View,
    handle: async (call) => {
      const { inboundCredentials, outboundCredentials, oauthSecret, ...change } = call.body;
      const sent = { inboundCredentials, outboundCredentials, oauthSecret };
      const named = change.oauth === undefined ? projectOf(call) : async () => change.oauth?.projectId;
      const sealed = await sealAll(call, call.params.profileId, { id: call.params.profileId, change }, sent, named);
      return update(call, { ...(Object.keys(change).length > 0 ? { change } : {}), ...sealed });
    },
  }),
  route("DELETE", "/profiles/:profileId", {
    summary: "Delete a profile that no mailbox uses",
    params,
    handle: (call) =>
      call.ask("config.profile.delete", { ...call.command, ifVersion: call.ifVersion, id: call.params.profileId }),
  }),
  route("POST", "/profiles/:profileId/activate", {
    summary: "Let the profile's mailboxes work again",
    params,
    answer: View,
    handle: async (call) =>
      viewProfile(call, await call.ask("config.profile.activate", { ...call.command, id: call.params.profileId })),
  }),
  route("POST", "/profiles/:profileId/deactivate", {
    summary: "Stop all mailboxes of the profile",
    params,
    answer: View,
    handle: async (call) =>
      viewProfile(call, await call.ask("config.profile.deactivate", { ...call.command, id: call.params.profileId })),
  }),
  ...credentialRoutes("inbound", "receive"),
  ...credentialRoutes("outbound", "send"),
  route("PUT", "/profiles/:profileId/oauth-secret", {
    summary: "Set the secret, certificate or service account's key of the profile's OAuth application",
    params,
    body: OAuthSecret,
    answer: View,
    handle: async (call) =>
      update(
        call,
        await sealAll(
          call,
          call.params.profileId,
          { id: call.params.profileId },
          { oauthSecret: call.body },
          projectOf(call),
        ),
      ),
  }),
  route("DELETE", "/profiles/:profileId/oauth-secret", {
    summary: "Take the secret of the profile's OAuth application away",
    params,
    answer: View,
    handle: (call) => update(call, { oauthSecret: null }),
  }),
];
