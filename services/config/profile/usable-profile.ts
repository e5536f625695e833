import { ProblemError } from "@mailfleet/contracts";
import type { Ports } from "../ports.ts";
import type { ShownProfile } from "./body.ts";

/**
 * The profile with this id, or without one the organisation's default. @throws ProblemError INVALID that names the
 * field, because a profile in a request is not the resource that was asked for.
 */
export async function usableProfile(
  { documents, worlds }: Pick<Ports, "documents" | "worlds">,
  id: string | undefined,
  pointer: string,
): Promise<ShownProfile> {
  const profileId = id ?? (await worlds.settings({ fresh: true })).defaultProfileId;
  if (profileId === null)
    throw new ProblemError("INVALID", `${pointer} must name a profile, because there is no default profile.`, {
      remedy: "Name a profile, or set a default profile in the settings.",
      errors: [{ pointer, reason: "must name a profile, because there is no default profile" }],
    });
  const profile = await documents.profile.load(profileId);
  if (!profile?.living)
    throw new ProblemError("INVALID", `${pointer} names the profile ${profileId}, which does not exist.`, {
      errors: [{ pointer, reason: "names a profile that does not exist" }],
    });
  return profile;
}
