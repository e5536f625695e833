import { z } from "zod";
import { Instant } from "../ids.ts";
import { EmailAddress, TestStep } from "../mailbox/shown.ts";
import { isTimeZone, TimeOfDay } from "../maintenance/time-zone.ts";
import { MaintenanceWindows, maintenanceForm } from "../maintenance/window.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { serverDestination, tokenDestination } from "../noun/sealed.ts";
import { credentials } from "../noun/secret-field.ts";
import { whole } from "../noun/whole.ts";
import { applicationFlags, OAuthEndpoints, TenantId } from "../oauth/oauth.ts";
import { certificateRead, oauthSecret } from "../oauth/oauth-secret.ts";
import { providerPresets } from "../provider-presets.ts";
import { Language, Security, Severity } from "../vocabulary.ts";

/** How notifications leave: by SMTP through a relay, or by the provider's mail API. */
export const NotificationMode = z.enum(["smtp", "api"]);
export type NotificationMode = z.infer<typeof NotificationMode>;

/** How `alerting` signs in at the relay: not at all, with user name and password, or with a token (XOAUTH2). */
export const RelayAuthentication = z.enum(["none", "basic", "oauth"]);
export type RelayAuthentication = z.infer<typeof RelayAuthentication>;

/**
 * The application that gets tokens for `api` mode and for a relay with `oauth`: at Microsoft by client credentials, at
 * Google a service account with domain-wide delegation that acts for the sender. Its secret is set apart, never shown.
 */
export const NotificationApplication = z.strictObject({
  provider: z.enum(["microsoft", "google"]).describe("for api, and for oauth at a relay"),
  tenantId: TenantId.optional().describe("Microsoft"),
  clientId: z.string().trim().min(1, "must not be empty").max(1024).optional().describe("Microsoft"),
  projectId: z.string().max(100).optional().describe("Google: the project that the key must belong to"),
  /** Scopes instead of the usual ones, e.g. the narrower `https://www.googleapis.com/auth/gmail.send`. */
  scopes: z
    .array(
      z
        .string()
        .min(1)
        .max(500)
        .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope"),
    )
    .min(1)
    .max(20)
    .optional()
    .describe("instead of the usual ones"),
  /** What is absent comes from the provider's preset. */
  endpoints: OAuthEndpoints.optional(),
});
export type NotificationApplication = z.infer<typeof NotificationApplication>;

/** The relay as it is written: what of signing in is left out stays as it is. */
const RelayChange = z.strictObject({
  host: z.string().min(1).max(253).describe("name or address of the relay"),
  port: whole(1, 65_535).default(587).describe("its port"),
  security: Security.default("starttls").describe("tls: from the first byte; starttls: required after the greeting"),
  trustedCertificates: z.string().max(65_536).optional().describe("PEM certificates of a private authority"),
  authentication: RelayAuthentication.optional().describe(
    "absent: as it is; at first basic if there are credentials, else none",
  ),
  username: z.string().min(1).max(250).nullable().optional().describe("for oauth; the sender if absent"),
});

const Relay = z.object({
  host: z.string(),
  port: z.number().int(),
  security: Security,
  trustedCertificates: z.string().optional(),
  authentication: RelayAuthentication,
  username: z.string().nullable().describe("who signs in; with oauth and null the sender"),
});

/** Where the relay's password goes. Without a relay there is nothing that would take it. */
export function relayDestination(relay: { host: string; port: number } | null | undefined): string {
  return relay ? serverDestination({ protocol: "smtp", host: relay.host, port: relay.port }) : "no relay";
}

/** Where the application's secret goes. */
export function applicationDestination(application: NotificationApplication | null | undefined): string {
  const { provider = "microsoft", endpoints } = application ?? {};
  return tokenDestination(endpoints?.token ?? providerPresets[provider].token);
}

/** What sending a test message by the saved settings found, step by step. */
export const NotificationTest = z.object({
  outcome: z.enum(["ok", "failed"]),
  at: Instant,
  from: EmailAddress.nullable(),
  to: z.array(EmailAddress),
  /** With angle brackets; a provider may replace it. */
  messageId: z.string(),
  steps: z.array(TestStep),
});
export type NotificationTest = z.infer<typeof NotificationTest>;

/** Hours of the day in which people are not to be disturbed; `to` may be on the next day. */
export const QuietHours = z
  .strictObject({
    from: TimeOfDay.describe("when they begin, such as 22:00"),
    to: TimeOfDay.describe("when they end, such as 07:00"),
    timeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, "must be a time zone such as Europe/Berlin")
      .describe("where these times are meant, such as Europe/Berlin"),
    errors: z.boolean().default(false).describe("whether mail about errors waits, too"),
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], error: "must be another time than from" });
export type QuietHours = z.infer<typeof QuietHours>;

/** The mail server by which `alerting` sends notifications. */
export const notificationSettings = noun("notification-settings", {
  owner: "alerting",
  id: z.string(),
  single: true,
  text: "how alerts are sent by e-mail: the mail server for notices",
  path: "/settings/notifications",
  dryRuns: true,
  fields: {
    enabled: field(z.boolean(), "whether mail about alerts is sent"),
    mode: field(NotificationMode, "by SMTP through a relay, or by the provider's mail API"),
    relay: field(Relay.nullable(), "the mail server of the mode smtp; replaced whole", {
      change: RelayChange.nullable(),
      flag: "relay",
      flags: {
        host: "relay-host <host>",
        port: "relay-port <port>",
        username: "relay-username <name>",
        authentication: "authentication",
        trustedCertificates: "relay-ca <file>",
      },
      whole: {},
    }),
    application: field(NotificationApplication.nullable(), "the application that gets tokens; replaced whole", {
      flags: { ...applicationFlags, "endpoints/authorization": null, "endpoints/deviceAuthorization": null },
      whole: { by: "provider" },
    }),
    from: field(EmailAddress.nullable(), "the sender", { change: EmailAddress, flag: "from <address>" }),
    to: field(z.array(EmailAddress), "the recipients", {
      change: z.array(EmailAddress).max(20),
      flag: "to <address>",
    }),
    recipientSeverities: field(
      z.array(z.enum(["error", "warning"])).default(["error", "warning"]),
      "which alerts the recipients get mail about: errors, warnings",
      { flag: "severities <severity>" },
    ),
    language: field(Language.default("en"), "the language of notices for whoever has none of their own"),
    recipientLanguages: field(
      z
        .array(
          z
            .string()
            .max(260)
            .regex(/^\S*@\S+ (en|de|ja|it)$/, "must be an address or a domain, and en, de, ja or it: @example.jp ja"),
        )
        .max(200)
        .default([]),
      "languages of single recipients, owners included: an address or a domain with its language, such as `@example.jp ja`",
      { flag: "recipient-language <who-and-language>" },
    ),
    quietHours: field(
      QuietHours.nullable().default(null),
      "hours of the day in which mail waits until they are over; mail about errors does not, unless they say so; replaced whole",
      {
        flags: {
          from: "quiet-from <time>",
          to: "quiet-to <time>",
          timeZone: "time-zone <zone>",
          errors: "quiet-errors",
        },
        whole: {},
      },
    ),
    maintenance: field(
      MaintenanceWindows,
      `windows in which no notice goes out; alerts stay on the wall, and what still stands at the end of a window is told then: ${maintenanceForm}`,
      { flag: "maintenance <window>" },
    ),
    escalateTo: field(
      z.array(EmailAddress).default([]),
      "who gets mail about an incident that nobody has acknowledged in time, if anybody",
      { change: z.array(EmailAddress).max(20), flag: "escalate-to <address>" },
    ),
    escalateAfterMinutes: field(
      whole(1, 10_080).default(60),
      "how long an incident may be raised until it is told to them, in minutes",
    ),
    noticesPerHour: field(
      whole(1, 10_000).default(60),
      "how many mails about incidents are sent in an hour; the others wait for the next one, if they still matter then",
    ),
    alertRetentionDays: field(
      whole(14, 3650).default(30),
      "how many days an alert or incident is shown after its end, from then on; 14 at least, as long as facts may still report it",
    ),
    notifyOwners: field(
      z.boolean(),
      "whether the owner of a mailbox or of a profile also gets the notices about what only they or an administrator can repair",
      { flag: "notify-owners" },
    ),
    ownerSeverities: field(
      z.array(Severity),
      "which mail owners get, if any: about errors, about warnings, and the information that a test and enable passed",
      { flag: "owner-severities <severity>" },
    ),
    format: field(z.enum(["html", "text"]), "how the mails look"),
    secretExpiresAt: field(
      Instant.nullable(),
      "when the application's secret expires, at most 24 months ahead; Mailfleet warns before",
      {
        flag: "secret-expires <date>",
      },
    ),
  },
  secrets: {
    credentials: credentials("relay-password", "user name and password at the relay"),
    oauthSecret: oauthSecret("notify-oauth", "the secret, certificate or service account's key of the application"),
  },
  standard: ["get", "update", "destinations"],
  texts: {
    get: "Read how notices are sent",
    update: "Change how notices are sent; what you do not name stays. The change is made as a whole or not at all",
  },
  operations: {
    test: operation({
      text: "Send a test message to all recipients with the saved settings, and say what each step found",
      answer: NotificationTest,
      impact: "sends",
      tried: false,
      // Longer than `alerting` needs for all steps together.
      timeoutMs: 60_000,
    }),
    "send-code": operation({
      text: "Send a code to the address of a mailbox; refused with the server's words if it cannot be handed over",
      kind: "internal",
      input: { address: EmailAddress, code: z.string(), endsAt: Instant },
      answer: z.object({}),
    }),
    "keep-certificate": operation({
      text: "Keep what was read of a certificate in a key vault, which is not the certificate itself",
      kind: "internal",
      input: certificateRead,
      answer: z.object({}),
    }),
  },
});
export const NotificationSettings = notificationSettings.View;
export type NotificationSettings = z.output<typeof NotificationSettings>;
