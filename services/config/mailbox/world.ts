import type { RetryPolicy, Settings } from "@mailfleet/contracts";
import { ProblemError } from "@mailfleet/contracts";
import { type Documents, remember, singleId } from "@mailfleet/kit";
import type { ProfileBody, ShownProfile } from "../profile/body.ts";
import { type SettingsBody, shownSettings } from "../settings/body.ts";

/** What deciding about a mailbox needs besides its document. */
export interface World {
  readonly profile: ShownProfile;
  readonly settings: Settings;
  /** Version of the settings in which a rhythm changed last. */
  readonly rhythmV: number;
  /** The organisation's policy with this profile's lower bound between polls. */
  readonly policy: RetryPolicy;
  /** Where people reach the console, if that is known. */
  readonly consoleUrl?: string | null;
}

/** Profiles and settings, remembered for a moment because each decision and each run needs them. */
export interface Worlds {
  /** `atLeast`: this version or a newer one. `fresh`: from the database. NOT_FOUND if there never was one. */
  profile(id: string, want?: { fresh?: boolean; atLeast?: number }): Promise<ShownProfile>;
  settings(want?: { fresh?: boolean }): Promise<Settings>;
  /** The version in which polling or probing intervals changed last. */
  rhythmV(want?: { fresh?: boolean }): Promise<number>;
  of(profileId: string, want?: { fresh?: boolean; atLeast?: number }): Promise<World>;
  /** For showing a mailbox: if its profile is gone altogether, the organisation's policy serves. */
  policy(profileId: string): Promise<RetryPolicy>;
  /** This replica changed it: the next question goes to the database. */
  forgetProfile(id: string): void;
  forgetSettings(): void;
}

/** How long another replica's change may go unnoticed here, milliseconds. */
const rememberedMs = 1000;
const minute = 60_000;

/** The policy for mailboxes of a profile: polls never come closer together than the profile allows. */
export function policyFor(settings: Pick<Settings, "retryPolicy">, profile: Pick<ProfileBody, "settings">) {
  const { retryPolicy } = settings;
  const leastMs = profile.settings.minimumPollingIntervalMinutes * minute;
  return leastMs > retryPolicy.pollMs ? { ...retryPolicy, pollMs: leastMs } : retryPolicy;
}

/** Opens the worlds on the documents of profiles and settings. */
export function createWorlds({
  documents,
  now,
  consoleUrl,
}: {
  readonly documents: { readonly profile: Documents<ProfileBody>; readonly settings: Documents<SettingsBody> };
  readonly consoleUrl: string | null;
  now(): number;
}): Worlds {
  const profiles = remember(
    async (id) => {
      const profile = await documents.profile.load(id);
      if (!profile) throw new ProblemError("NOT_FOUND", `There is no profile ${id}.`);
      return profile as ShownProfile;
    },
    { forMs: rememberedMs, now },
  );
  const organisation = remember(() => documents.settings.get(singleId), { forMs: rememberedMs, now });

  const worlds: Worlds = {
    profile: (id, { fresh = false, atLeast = 0 } = {}) =>
      profiles.get(id, { fresh, good: (profile) => profile.v >= atLeast }),
    async settings(want) {
      const { v, ...body } = await organisation.get("", want);
      return { v, ...shownSettings(body) };
    },
    rhythmV: async (want) => (await organisation.get("", want)).rhythmV,
    async of(profileId, want) {
      const [profile, settings, rhythmV] = await Promise.all([
        worlds.profile(profileId, want),
        worlds.settings(want),
        worlds.rhythmV(),
      ]);
      return { profile, settings, rhythmV, policy: policyFor(settings, profile), consoleUrl };
    },
    async policy(profileId) {
      const settings = await worlds.settings();
      try {
        return policyFor(settings, await worlds.profile(profileId));
      } catch (error) {
        if (error instanceof ProblemError) return settings.retryPolicy;
        throw error;
      }
    },
    forgetProfile: (id) => profiles.forget(id),
    forgetSettings: () => organisation.forget(),
  };
  return worlds;
}
