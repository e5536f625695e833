import type { Profile, RequestArguments } from "@mailfleet/contracts";
import { refusePorts } from "../allowed-ports.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { changedProfile } from "../profile-change.ts";
import { nameTaken, noSuchProfile, refuseSecretEnd } from "../profile-problems.ts";
import { refuseTooMany } from "../room-in-profile.ts";
import { showProfile } from "../show-profile.ts";
import { compareAndSwap, refuseStale } from "../whole-document-command.ts";

/**
 * `config.profile.update`: only what is named changes; servers are replaced whole. Its mailboxes hear of it at once in
 * the background, and by the sweep if this process does not live that long.
 */
export const updateProfile =
  (parts: Parts): Handler<"config.profile.update"> =>
  (input) =>
    changeProfile(parts, input);

/** `config.profile.activate`, `config.profile.deactivate` */
export const switchProfile =
  (parts: Parts, active: boolean): Handler<"config.profile.activate"> =>
  (input) =>
    changeProfile(parts, input, active);

const changeProfile = (parts: Parts, input: RequestArguments<"config.profile.update">, active?: boolean) =>
  compareAndSwap<Profile>("the profile", async () => {
    const { profiles, mailboxes, now } = parts.ports;
    const { id: profileId, commandId, change } = input;
    const before = await profiles.load(profileId);
    const repeated = before?.handled.find((entry) => entry.id === commandId);
    if (repeated) return repeated.answer as Profile;
    if (!before?.living) throw noSuchProfile(profileId);
    refuseStale("The profile has", before.v, input.ifVersion);
    const at = now();
    const after = changedProfile(before, { change, active, secrets: input }, at);
    const [settings, counts] = await Promise.all([
      parts.knowledge.settings({ fresh: true }),
      mailboxes.countByProfile([profileId]),
    ]);
    if (change?.inbound || change?.outbound) refusePorts(after.settings, settings, "/change");
    if (change?.oauth) refuseSecretEnd(after.settings.oauth, at, "/change");
    refuseTooMany(after.settings, counts.get(profileId) ?? 0);
    const answer = showProfile({ ...before, ...after, v: before.v + 1 }, settings, counts.get(profileId) ?? 0);
    const written = await profiles.commit(profileId, before.v, after, { id: commandId, at, answer });
    if (written === "name-taken") throw nameTaken(answer.name, "/change/name");
    if (!written) return null;
    parts.knowledge.forget(profileId);
    if (after.relevantV !== before.relevantV)
      parts.background.start(`profile ${profileId}`, (signal) => parts.spread(profileId, signal));
    return answer;
  });
