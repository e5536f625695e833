import { ProblemError } from "@mailfleet/contracts";
import type { ProfileDocument } from "@mailfleet/store";
import type { Parts } from "./parts.ts";

/**
 * The living profile with this id, or without one the organisation's default. @throws ProblemError INVALID that names
 * the field, because a profile in a request is not the resource that was asked for.
 */
export async function usableProfile(
  { ports, knowledge }: Parts,
  id: string | undefined,
  pointer: string,
): Promise<ProfileDocument> {
  const profileId = id ?? (await knowledge.settings({ fresh: true })).defaultProfileId;
  if (profileId === null)
    throw new ProblemError("INVALID", `${pointer} must name a profile, because there is no default profile.`, {
      remedy: "Name a profile, or set a default profile in the settings.",
      errors: [{ pointer, reason: "must name a profile, because there is no default profile" }],
    });
  const profile = await ports.profiles.load(profileId);
  if (!profile?.living)
    throw new ProblemError("INVALID", `${pointer} names the profile ${profileId}, which does not exist.`, {
      errors: [{ pointer, reason: "names a profile that does not exist" }],
    });
  return profile;
}
