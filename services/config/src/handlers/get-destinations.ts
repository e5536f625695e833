import { changedSettings, completeProfile } from "../complete-profile.ts";
import { destinationsOf } from "../destinations.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { usableProfile } from "../usable-profile.ts";

/** `config.profile.destinations`: the console seals for them, because it does not know what a profile leaves out. */
export const getDestinations =
  (parts: Parts): Handler<"config.profile.destinations"> =>
  async (input) => {
    if ("new" in input) return destinationsOf(completeProfile(input.new));
    const { settings } = await usableProfile(parts, input.id, "/id");
    return destinationsOf(input.change ? changedSettings(settings, input.change) : settings);
  };
