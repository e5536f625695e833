import { z } from "zod";
import { Instant, MailboxId, OrganisationId, ProfileId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { Sealed, sealedFor, serverDestination } from "../noun/sealed.ts";
import { OAuthClient } from "../oauth/oauth.ts";
import { Access, Authentication } from "../profile/server.ts";
import {
  Direction,
  DirectionState,
  EightBitPolicy,
  MailboxKind,
  Security,
  SentCopy,
  UncertainPolicy,
} from "../vocabulary.ts";

/** `holder` is whose connections are counted together: a mailbox's or a profile's id. */
const holder = { holder: z.string(), username: z.string() };

/** The credentials with which a direction signs in, as `config` knows them. */
export const ConnectionCredentials = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("password"),
    ...holder,
    password: Sealed,
    /** Part of the additional data under which the password opens, with holder and server. */
    purpose: z.enum(["mailbox-password", "inbound-password", "outbound-password"]),
    /** Whose mailbox the user opens (RFC 4616 §2), if it is not the user's own. */
    authorizationIdentity: z.string().optional(),
    /** The user name is made from the mailbox's address. */
    addressed: z.literal(true).optional(),
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
  /** The server takes mail without a sign-in: the profile says so. */
  z.object({ type: z.literal("anonymous"), holder: z.string() }),
  /** No credentials can be used, and why. */
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

const Server = z.object({
  protocol: z.string(),
  host: z.string(),
  port: z.number().int(),
  security: Security,
  trustedCertificates: z.string().optional(),
  /** Where the API is, for protocols over HTTP. */
  apiUrl: z.string().optional(),
  authentication: Authentication.optional(),
  access: Access.optional(),
  /** The address of the API is looked up at the host. */
  autodiscover: z.boolean().optional(),
  /** False: the server keeps no copy of what is sent. */
  saveCopy: z.boolean().optional(),
});

/**
 * What a worker needs to run one direction of one mailbox, as `config` answers it at this moment. A worker that finds
 * `allowed` false, or another generation than its run has, drops the run.
 */
export const connection = noun("connection", {
  owner: "config",
  id: MailboxId,
  single: true,
  framed: false,
  text: "what a worker needs to run one direction of a mailbox",
  fields: {
    mailboxId: field(MailboxId, ""),
    address: field(EmailAddress, "of the mailbox"),
    direction: field(Direction, ""),
    kind: field(MailboxKind, "of the mailbox"),
    allowed: field(z.boolean(), "whether it may run at all"),
    state: field(DirectionState, "where the machine is"),
    generation: field(z.number().int(), "the present one"),
    profileId: field(ProfileId, "the profile that it uses"),
    profileName: field(z.string().optional(), "its name, for people"),
    server: field(Server, "where it connects to"),
    credentials: field(ConnectionCredentials, "what it signs in with"),
    allowedPorts: field(z.array(z.number().int()).nullable(), "ports that may be connected to; null: all"),
    allowedNetworks: field(z.array(z.string()), "networks beside the public Internet that may be connected to"),
    deleteAfterProcessing: field(z.boolean(), "whether what was received is deleted at the server"),
    maximumConcurrentConnections: field(z.number().int(), "at the same time for one holder of credentials"),
    connectionTimeoutMs: field(z.number().int(), "until a connection must be usable"),
    watch: field(
      z.object({ noopMs: z.number().int().nullable() }).nullable(),
      "whether a connection is kept on which the server says that mail has come; where it does not say so by itself it is asked every `noopMs`, unless that is null",
    ),
    processFrom: field(Instant.nullable(), "only mail that arrives after this is received"),
    act: field(
      z
        .object({ organisation: z.object({ id: OrganisationId, name: z.string().optional() }), takeOver: z.boolean() })
        .nullable(),
      "for appointments, contacts and tasks: whose mark the mailbox is to carry, and whether it replaces another one's; null for the other directions",
    ),
    pollMs: field(z.number().int(), "between two polls"),
    retryMs: field(z.number().int(), "between two attempts"),
    uncertainPolicy: field(UncertainPolicy, "what to do with a send of unknown fate"),
    sentCopy: field(SentCopy, "who files a sent message among the sent mail"),
    tagUndeliverable: field(
      z.boolean(),
      "whether reports and messages that cannot be received get the category Undeliverable at the server",
    ),
    undeliverableFolder: field(
      z.string().nullable(),
      "where received reports of undeliverable mail are moved at the server; null: they stay",
    ),
    eightBitPolicy: field(EightBitPolicy, "8-bit text for a server that does not offer 8BITMIME"),
    ehloName: field(z.string().nullable(), "how SMTP servers are greeted; null: by our address"),
    sendExpiryMs: field(z.number().int(), "a send that has waited longer is given up"),
    maximumMessageBytes: field(z.number().int().optional(), "the largest message that may be sent"),
    maximumAttachmentBytes: field(z.number().int().optional(), "the largest single attachment that may be sent"),
    messageRetentionDays: field(z.number().int(), "how long messages are kept"),
  },
  standard: [],
  operations: {
    get: operation({
      text: "Read it",
      kind: "internal",
      input: {
        mailboxId: MailboxId,
        direction: Direction,
        profileId: ProfileId.optional().describe("as if the mailbox used this profile"),
      },
    }),
  },
});
export const Connection = connection.View;
export type Connection = z.output<typeof Connection>;

/** The additional data under which a password for this server opens. */
export function passwordSealedFor(
  { holder, purpose }: Extract<ConnectionCredentials, { type: "password" }>,
  server: Connection["server"],
): string {
  return sealedFor(holder, purpose, serverDestination(server));
}
