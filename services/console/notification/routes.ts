import {
  applicationDestination,
  Credentials,
  credentials,
  NotificationSettings,
  NotificationSettingsChange,
  NotificationTest,
  OAuthSecret,
  oauthSecret,
  relayDestination,
} from "@mailfleet/contracts";
import { type Route, route } from "../http/route.ts";
import { type GoesTo, sealSecrets } from "../secret/seal-secrets.ts";

/** Longer than `alerting` needs for all steps together. */
const testTimeoutMs = 60_000;
const single = { id: undefined, isNew: false };

const secrets = {
  credentials: credentials("relay-password", "for basic authentication; null takes them away"),
  oauthSecret: oauthSecret("notify-oauth", "the secret of the application; null takes it away"),
};

/** Where the secrets go by the settings as they are after the change. */
const goesTo: GoesTo = async (call, { body }) => {
  const present = await call.ask("alerting.notification-settings.get", {});
  const { relay = present.relay, application = present.application } = body as NotificationSettingsChange;
  return {
    to: { "relay-password": relayDestination(relay), "notify-oauth": applicationDestination(application) },
    projectId: application?.projectId,
    ownerId: "notifications",
  };
};

/** The notification mail server; `alerting` owns its settings. */
export const notificationRoutes: readonly Route[] = [
  route("GET", "/settings/notifications", {
    summary: "Read how notifications are sent",
    answer: NotificationSettings,
    handle: (call) => call.ask("alerting.notification-settings.get", {}),
  }),
  route("PATCH", "/settings/notifications", {
    summary: "Change how notifications are sent; only what is named changes, all of it or nothing",
    body: NotificationSettingsChange.extend({
      credentials: Credentials.nullable().optional().describe("for basic authentication; null takes them away"),
      oauthSecret: OAuthSecret.nullable()
        .optional()
        .describe("clientSecret, certificate or serviceAccountKey of the application; null takes it away"),
    }),
    answer: NotificationSettings,
    handle: async (call) => {
      const { rest: change, sealed } = await sealSecrets(call, { secrets }, { ...single, body: call.body }, goesTo);
      return call.ask("alerting.notification-settings.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        change,
        ...sealed,
      });
    },
  }),
  route("POST", "/settings/notifications/test", {
    summary: "Send a test message to all recipients with the saved settings; returns the result of each step",
    answer: NotificationTest,
    handle: (call) => call.ask("alerting.notification-settings.test", call.command, { timeoutMs: testTimeoutMs }),
  }),
];
