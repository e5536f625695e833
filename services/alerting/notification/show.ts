import type { NotificationSettings } from "@mailfleet/contracts";
import type { NotificationSettingsDocument } from "./store.ts";

/** What is in force as long as nothing was set: no notifications. */
export const initialSettings: NotificationSettingsDocument = {
  v: 0,
  enabled: false,
  mode: "smtp",
  relay: null,
  application: null,
  from: null,
  to: [],
  format: "html",
  credentials: null,
  oauthSecret: null,
  secretExpiresAt: null,
  secretExpirySetAt: 0,
  answers: [],
};

/** The settings as everybody else sees them. */
export function shownSettings(settings: NotificationSettingsDocument): NotificationSettings {
  const { v, enabled, mode, relay, application, from, to, format, credentials, oauthSecret } = settings;
  const { secret, ...shown } = oauthSecret ?? { secret: null };
  return {
    v,
    enabled,
    mode,
    relay,
    application,
    from,
    to,
    format,
    credentials: credentials && { username: credentials.username, setAt: credentials.setAt },
    oauthSecret: "kind" in shown ? shown : null,
    secretExpiresAt: settings.secretExpiresAt,
  };
}
