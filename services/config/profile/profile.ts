import { type ProblemError, profile, type Settings } from "@mailfleet/contracts";
import { keep, living, singleId } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { refusePorts } from "../settings/allowed-ports.ts";
import { type ProfileBody, profileCollection, type StoredProfile } from "./body.ts";
import { changedSettings, completeProfile } from "./complete-profile.ts";
import { destinationsOf } from "./destinations.ts";
import { profileChanged, profileCreated, profileDeleted, refusalsOver, type Said } from "./facts.ts";
import { keepCertificate } from "./keep-certificate.ts";
import { nameTaken, profileInUse, refuseSecretEnd } from "./problems.ts";
import { changedProfile, newProfile, switchedProfile } from "./profile-change.ts";
import { refuseTooMany } from "./room.ts";
import { showProfile } from "./show-profile.ts";
import { testConnection } from "./test-connection.ts";
import { usableProfile } from "./usable-profile.ts";

/** What we need besides a profile's document to decide about it and to show it. */
interface ProfileWorld {
  readonly settings: Settings;
  /** Mailboxes by profile. */
  readonly counts: ReadonlyMap<string, number>;
}

/**
 * Keeps profiles. A change names the fields that it changes; a server is replaced as a whole, and completed. Only a test
 * finds out whether a server exists. The tick `spread-profiles` tells mailboxes of a change at once.
 */
export const keptProfiles = keep<Ports, ProfileBody>()(profile, {
  collection: profileCollection,
  indexes: [{ name: "name", keys: { "settings.name": 1 }, unique: true, where: living }],
  taken: (_index, { settings }) => nameTaken(settings.name),
  async world(ports, { documents, command }): Promise<ProfileWorld> {
    const ids = documents.map(({ _id }) => _id);
    const [settings, counts] = await Promise.all([
      ports.worlds.settings({ fresh: command !== undefined }),
      ports.mailboxes.countByProfile(ids),
    ]);
    return { settings, counts };
  },
  view: (document, { settings, counts }) => showProfile(document, settings, counts.get(document._id) ?? 0),
  sorts: { name: "settings.name" },
  list: ({ active }) => ({ filter: active === undefined ? {} : { active }, sort: [["_id", 1]] }),
  // A mailbox may have joined between the count and the deletion; then the profile stays.
  check: async ({ mailboxes }, { _id }) => inUse((await mailboxes.countByProfile([_id])).get(_id) ?? 0),
  decide: {
    create(input, { at, world }) {
      const settings = completeProfile(input.new);
      refusePorts(settings, world.settings, "/new");
      refuseSecretEnd(settings.oauth?.clientSecretExpiresAt, at, "/new/oauth/clientSecretExpiresAt");
      return { body: newProfile(input.id, settings, input, at), outbox: [profileCreated(input, settings.name, at)] };
    },
    update(before, input, { at, world }) {
      const { change } = input;
      const after = changedProfile(before, { change, secrets: input }, at);
      if (change?.inbound || change?.outbound) refusePorts(after.settings, world.settings, "/change");
      if (change?.oauth)
        refuseSecretEnd(after.settings.oauth?.clientSecretExpiresAt, at, "/change/oauth/clientSecretExpiresAt");
      refuseTooMany(after.settings, world.counts.get(before._id) ?? 0);
      return { after, outbox: [...profileChanged(before, after, input, at), ...refusalsOver(before, after, at)] };
    },
    activate: (before, input, { at }) => activated(before, true, input, at),
    deactivate: (before, input, { at }) => activated(before, false, input, at),
    "switch-to-next"(before, input, { at }) {
      refuseSecretEnd(input.clientSecretExpiresAt, at, "/clientSecretExpiresAt");
      const after = switchedProfile(before, input.clientSecretExpiresAt);
      return { after, outbox: profileChanged(before, after, input, at) };
    },
    delete({ _id, v }, input, { world, at }) {
      if (world.settings.defaultProfileId === _id)
        throw profileInUse("It is the default profile for new mailboxes.", "Set another default profile first.");
      const refusal = inUse(world.counts.get(_id) ?? 0);
      if (refusal) throw refusal;
      return { gone: true, checked: true, outbox: [profileDeleted(_id, v + 1, input, at)] };
    },
  },
  answers: (ports) => ({
    async destinations({ id, new: made, change }) {
      const before = made ? completeProfile(made) : (await usableProfile(ports, id, "/id")).settings;
      const settings = change ? changedSettings(before, change) : before;
      const { inbound, outbound, token } = destinationsOf(settings);
      return {
        to: {
          ...{ inboundCredentials: inbound, nextInboundCredentials: inbound },
          ...{ outboundCredentials: outbound, nextOutboundCredentials: outbound },
          ...{ oauthSecret: token ?? "", nextOauthSecret: token ?? "" },
        },
        projectId: settings.oauth?.projectId,
      };
    },
    "keep-certificate": (input) => keepCertificate(ports, input),
    "make-default": async ({ id: profileId, commandId }) => {
      const profile = await ports.documents.profile.get(profileId);
      const key = `make-default/${profile._id}/${commandId}`;
      let before: string | null = null;
      await ports.documents.settings.change(singleId, { key, at: ports.now() }, ({ _id, v, ...body }) => {
        before = body.settings.defaultProfileId;
        return { after: { ...body, settings: { ...body.settings, defaultProfileId: profileId } } };
      });
      ports.worlds.forgetSettings();
      return { profileId, before };
    },
    "test-connection": (input) => testConnection(ports, input),
  }),
  after(ports, _verb, { after }) {
    if (after) ports.worlds.forgetProfile(after._id);
    ports.kick("spread-profiles");
  },
});

function activated(before: StoredProfile, active: boolean, said: Said, at: number) {
  const after = changedProfile(before, { active }, at);
  return { after, outbox: profileChanged(before, after, said, at) };
}

function inUse(mailboxes: number): ProblemError | null {
  if (mailboxes === 0) return null;
  const use = mailboxes === 1 ? "mailbox uses" : "mailboxes use";
  return profileInUse(`${mailboxes} ${use} this profile.`, "Give them another profile or delete them first.");
}
