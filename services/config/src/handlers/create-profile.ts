import { ProblemError, type Profile } from "@mailfleet/contracts";
import { refusePorts } from "../allowed-ports.ts";
import { completeProfile } from "../complete-profile.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { newProfile } from "../profile-change.ts";
import { nameTaken, refuseSecretEnd } from "../profile-problems.ts";
import { keptSecrets } from "../profile-secrets.ts";
import { showProfile } from "../show-profile.ts";

/** `config.profile.create`: whether its servers exist is found out by tests, not here. */
export const createProfile =
  ({ ports, knowledge }: Parts): Handler<"config.profile.create"> =>
  async (input) => {
    const { id: profileId, commandId } = input;
    const at = ports.now();
    const settings = completeProfile(input.new);
    const organisation = await knowledge.settings({ fresh: true });
    refusePorts(settings, organisation, "/new");
    refuseSecretEnd(settings.oauth, at, "/new");
    const profile = newProfile(profileId, settings, keptSecrets(profileId, settings, {}, input, at), at);
    const answer = showProfile(profile, organisation, 0);
    profile.handled.push({ id: commandId, at, answer });
    const outcome = await ports.profiles.insert(profile);
    if (outcome === "inserted") return answer;
    const existing = await ports.profiles.load(profileId);
    const repeated = existing?.handled.find((entry) => entry.id === commandId);
    if (repeated) return repeated.answer as Profile;
    if (outcome === "name-taken") throw nameTaken(settings.name, "/new/name");
    throw new ProblemError("ALREADY_EXISTS", `There is a profile ${profileId} already.`, {
      errors: [{ pointer: "/id", reason: "is taken" }],
    });
  };
