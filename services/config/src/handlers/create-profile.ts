import { ProblemError, type Profile } from "@mailfleet/contracts";
import { keptCredentials } from "../credentials.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { newProfile } from "../profile-change.ts";
import { nameTaken } from "../profile-problems.ts";
import { showProfile } from "../show-profile.ts";

/** `config.profile.create`: whether its servers exist is found out by tests, not here. */
export const createProfile =
  ({ ports, knowledge }: Parts): Handler<"config.profile.create"> =>
  async ({ profileId, commandId, profile: settings, outboundCredentials }) => {
    const at = ports.now();
    const kept =
      outboundCredentials &&
      keptCredentials(outboundCredentials, profileId, "outbound-password", "/outboundCredentials", at);
    const profile = newProfile(profileId, settings, kept, at);
    const answer = showProfile(profile, await knowledge.settings(), 0);
    profile.handled.push({ id: commandId, at, answer });
    const outcome = await ports.profiles.insert(profile);
    if (outcome === "inserted") return answer;
    const existing = await ports.profiles.load(profileId);
    const repeated = existing?.handled.find((entry) => entry.id === commandId);
    if (repeated) return repeated.answer as Profile;
    if (outcome === "name-taken") throw nameTaken(settings.name, "/profile/name");
    throw new ProblemError("ALREADY_EXISTS", `There is a profile ${profileId} already.`, {
      errors: [{ pointer: "/profileId", reason: "is taken" }],
    });
  };
