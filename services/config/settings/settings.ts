import { type Settings, settings } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import { usableProfile } from "../profile/usable-profile.ts";
import { initialSettings, type SettingsBody, shownSettings } from "./body.ts";
import { checkPorts } from "./check-ports.ts";

/**
 * Keeps the settings. New rhythms reach mailboxes at once; the rest of a new policy counts from their next step on.
 */
export const keptSettings = keep<Ports, SettingsBody>()(settings, {
  collection: "settings",
  initial: { settings: initialSettings, rhythmV: 1 },
  async world(ports, { command }) {
    const { change } = (command?.input ?? {}) as { change?: { defaultProfileId?: string | null } };
    if (change?.defaultProfileId) await usableProfile(ports, change.defaultProfileId, "/change/defaultProfileId");
  },
  view: ({ v, ...body }) => ({ v, ...shownSettings(body) }),
  decide: {
    update(before, { change = {} }) {
      const { retryPolicy, organisationName, ...rest } = change;
      const after = {
        ...before.settings,
        ...rest,
        ...(organisationName === undefined ? {} : { organisationName: organisationName ?? undefined }),
        retryPolicy: { ...before.settings.retryPolicy, ...retryPolicy },
      };
      return {
        after: {
          ...(before.organisationId === undefined ? {} : { organisationId: before.organisationId }),
          settings: after,
          rhythmV: hasOtherRhythm(before.settings, after) ? before.v + 1 : before.rhythmV,
        },
      };
    },
  },
  answers: (ports) => ({
    defaults: async () => ({ v: 1, ...shownSettings({ settings: initialSettings }) }),
    "check-ports": ({ allowedOutboundPorts }) => checkPorts(ports, allowedOutboundPorts),
  }),
  after(ports, _verb, { before, after }) {
    ports.worlds.forgetSettings();
    if (before?.rhythmV !== after?.rhythmV) ports.kick("spread-rhythm");
  },
});

function hasOtherRhythm(before: Pick<Settings, "retryPolicy">, after: Pick<Settings, "retryPolicy">): boolean {
  return (["pollMs", "probeMs"] as const).some((name) => before.retryPolicy[name] !== after.retryPolicy[name]);
}
