import type { NotificationSettings, Sealed, SealedOAuthSecret } from "@mailfleet/contracts";
import { type Documents, singleId } from "@mailfleet/kit";

/**
 * The mail server for notices, and their recipients. Secrets are sealed: services that pass them on cannot read them.
 */
export interface NotificationBody extends Readonly<Omit<NotificationSettings, "v" | "credentials" | "oauthSecret">> {
  readonly credentials: { readonly username: string; readonly password: Sealed; readonly setAt: number } | null;
  readonly oauthSecret: (SealedOAuthSecret & { readonly setAt: number }) | null;
  /** When the secret's expiry date was last set: watching starts over. */
  readonly secretExpirySetAt: number;
}

/** The settings until something is set: no notifications. */
export const initialSettings: NotificationBody = {
  enabled: false,
  mode: "smtp",
  relay: null,
  application: null,
  from: null,
  to: [],
  recipientSeverities: ["error", "warning"],
  language: "en",
  recipientLanguages: [],
  quietHours: null,
  maintenance: [],
  escalateTo: [],
  escalateAfterMinutes: 60,
  noticesPerHour: 60,
  alertRetentionDays: 30,
  notifyOwners: false,
  ownerSeverities: ["error", "warning", "information"],
  format: "html",
  credentials: null,
  oauthSecret: null,
  secretExpiresAt: null,
  secretExpirySetAt: 0,
};

/** The stored settings with defaults for fields that are newer. */
export const completed = <Stored extends NotificationBody>(stored: Stored): Stored => ({
  ...initialSettings,
  ...stored,
});

/** How long an alert or incident is shown that ends now, in milliseconds. */
export async function keptMs(ports: Parameters<typeof presentSettings>[0]): Promise<number> {
  return (await presentSettings(ports)).alertRetentionDays * 86_400_000;
}

/** The settings as they are now. */
export async function presentSettings(ports: {
  readonly documents: { readonly "notification-settings": Pick<Documents<NotificationBody>, "get"> };
}): Promise<NotificationBody> {
  return completed(await ports.documents["notification-settings"].get(singleId));
}
