import type { NotificationSettings } from "@mailfleet/contracts";
import type { NotificationSettingsDocument, NotificationSettingsRepository } from "@mailfleet/store";

/** What is in force as long as nothing was set: no notifications. */
export const initialSettings: NotificationSettingsDocument = {
  v: 0,
  enabled: false,
  relay: null,
  from: null,
  to: [],
  credentials: null,
  answers: [],
};

/** The settings; of the credentials only the user name. */
export async function getNotificationSettings(settings: NotificationSettingsRepository): Promise<NotificationSettings> {
  return shownSettings((await settings.get()) ?? initialSettings);
}

/** The settings as everybody else sees them. */
export function shownSettings(settings: NotificationSettingsDocument): NotificationSettings {
  const { v, enabled, relay, from, to, credentials } = settings;
  return { v, enabled, relay: relay && { ...relay, username: credentials?.username ?? null }, from, to };
}
