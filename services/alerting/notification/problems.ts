import {
  applicationDestination,
  type RequestArguments,
  relayDestination,
  type Sealed,
  type SealPurpose,
  sealedAs,
  sealedFor,
  secretDestination,
} from "@mailfleet/contracts";
import { keyVaultProblems } from "@mailfleet/oauth";
import type { NotificationBody } from "./body.ts";

/** One thing that is wrong with the settings: JSON pointer and reason. */
export interface SettingsProblem {
  readonly pointer: string;
  readonly reason: string;
}

type Settings = NotificationBody;
type Input = RequestArguments<"alerting.notification-settings.update">;

/** No provider lets a secret live longer: Microsoft allows 24 months. */
const longestSecretMonths = 24;

/** Everything that is wrong with a change, at once; empty: it may be stored. `now` in milliseconds since the epoch. */
export function settingsProblems(after: Settings, input: Input, now: number): SettingsProblem[] {
  return [
    ...wronglySealed(after, input),
    ...applicationProblems(after),
    ...relayProblems(input),
    ...endProblems(input, now),
    ...(after.enabled ? missingParts(after, "is needed while notifications are enabled") : []),
  ];
}

/** True if mail leaves with a token, so that there must be an application with its secret. */
export function usesApplication({ mode, relay }: Pick<Settings, "mode" | "relay">): boolean {
  return mode === "api" || relay?.authentication === "oauth";
}

/** The settings that are still missing before mail can leave. */
export function missingParts(settings: Settings, reason: string): SettingsProblem[] {
  const { mode, relay, application, from, to, credentials, oauthSecret } = settings;
  const token = usesApplication(settings);
  const absent = {
    "/relay": mode === "smtp" && !relay,
    "/credentials": mode === "smtp" && relay?.authentication === "basic" && !credentials,
    "/application": token && !application,
    "/oauthSecret": token && !oauthSecret,
    "/from": !from,
    "/to": to.length === 0,
  };
  return Object.entries(absent)
    .filter(([, isAbsent]) => isAbsent)
    .map(([pointer]) => ({ pointer, reason }));
}

function applicationProblems({ application, oauthSecret }: Settings): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const say = (pointer: string, reason: string) => problems.push({ pointer, reason });
  if (!application) return problems;
  const isKey = oauthSecret?.kind === "service-account-key";
  if (application.provider === "microsoft") {
    if (!application.tenantId) say("/application/tenantId", "is needed for Microsoft");
    if (!application.clientId) say("/application/clientId", "is needed for Microsoft");
    if (application.projectId) say("/application/projectId", "belongs to Google only");
    if (isKey) say("/oauthSecret", "must be a client secret or a certificate for Microsoft");
    if (oauthSecret?.keyVault)
      for (const { pointer, reason } of keyVaultProblems(application, oauthSecret.keyVault))
        say(`/oauthSecret/keyVault${pointer}`, reason);
  } else {
    if (application.tenantId) say("/application/tenantId", "belongs to Microsoft only");
    if (application.clientId) say("/application/clientId", "comes with the key at Google");
    if (oauthSecret && !isKey) say("/oauthSecret", "must be the JSON key of a service account for Google");
    const project = oauthSecret?.serviceAccount?.projectId;
    if (application.projectId && project && application.projectId !== project)
      say("/application/projectId", `is not the key's project, ${project}`);
  }
  return problems;
}

function relayProblems({ change: { relay } = {} }: Input): SettingsProblem[] {
  if (!relay?.username || relay.authentication === "oauth") return [];
  return [{ pointer: "/relay/username", reason: "is for oauth only; basic credentials contain the user name" }];
}

function endProblems({ change: { secretExpiresAt } = {} }: Input, now: number): SettingsProblem[] {
  if (secretExpiresAt === undefined || secretExpiresAt === null) return [];
  const pointer = "/secretExpiresAt";
  const latest = new Date(now);
  latest.setUTCMonth(latest.getUTCMonth() + longestSecretMonths);
  // The date on the provider's page may be in another time zone.
  latest.setUTCDate(latest.getUTCDate() + 1);
  if (secretExpiresAt > latest.getTime())
    return [{ pointer, reason: `must be at most ${longestSecretMonths} months ahead` }];
  return secretExpiresAt < now ? [{ pointer, reason: "is in the past" }] : [];
}

/**
 * A secret opens only for the place that it was entered for: another relay, or another token endpoint, needs it again.
 */
function wronglySealed({ relay, application, credentials, oauthSecret }: Settings, input: Input): SettingsProblem[] {
  const problems: SettingsProblem[] = [];
  const check = (pointer: string, sealed: Sealed, purpose: SealPurpose, destination: string, isNew: boolean) => {
    if (sealedAs(sealed) === sealedFor("notifications", purpose, destination)) return;
    const reason = `is needed again: it was entered for another server than ${destination}`;
    problems.push({ pointer, reason: isNew ? "was sealed for something else" : reason });
  };
  if (credentials && (input.credentials || relay?.authentication === "basic"))
    check("/credentials", credentials.password, "relay-password", relayDestination(relay), Boolean(input.credentials));
  if (oauthSecret && application)
    check(
      "/oauthSecret",
      oauthSecret.secret,
      "notify-oauth",
      secretDestination(applicationDestination(application), oauthSecret.keyVault),
      Boolean(input.oauthSecret),
    );
  return problems;
}
