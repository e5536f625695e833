import type { Settings } from "@mailfleet/contracts";
import type { SettingsDocument } from "@mailfleet/store";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";

/** `config.settings.get` */
export const getSettings =
  ({ knowledge }: Parts): Handler<"config.settings.get"> =>
  async () =>
    showSettings(await knowledge.settings({ fresh: true }));

/** Settings as they are shown: without the commands that made them. */
export function showSettings({ _id, handled, rhythmV, ...settings }: SettingsDocument): Settings {
  return settings;
}
