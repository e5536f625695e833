import {
  applicationDestination,
  Credentials,
  NotificationSettings,
  NotificationSettingsChange,
  NotificationTest,
  OAuthSecret,
  relayDestination,
} from "@mailfleet/contracts";
import { type Route, route } from "../http/route.ts";
import { sealOAuthSecret } from "../secret/oauth-secret.ts";
import { refuseOverPlainHttp, sealCredentials } from "../secret/seal.ts";

/** Longer than `alerting` needs for all steps together. */
const testTimeoutMs = 60_000;
/** As it is bound to every secret of these settings. */
const owner = "notifications";

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
      const { credentials, oauthSecret, ...change } = call.body;
      if (credentials || oauthSecret) refuseOverPlainHttp(call);
      const present = credentials || oauthSecret ? await call.ask("alerting.notification-settings.get", {}) : null;
      const { relay = present?.relay, application = present?.application } = change;
      const password =
        credentials && (await sealCredentials(call, owner, "relay-password", relayDestination(relay), credentials));
      const goesTo = applicationDestination(application);
      const secret =
        oauthSecret &&
        (await sealOAuthSecret(call, owner, goesTo, application?.projectId, oauthSecret, "notify-oauth"));
      return call.ask("alerting.notification-settings.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        change,
        ...(password === undefined ? {} : { credentials: password }),
        ...(secret === undefined ? {} : { oauthSecret: secret }),
      });
    },
  }),
  route("POST", "/settings/notifications/test", {
    summary: "Send a test message to all recipients with the saved settings; returns the result of each step",
    answer: NotificationTest,
    handle: (call) => call.ask("alerting.notification-settings.test", call.command, { timeoutMs: testTimeoutMs }),
  }),
];
