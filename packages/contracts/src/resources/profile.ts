import { z } from "zod";
import { Instant, ProfileId } from "../ids.ts";
import { InboundServer, NewInboundServer, NewOutboundServer, OutboundServer } from "../profile/server.ts";
import { UncertainPolicy } from "../vocabulary.ts";
import { OAuthSecretShown, OAuthSettings } from "./oauth.ts";

/** `gmail` fills in servers, ports and scopes, and holds at most 100 mailboxes that sign in (domain 4.1). */
export const ProfileType = z.enum(["other", "gmail"]);
export type ProfileType = z.infer<typeof ProfileType>;

const settings = {
  name: z.string().trim().min(1, "must not be empty").max(100),
  description: z.string().max(2000).optional(),
  type: ProfileType.default("other"),
  /** Only messages received after this are taken in; the later of profile and mailbox counts (domain 5.1 rule 3). */
  processFrom: Instant.optional(),
  /** Lower bound between two polls, 0 to 1440 (Dynamics 365: minpollingintervalinminutes). */
  minimumPollingIntervalMinutes: z.number().int().min(0, "must be 0 to 1440").max(1440, "must be 0 to 1440").default(0),
  /** Connections at the same time for one holder of credentials, 1 to 300 (maxconcurrentconnections). */
  maximumConcurrentConnections: z.number().int().min(1, "must be 1 to 300").max(300, "must be 1 to 300").default(10),
  /** Time until a connection must be usable, at most 100 s (timeoutmailboxconnectionafteramount). */
  connectionTimeoutMs: z
    .number()
    .int()
    .min(100, "must be 100 to 100000")
    .max(100_000, "must be 100 to 100000")
    .default(30_000),
  uncertainPolicy: UncertainPolicy.default("hold"),
  /** A message that waited longer than this for its mailbox is not sent any more. */
  sendExpiryHours: z.number().int().min(1, "must be 1 to 720").max(720, "must be 1 to 720").default(72),
};

/** What an administrator writes to create a profile. What a server leaves out is filled in when it is saved. */
export const NewProfile = z.strictObject({
  ...settings,
  inbound: NewInboundServer.optional(),
  outbound: NewOutboundServer.optional(),
  oauth: OAuthSettings.optional(),
});
export type NewProfile = z.infer<typeof NewProfile>;

/** The settings of a profile as they are kept and shown: complete. */
export const ProfileSettings = z.object({
  ...settings,
  inbound: InboundServer,
  outbound: OutboundServer,
  oauth: OAuthSettings.optional(),
});
export type ProfileSettings = z.infer<typeof ProfileSettings>;

/**
 * A change: only what is named changes; `inbound`, `outbound` and `oauth` are replaced whole, and completed like new ones.
 * `null` takes an optional value away.
 */
export const ProfileChange = z.strictObject({
  name: settings.name.optional(),
  description: settings.description.nullable(),
  inbound: NewInboundServer.optional(),
  outbound: NewOutboundServer.optional(),
  oauth: OAuthSettings.nullable().optional(),
  processFrom: Instant.nullable().optional(),
  minimumPollingIntervalMinutes: settings.minimumPollingIntervalMinutes.unwrap().optional(),
  maximumConcurrentConnections: settings.maximumConcurrentConnections.unwrap().optional(),
  connectionTimeoutMs: settings.connectionTimeoutMs.unwrap().optional(),
  uncertainPolicy: UncertainPolicy.optional(),
  sendExpiryHours: settings.sendExpiryHours.unwrap().optional(),
});
export type ProfileChange = z.infer<typeof ProfileChange>;

const credentialsShown = z.object({ username: z.string(), setAt: Instant }).nullable();

/** A profile as it is shown. Credentials and secrets show only whether, for whom and when they were set. */
export const Profile = z.object({
  id: ProfileId,
  v: z.number().int(),
  ...ProfileSettings.shape,
  active: z.boolean(),
  isDefault: z.boolean(),
  inboundCredentials: credentialsShown,
  outboundCredentials: credentialsShown,
  oauthSecret: OAuthSecretShown.nullable(),
  mailboxes: z.number().int().describe("number of mailboxes that use this profile"),
  maximumMailboxes: z.number().int().nullable().describe("how many may use it; null: no limit"),
  createdAt: Instant,
  changedAt: Instant,
});
export type Profile = z.infer<typeof Profile>;
