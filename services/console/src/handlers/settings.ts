import { NotificationSettings, NotificationSettingsChange, Settings, SettingsChange } from "@mailfleet/contracts";
import { type Route, route } from "../route.ts";
import { Credentials, sealCredentials } from "./credentials.ts";

/** Settings of the organisation (`config`) and of its notifications (`alerting`). */
export const settingsRoutes: readonly Route[] = [
  route("GET", "/settings", {
    summary: "Read the settings",
    answer: Settings,
    handle: (call) => call.ask("config.settings.get", {}),
  }),
  route("PATCH", "/settings", {
    summary: "Change the settings; only what is named changes",
    body: SettingsChange,
    answer: Settings,
    handle: (call) =>
      call.ask("config.settings.update", { ...call.command, ifVersion: call.ifVersion, change: call.body }),
  }),
  route("GET", "/settings/notifications", {
    summary: "Read how notifications are sent",
    answer: NotificationSettings,
    handle: (call) => call.ask("alerting.notification-settings.get", {}),
  }),
  route("PATCH", "/settings/notifications", {
    summary: "Change how notifications are sent; only what is named changes",
    body: NotificationSettingsChange.extend({
      credentials: Credentials.nullable().optional().describe("for the relay; null takes them away"),
    }),
    answer: NotificationSettings,
    handle: async (call) => {
      const { credentials, ...change } = call.body;
      const sealed = credentials && (await sealCredentials(call, "notifications", "relay-password", credentials));
      return call.ask("alerting.notification-settings.update", {
        ...call.command,
        ifVersion: call.ifVersion,
        change,
        ...(sealed === undefined ? {} : { credentials: sealed }),
      });
    },
  }),
];
