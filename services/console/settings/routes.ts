import { settings } from "@mailfleet/contracts";
import { type Route, route } from "../http/route.ts";

/** Settings of the organisation; `config` owns them. */
export const settingsRoutes: readonly Route[] = [
  route("GET", "/settings", {
    summary: "Read the settings",
    answer: settings.View,
    handle: (call) => call.ask("config.settings.get", {}),
  }),
  route("PATCH", "/settings", {
    summary: "Change the settings; only what is named changes",
    body: settings.Change,
    answer: settings.View,
    handle: (call) =>
      call.ask("config.settings.update", { ...call.command, ifVersion: call.ifVersion, change: call.body }),
  }),
];
