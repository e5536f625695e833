import type { NotificationSettings } from "@mailfleet/contracts";
import type { NotificationBody } from "./body.ts";

/** The settings as the API shows them. */
export function shownSettings(settings: NotificationBody & { readonly v: number }): NotificationSettings {
  const { v, enabled, mode, relay, application, from, to, notifyOwners, ownerSeverities, format } = settings;
  const {
    credentials,
    oauthSecret,
    recipientSeverities,
    language,
    recipientLanguages,
    quietHours,
    maintenance,
    escalateTo,
    escalateAfterMinutes,
    noticesPerHour,
    alertRetentionDays,
  } = settings;
  const { secret, ...shown } = oauthSecret ?? { secret: null };
  return {
    v,
    enabled,
    mode,
    relay,
    application,
    from,
    to,
    recipientSeverities,
    language,
    recipientLanguages,
    quietHours,
    maintenance,
    escalateTo,
    escalateAfterMinutes,
    noticesPerHour,
    alertRetentionDays,
    notifyOwners,
    ownerSeverities,
    format,
    credentials: credentials && { username: credentials.username, setAt: credentials.setAt },
    oauthSecret: "kind" in shown ? shown : null,
    secretExpiresAt: settings.secretExpiresAt,
  };
}
