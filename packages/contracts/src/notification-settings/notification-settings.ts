import { z } from "zod";
import { Instant } from "../ids.ts";
import { EmailAddress, TestStep } from "../mailbox/shown.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { providerPresets } from "../provider-presets.ts";
import { OAuthEndpoints, OAuthSecretShown, SealedOAuthSecret, TenantId } from "../resources/oauth.ts";
import { SealedCredentials, serverDestination, tokenDestination } from "../resources/sealed.ts";
import { Security } from "../vocabulary.ts";

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
  provider: z.enum(["microsoft", "google"]),
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
    .optional(),
  /** What is absent comes from the provider's preset. */
  endpoints: OAuthEndpoints.optional(),
});
export type NotificationApplication = z.infer<typeof NotificationApplication>;

/** A change of the mail server for notices. Passwords and secrets travel sealed, next to it. */
export const NotificationSettingsChange = z.strictObject({
  enabled: z.boolean().optional(),
  mode: NotificationMode.optional(),
  relay: z
    .strictObject({
      host: z.string().min(1).max(253),
      port: z.number().int().min(1, "must be 1 to 65535").max(65535, "must be 1 to 65535"),
      security: Security,
      trustedCertificates: z.string().max(65_536).optional(),
      authentication: RelayAuthentication.optional().describe(
        "absent: as it is; at first basic if there are credentials, else none",
      ),
      username: z.string().min(1).max(250).nullable().optional().describe("for oauth; the sender if absent"),
    })
    .nullable()
    .optional(),
  application: NotificationApplication.nullable().optional(),
  from: EmailAddress.optional(),
  to: z.array(EmailAddress).max(20).optional(),
  format: z.enum(["html", "text"]).optional(),
  secretExpiresAt: Instant.nullable().optional().describe("at most 24 months ahead"),
});
export type NotificationSettingsChange = z.infer<typeof NotificationSettingsChange>;

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

/** The mail server by which `alerting` sends notifications. */
export const notificationSettings = noun("notification-settings", {
  owner: "alerting",
  id: z.string(),
  single: true,
  text: "how notifications are sent",
  path: "/settings/notifications",
  fields: {
    enabled: field(z.boolean(), "whether mail about alerts is sent"),
    mode: field(NotificationMode, "by SMTP, or by the provider's API"),
    relay: field(
      z
        .object({
          host: z.string(),
          port: z.number().int(),
          security: Security,
          trustedCertificates: z.string().optional(),
          authentication: RelayAuthentication,
          /** Who signs in; with `oauth` and `null` the sender. */
          username: z.string().nullable(),
        })
        .nullable(),
      "the mail server of the mode smtp",
    ),
    application: field(NotificationApplication.nullable(), "the application that gets tokens"),
    from: field(EmailAddress.nullable(), "the sender"),
    to: field(z.array(EmailAddress), "the recipients"),
    format: field(z.enum(["html", "text"]), "how the mails look"),
    secretExpiresAt: field(Instant.nullable(), "when the application's secret ends; watched"),
  },
  shown: {
    password: z.object({ setAt: Instant }).nullable().describe("the relay's password, if one is set"),
    secret: OAuthSecretShown.nullable().describe("the application's secret, if one is set"),
  },
  standard: ["get"],
  operations: {
    update: operation({
      text: "Change how notifications are sent; only what is named changes, all of it or nothing",
      input: {
        change: NotificationSettingsChange,
        credentials: SealedCredentials.nullable().optional(),
        oauthSecret: SealedOAuthSecret.nullable().optional(),
      },
    }),
    test: operation({
      text: "Send a test message to all recipients by the saved settings; answers what each step found",
      answer: NotificationTest,
      impact: "sends",
    }),
  },
});
export const NotificationSettings = notificationSettings.View;
export type NotificationSettings = z.output<typeof NotificationSettings>;
