import { z } from "zod";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { Direction, DirectionState, MailboxKind, Security, UncertainPolicy } from "../vocabulary.ts";
import { OAuthClient } from "./oauth.ts";
import { Sealed, sealedFor, serverDestination } from "./sealed.ts";

/** `holder` is whose connections are counted together: a mailbox's or a profile's id. */
const holder = { holder: z.string(), username: z.string() };

/** What a direction signs in with, as `config` knows it. */
export const ConnectionCredentials = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("password"),
    ...holder,
    password: Sealed,
    /** With holder and server it makes the additional data under which the password opens. */
    purpose: z.enum(["mailbox-password", "inbound-password", "outbound-password"]),
    /** Whose mailbox the user opens (RFC 4616 §2), if it is not the user's own. */
    authorizationIdentity: z.string().optional(),
  }),
  z.object({
    type: z.literal("oauth"),
    ...holder,
    client: OAuthClient,
    /**
     * The consent of the mailbox's user, for the flow `sign-in`: `id` names it for a refresh, `v` changes when somebody
     * signed in anew. The refresh token itself comes with `config.grant.begin-refresh`.
     */
    grant: z.object({ v: z.number().int() }).nullable(),
  }),
  /** Nothing can be used, and why. */
  z.object({
    type: z.literal("none"),
    holder: z.string(),
    reason: z.enum([
      "CREDENTIALS_MISSING",
      "CREDENTIALS_NOT_ALLOWED",
      "CONSENT_MISSING",
      "CONSENT_EXPIRED",
      "CONSENT_ENDED_IN_TESTING",
      "MAILBOX_NOT_ADDRESSED",
      "CLIENT_SECRET_MISSING",
    ]),
  }),
]);
export type ConnectionCredentials = z.infer<typeof ConnectionCredentials>;

/**
 * What a worker needs to run one direction of one mailbox, as `config` answers it at this moment. A worker that finds
 * `allowed` false, or another generation than its run has, drops the run.
 */
export const Connection = z.object({
  mailboxId: MailboxId,
  address: EmailAddress,
  direction: Direction,
  kind: MailboxKind,
  allowed: z.boolean(),
  state: DirectionState,
  generation: z.number().int(),
  profileId: ProfileId,
  server: z.object({
    protocol: z.string(),
    host: z.string(),
    port: z.number().int(),
    security: Security,
    trustedCertificates: z.string().optional(),
    /** Where the API is, for protocols over HTTP. */
    apiUrl: z.string().optional(),
  }),
  credentials: ConnectionCredentials,
  /** Ports that may be connected to; `null`: all. */
  allowedPorts: z.array(z.number().int()).nullable(),
  deleteAfterProcessing: z.boolean(),
  maximumConcurrentConnections: z.number().int(),
  connectionTimeoutMs: z.number().int(),
  processFrom: Instant.nullable(),
  pollMs: z.number().int(),
  retryMs: z.number().int(),
  uncertainPolicy: UncertainPolicy,
  sendExpiryMs: z.number().int(),
  messageRetentionDays: z.number().int(),
});
export type Connection = z.infer<typeof Connection>;

/** The additional data under which a password opens that goes to this server. */
export function passwordSealedFor(
  { holder, purpose }: Extract<ConnectionCredentials, { type: "password" }>,
  server: Connection["server"],
): string {
  return sealedFor(holder, purpose, serverDestination(server));
}
