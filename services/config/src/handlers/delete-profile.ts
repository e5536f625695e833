import { tombstoneMs } from "../decide.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { noSuchProfile, profileInUse } from "../profile-problems.ts";
import { compareAndSwap, refuseStale } from "../whole-document-command.ts";

/** `config.profile.delete`: refused while mailboxes use it or while it is the default. */
export const deleteProfile =
  (parts: Parts): Handler<"config.profile.delete"> =>
  ({ id: profileId, commandId, ifVersion }) =>
    compareAndSwap<Record<string, never>>("the profile", async () => {
      const { profiles, now } = parts.ports;
      const profile = await profiles.load(profileId);
      if (profile?.handled.some((entry) => entry.id === commandId)) return {};
      if (!profile?.living) throw noSuchProfile(profileId);
      refuseStale("The profile has", profile.v, ifVersion);
      const settings = await parts.knowledge.settings({ fresh: true });
      if (settings.defaultProfileId === profileId)
        throw profileInUse("It is the default profile for new mailboxes.", "Set another default profile first.");
      await refuseUsed(parts, profileId);
      const at = now();
      const buried = await profiles.bury(
        profileId,
        profile.v,
        { id: commandId, at, answer: {} },
        new Date(at + tombstoneMs),
      );
      if (!buried) return null;
      parts.knowledge.forget(profileId);
      try {
        // A mailbox may have come between the count and the deletion; then the profile stays.
        await refuseUsed(parts, profileId);
      } catch (error) {
        await profiles.unbury(profileId, commandId);
        throw error;
      }
      return {};
    });

async function refuseUsed({ ports }: Parts, profileId: string): Promise<void> {
  const used = (await ports.mailboxes.countByProfile([profileId])).get(profileId) ?? 0;
  if (used > 0)
    throw profileInUse(
      `${used} ${used === 1 ? "mailbox uses" : "mailboxes use"} this profile.`,
      "Give them another profile or delete them first.",
    );
}
