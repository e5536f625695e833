import { z } from "zod";
import { Instant, ProfileId } from "../ids.ts";
import { Security, UncertainPolicy } from "../vocabulary.ts";

const port = z
  .number({ error: "must be a number" })
  .int("must be a whole number")
  .min(1, "must be 1 to 65535")
  .max(65535, "must be 1 to 65535");

/** A name or address without blanks; whether it resolves is found out by the test, not when saving. */
const host = z
  .string()
  .max(253, "must be at most 253 characters")
  .regex(
    /^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?)$/,
    "must be a host name or an IP address",
  );

const endpoint = {
  host,
  port,
  security: Security,
  /** PEM certificates of a private authority that signs this server's certificate. */
  trustedCertificates: z.string().max(65_536).optional(),
};

/** Where the mailboxes of a profile receive. */
export const InboundServer = z.strictObject({ protocol: z.literal("imap"), ...endpoint });

/** Where the mailboxes of a profile send; the profile may hold one set of credentials for all of them. */
export const OutboundServer = z.strictObject({
  protocol: z.literal("smtp"),
  ...endpoint,
  credentials: z.enum(["mailbox", "profile"]).default("mailbox"),
});

const settings = {
  name: z.string().trim().min(1, "must not be empty").max(100),
  description: z.string().max(2000).optional(),
  inbound: InboundServer,
  outbound: OutboundServer,
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

/** What an administrator writes to create a profile. */
export const NewProfile = z.strictObject(settings);
export type NewProfile = z.infer<typeof NewProfile>;

/** A change: only what is named changes; `inbound` and `outbound` are replaced whole. `null` takes an optional value away. */
export const ProfileChange = z.strictObject({
  name: settings.name.optional(),
  description: settings.description.nullable(),
  inbound: InboundServer.optional(),
  outbound: OutboundServer.optional(),
  processFrom: Instant.nullable().optional(),
  minimumPollingIntervalMinutes: settings.minimumPollingIntervalMinutes.unwrap().optional(),
  maximumConcurrentConnections: settings.maximumConcurrentConnections.unwrap().optional(),
  connectionTimeoutMs: settings.connectionTimeoutMs.unwrap().optional(),
  uncertainPolicy: UncertainPolicy.optional(),
  sendExpiryHours: settings.sendExpiryHours.unwrap().optional(),
});
export type ProfileChange = z.infer<typeof ProfileChange>;

/** A profile as it is shown. Credentials show only whether and for whom they are set. */
export const Profile = z.object({
  id: ProfileId,
  v: z.number().int(),
  ...NewProfile.shape,
  active: z.boolean(),
  isDefault: z.boolean(),
  outboundCredentials: z.object({ username: z.string(), setAt: Instant }).nullable(),
  mailboxes: z.number().int().describe("number of mailboxes that use this profile"),
  createdAt: Instant,
  changedAt: Instant,
});
export type Profile = z.infer<typeof Profile>;
