import { applicationDestination, notificationSettings, ProblemError, relayDestination } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import { clearServerAlert } from "../notice/server-state.ts";
import type { AlertingPorts } from "../ports.ts";
import { completed, initialSettings, type NotificationBody, presentSettings } from "./body.ts";
import { changedSettings } from "./change.ts";
import { keepCertificate } from "./keep-certificate.ts";
import { settingsProblems } from "./problems.ts";
import { sendCode } from "./send-code.ts";
import { shownSettings } from "./show.ts";
import { testNotificationSettings } from "./test-message.ts";
import { clearSecretAlerts } from "./watch-secret.ts";

/** Keeps the settings of the mail server for notices: only what is named changes, all of it or nothing. */
export const keptNotificationSettings = keep<AlertingPorts, NotificationBody>()(notificationSettings, {
  collection: "notification-settings",
  initial: initialSettings,
  what: () => "the mail server for notices",
  world: async () => undefined,
  view: (stored) => shownSettings(completed(stored)),
  decide: {
    update(before, input, { at }) {
      const after = changedSettings(completed(before), input, at);
      const errors = settingsProblems(after, input, at);
      if (errors.length === 0) return { after };
      throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), {
        errors,
      });
    },
  },
  answers: (ports) => ({
    async destinations({ change = {} }) {
      const present = await presentSettings(ports);
      const { relay = present.relay, application = present.application } = change;
      return {
        to: { credentials: relayDestination(relay), oauthSecret: applicationDestination(application) },
        holder: "notifications",
        projectId: application?.projectId,
      };
    },
    "keep-certificate": (input) => keepCertificate(ports, input),
    "send-code": (input) => sendCode(ports, input),
    test: (input) => testNotificationSettings(ports, input),
  }),
  async after(ports, _verb, { before, after }) {
    // After a repair nobody should have to wait for the next attempt.
    const state = await ports.mailServer.get();
    if (state.pausedUntil > 0) await ports.mailServer.set({ ...state, pausedUntil: 0 });
    // The failure of the mail server and the end of the old secret no longer matter.
    if (before?.enabled && !after?.enabled) await clearServerAlert(ports);
    if (before?.secretExpirySetAt !== after?.secretExpirySetAt) await clearSecretAlerts(ports);
    ports.kick("notices");
    ports.kick("secret");
  },
});
