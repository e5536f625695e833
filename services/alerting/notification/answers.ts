import type { RequestHandlers } from "@mailfleet/bus";
import { applicationDestination, relayDestination } from "@mailfleet/contracts";
import { clearServerAlert, noticePorts, serverWorks } from "../notice/send-due.ts";
import type { AlertingPorts } from "../ports.ts";
import { initialSettings, shownSettings } from "./show.ts";
import { testNotificationSettings } from "./test-message.ts";
import { updateNotificationSettings } from "./update.ts";
import { clearSecretAlerts } from "./watch-secret.ts";

/** Every request about the mail server of the notifications. */
export function notificationAnswers(ports: AlertingPorts): RequestHandlers {
  const { settings, now } = ports;
  const sending = noticePorts(ports);
  return {
    "alerting.notification-settings.get": async () => shownSettings((await settings.get()) ?? initialSettings),
    "alerting.notification-settings.destinations": async ({ change = {} }) => {
      const present = (await settings.get()) ?? initialSettings;
      const { relay = present.relay, application = present.application } = change;
      return {
        to: { credentials: relayDestination(relay), oauthSecret: applicationDestination(application) },
        holder: "notifications",
        projectId: application?.projectId,
      };
    },
    "alerting.notification-settings.update": (input) =>
      updateNotificationSettings(
        {
          settings,
          now,
          onDisabled: () => clearServerAlert(sending),
          onSecretChanged: () => clearSecretAlerts(sending),
          onChanged: () => {
            ports.kick("notices");
            ports.kick("secret");
          },
        },
        input,
      ),
    "alerting.notification-settings.test": (input) =>
      testNotificationSettings(
        {
          ...ports,
          onWorks: async () => {
            await serverWorks(sending);
            ports.kick("notices");
          },
        },
        input,
      ),
  };
}
