import type { RetryPolicy, Settings } from "@mailfleet/contracts";
import { ProblemError } from "@mailfleet/contracts";
import type { ProfileDocument, SettingsDocument } from "@mailfleet/store";
import type { Ports } from "./ports.ts";

/** What a step must know beside its mailbox. */
export interface World {
  readonly profile: ProfileDocument;
  readonly settings: Settings;
  /** Version of the settings in which a rhythm changed last. */
  readonly rhythmV: number;
  /** The organisation's policy with this profile's lower bound between polls. */
  readonly policy: RetryPolicy;
  /** Where people reach the console, if that is known. */
  readonly consoleUrl?: string | null;
}

/** Profiles and settings, remembered for a moment because each step and each run needs them. */
export interface Knowledge {
  /** `atLeast`: this version or a newer one. `fresh`: from the database. NOT_FOUND if there is none, deleted or not. */
  profile(id: string, want?: { fresh?: boolean; atLeast?: number }): Promise<ProfileDocument>;
  settings(want?: { fresh?: boolean }): Promise<SettingsDocument>;
  world(profileId: string, want?: { fresh?: boolean; atLeast?: number }): Promise<World>;
  /** For showing a mailbox: if its profile is gone altogether, the organisation's policy serves. */
  policy(profileId: string): Promise<RetryPolicy>;
  /** This replica changed it: the next question goes to the database. */
  forget(profileId?: string): void;
}

/** How long another replica's change may go unnoticed here, milliseconds. */
const rememberedMs = 1000;
const rememberedProfiles = 1000;
const minute = 60_000;

/** The policy for mailboxes of a profile: polls never come closer together than the profile allows (domain 2.3). */
export function policyFor(settings: Pick<Settings, "retryPolicy">, profile: Pick<ProfileDocument, "settings">) {
  const { retryPolicy } = settings;
  const leastMs = profile.settings.minimumPollingIntervalMinutes * minute;
  return leastMs > retryPolicy.pollMs ? { ...retryPolicy, pollMs: leastMs } : retryPolicy;
}

/** Questions asked at the same time share one answer. */
export function createKnowledge(ports: Pick<Ports, "profiles" | "settings" | "now" | "consoleUrl">): Knowledge {
  const { profiles, settings, now, consoleUrl } = ports;
  const known = new Map<string, { at: number; profile: Promise<ProfileDocument> }>();
  let organisation: { at: number; settings: Promise<SettingsDocument> } | undefined;

  const load = async (id: string) => {
    const profile = await profiles.load(id);
    if (!profile) throw new ProblemError("NOT_FOUND", `There is no profile ${id}.`);
    return profile;
  };
  const loadProfile = (id: string) => {
    const entry = { at: now(), profile: load(id) };
    if (known.size >= rememberedProfiles) known.clear();
    known.set(id, entry);
    // An answer that failed is not an answer: the next question asks again.
    entry.profile.catch(() => known.get(id) === entry && known.delete(id));
    return entry.profile;
  };
  const loadSettings = () => {
    const entry = { at: now(), settings: settings.load() };
    organisation = entry;
    entry.settings.catch(() => {
      if (organisation === entry) organisation = undefined;
    });
    return entry.settings;
  };

  const knowledge: Knowledge = {
    async profile(id, { fresh = false, atLeast = 0 } = {}) {
      const entry = known.get(id);
      if (!fresh && entry && now() - entry.at < rememberedMs) {
        const profile = await entry.profile;
        if (profile.v >= atLeast) return profile;
      }
      return loadProfile(id);
    },
    settings({ fresh = false } = {}) {
      if (!fresh && organisation && now() - organisation.at < rememberedMs) return organisation.settings;
      return loadSettings();
    },
    async world(profileId, want) {
      const [profile, found] = await Promise.all([knowledge.profile(profileId, want), knowledge.settings(want)]);
      return { profile, settings: found, rhythmV: found.rhythmV ?? 1, policy: policyFor(found, profile), consoleUrl };
    },
    async policy(profileId) {
      const found = await knowledge.settings();
      try {
        return policyFor(found, await knowledge.profile(profileId));
      } catch (error) {
        if (error instanceof ProblemError) return found.retryPolicy;
        throw error;
      }
    },
    forget(profileId) {
      organisation = undefined;
      if (profileId !== undefined) known.delete(profileId);
    },
  };
  return knowledge;
}
