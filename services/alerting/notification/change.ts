import type { NotificationApplication, RelayAuthentication, RequestArguments } from "@mailfleet/contracts";
import type { NotificationBody } from "./body.ts";
import { usesApplication } from "./problems.ts";

type Settings = NotificationBody;
type Input = RequestArguments<"alerting.notification-settings.update">;

/**
 * The settings with what is named in a change. A secret belongs to its application: with another provider, tenant,
 * client or token endpoint it goes, so that it is never sent where it was not meant for; with a new secret the end of the
 * old one goes.
 */
export function changedSettings(before: Settings, input: Input, now: number): Settings {
  const { change = {} } = input;
  const { relay, application, quietHours, secretExpiresAt } = change;
  const credentials = input.credentials === undefined ? before.credentials : withTime(input.credentials, now);
  const nextApplication = application === undefined ? before.application : application;
  const kept = sameApplication(before.application, nextApplication) ? before.oauthSecret : null;
  const oauthSecret = input.oauthSecret === undefined ? kept : withTime(input.oauthSecret, now);
  const secretChanged = input.oauthSecret !== undefined || oauthSecret !== before.oauthSecret;
  const knownEnd = secretChanged ? (oauthSecret?.certificate?.expiresAt ?? null) : before.secretExpiresAt;
  const after = {
    ...before,
    enabled: change.enabled ?? before.enabled,
    mode: change.mode ?? before.mode,
    relay: nextRelay(before, input, credentials !== null, relay === undefined ? before.relay : relay),
    application: nextApplication,
    from: change.from ?? before.from,
    to: change.to ?? before.to,
    recipientSeverities: change.recipientSeverities ?? before.recipientSeverities,
    language: change.language ?? before.language,
    recipientLanguages: change.recipientLanguages ?? before.recipientLanguages,
    quietHours: quietHours === undefined ? before.quietHours : quietHours,
    maintenance: change.maintenance ?? before.maintenance,
    escalateTo: change.escalateTo ?? before.escalateTo,
    escalateAfterMinutes: change.escalateAfterMinutes ?? before.escalateAfterMinutes,
    noticesPerHour: change.noticesPerHour ?? before.noticesPerHour,
    alertRetentionDays: change.alertRetentionDays ?? before.alertRetentionDays,
    notifyOwners: change.notifyOwners ?? before.notifyOwners,
    ownerSeverities: change.ownerSeverities ?? before.ownerSeverities,
    format: change.format ?? before.format,
    credentials,
    oauthSecret,
    secretExpiresAt: secretExpiresAt === undefined ? knownEnd : secretExpiresAt,
  };
  const watchedAnew = secretChanged || secretExpiresAt !== undefined || (isWatched(after) && !isWatched(before));
  return watchedAnew ? { ...after, secretExpirySetAt: now } : after;
}

function isWatched(settings: Settings): boolean {
  return settings.enabled && usesApplication(settings);
}

function nextRelay(
  before: Settings,
  input: Input,
  hasPassword: boolean,
  relay: NonNullable<Input["change"]>["relay"] | Settings["relay"],
): Settings["relay"] {
  if (!relay) return null;
  const { trustedCertificates, ...rest } = relay;
  const authentication = authenticationOf(before.relay?.authentication, input, hasPassword);
  return {
    ...rest,
    ...(trustedCertificates ? { trustedCertificates } : {}),
    authentication,
    username: authentication === "oauth" ? (relay.username ?? null) : null,
  };
}

/** The method that is named; otherwise the one of a new password; otherwise the present one while it has what it needs. */
function authenticationOf(
  before: RelayAuthentication | undefined,
  { change, credentials }: Input,
  hasPassword: boolean,
): RelayAuthentication {
  const named = change?.relay?.authentication;
  if (named) return named;
  if (credentials || before === undefined) return hasPassword ? "basic" : "none";
  return before === "basic" && !hasPassword ? "none" : before;
}

/** Whether both use the same secret at the same place. */
function sameApplication(one: NotificationApplication | null, other: NotificationApplication | null): boolean {
  const identity = (application: NotificationApplication | null) =>
    application && [
      application.provider,
      application.tenantId?.toLowerCase(),
      application.clientId,
      application.endpoints?.issuer,
      application.endpoints?.token,
    ];
  return JSON.stringify(identity(one)) === JSON.stringify(identity(other));
}

/** When it was set; `null` takes it away. */
function withTime<Part extends object>(part: Part | null, now: number): (Part & { setAt: number }) | null {
  return part && { ...part, setAt: now };
}
