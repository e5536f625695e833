import { z } from "zod";
import { Instant, MailboxId, ProfileId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { MaintenanceWindows, maintenanceForm } from "../maintenance/window.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { credentials } from "../noun/secret-field.ts";
import { whole } from "../noun/whole.ts";
import { applicationFlags, OAuthSettings } from "../oauth/oauth.ts";
import { certificateRead, oauthSecret } from "../oauth/oauth-secret.ts";
import { EightBitPolicy, SentCopy, UncertainPolicy } from "../vocabulary.ts";
import { ConnectionTest } from "./connection-test.ts";
import { ProfileType, profileTypes } from "./profile-type.ts";
import { InboundServer, NewInboundServer, NewOutboundServer, OutboundServer } from "./server.ts";

/** What the types other than the first one fill in. */
const whatTypesFillIn = Object.values(profileTypes)
  .slice(1)
  .map(({ text }) => text)
  .join("; ");

const address = (server: z.infer<typeof InboundServer> | z.infer<typeof OutboundServer>) =>
  `${server.protocol} ${server.host}:${server.port} (${server.security})`;

/** What a fact about a profile says in any case. */
const about = { profileId: ProfileId, v: z.number().int(), at: Instant, by: z.string() };

/** An e-mail server profile: where the mailboxes of a kind receive and send. */
export const profile = noun("profile", {
  owner: "config",
  id: ProfileId,
  text: "servers that mailboxes use",
  path: "/profiles",
  fields: {
    name: field(z.string().trim().min(1, "must not be empty").max(100), "unique among profiles", {
      column: "NAME",
      label: true,
    }),
    description: field(z.string().max(2000).optional(), "for people"),
    contact: field(z.string().max(200).optional(), "who looks after these servers, for people"),
    owner: field(
      EmailAddress.optional(),
      "who also gets the notices about what only they or an administrator can repair, if the notification settings say so",
      { flag: "owner <address>" },
    ),
    massFailureAlert: field(
      z.boolean().default(true),
      "whether an alert, mailed to the owner in any case, says that more than half of its mailboxes do not work (Dynamics 365: sendemailalert)",
    ),
    maintenance: field(
      MaintenanceWindows,
      `windows in which no notice about this profile and its mailboxes goes out; what still stands at the end of a window is told then: ${maintenanceForm}`,
      { flag: "maintenance <window>" },
    ),
    forOwners: field(z.boolean().default(true), "whether the owners of mailboxes see it and may choose it"),
    type: field(ProfileType.default("other"), whatTypesFillIn, {
      set: "create",
      column: "TYPE",
    }),
    inbound: field(InboundServer, "how mail is fetched; what is left out is filled in; replaced whole", {
      write: NewInboundServer.optional(),
      column: "INBOUND",
      cell: address,
      flag: "inbound",
      flags: {
        protocol: "inbound",
        host: "inbound-host <host>",
        port: "inbound-port <port>",
        trustedCertificates: "inbound-ca <file>",
        addressing: null,
      },
      whole: {
        by: "protocol",
        drops: ["host", "port", "security", "authentication", "access", "autodiscover", "apiUrl"],
      },
    }),
    outbound: field(OutboundServer, "how mail is sent; what is left out is filled in; replaced whole", {
      write: NewOutboundServer.optional(),
      column: "OUTBOUND",
      cell: address,
      flag: "outbound",
      flags: {
        protocol: "outbound",
        host: "outbound-host <host>",
        port: "outbound-port <port>",
        credentials: "outbound-credentials",
        trustedCertificates: "outbound-ca <file>",
      },
      whole: {
        by: "protocol",
        drops: ["host", "port", "security", "authentication", "access", "autodiscover", "apiUrl", "saveCopy"],
      },
    }),
    sameSettingsForOutgoing: field(
      z.boolean().default(false),
      "whether outbound has the host, security, trusted certificates, credentials and way of signing in of inbound, and follows their changes",
    ),
    oauth: field(OAuthSettings.optional(), "how tokens are granted; replaced whole", {
      flags: {
        ...applicationFlags,
        provider: "oauth-provider",
        clientSecretExpiresAt: "client-secret-expires <date>",
        clientAuthentication: null,
      },
      whole: { by: "provider" },
    }),
    processFrom: field(
      Instant.optional(),
      "only mail that arrives after this is received; the later of profile and mailbox counts",
      {
        flag: "process-from <date>",
      },
    ),
    minimumPollingIntervalMinutes: field(whole(0, 1440).default(0), "lower bound between two polls", {
      flag: "minimum-polling-interval <minutes>",
    }),
    maximumConcurrentConnections: field(
      whole(1, 300).default(10),
      "connections at the same time for one holder of credentials",
      { flag: "connections <n>" },
    ),
    watch: field(
      z.boolean().default(true),
      "keep a connection on which the server announces new mail (IMAP IDLE); polls go on",
    ),
    connectionTimeoutMs: field(whole(100, 100_000).default(60_000), "time until a connection must be usable", {
      flag: "connection-timeout <ms>",
    }),
    uncertainPolicy: field(
      UncertainPolicy.default("hold"),
      "what to do with an uncertain send that is not in the sent mail",
      {
        flag: "uncertain <policy>",
      },
    ),
    sentCopy: field(
      SentCopy.default("server"),
      "who files a copy in the sent mail; append: Mailfleet, over the mailbox's IMAP, if the server has not",
      { flag: "sent-copy <who>" },
    ),
    tagUndeliverable: field(
      z.boolean().default(true),
      "whether reports of undeliverable mail, and messages that cannot be received, get the category Undeliverable in the mailbox; Exchange only",
    ),
    undeliverableFolder: field(
      z
        .string()
        .trim()
        .min(1, "must not be empty")
        .max(256)
        .regex(/^[^\p{Cc}*%]+$/u, "must be the name of a folder, without * and %")
        .refine((name) => name.toLowerCase() !== "inbox", "must be the name of a folder other than the inbox")
        .optional(),
      "the folder on the server to which received reports of undeliverable mail are moved; it is made if it is missing (Dynamics 365: moveundeliveredemails)",
      { flag: "undeliverable-folder <name>" },
    ),
    eightBitPolicy: field(EightBitPolicy.default("encode"), "8-bit text for a server that does not offer 8BITMIME", {
      flag: "eight-bit <policy>",
    }),
    ehloName: field(
      z
        .string()
        .max(253)
        .regex(/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/, "must be a full host name, such as mail.example.org")
        .optional(),
      "the name with which Mailfleet greets SMTP servers (EHLO); without it, the address that the connection comes from",
      { flag: "ehlo-name <name>" },
    ),
    sendExpiryHours: field(whole(1, 720).default(72), "a message that has waited longer is no longer sent", {
      flag: "send-expiry <hours>",
    }),
  },
  secrets: {
    inboundCredentials: credentials("inbound-password", "the profile's own credentials for receiving"),
    outboundCredentials: credentials("outbound-password", "the profile's own credentials for sending"),
    oauthSecret: oauthSecret(
      "oauth-client",
      "the secret, certificate or service account's key of the OAuth application",
    ),
    nextInboundCredentials: {
      ...credentials("inbound-password", "the profile's next credentials for receiving"),
      replaces: "inboundCredentials",
    },
    nextOutboundCredentials: {
      ...credentials("outbound-password", "the profile's next credentials for sending"),
      replaces: "outboundCredentials",
    },
    nextOauthSecret: {
      ...oauthSecret("oauth-client", "the next secret, certificate or key of the OAuth application"),
      replaces: "oauthSecret",
    },
  },
  shown: {
    active: field(z.boolean(), "whether its mailboxes work", { column: "ACTIVE" }),
    isDefault: field(z.boolean(), "whether mailboxes that name no profile use it", { column: "DEFAULT" }),
    mailboxes: field(z.number().int(), "number of mailboxes that use this profile", { column: "MAILBOXES" }),
    nextTest: z
      .object({ at: Instant, mailbox: EmailAddress })
      .nullable()
      .describe("when a test with the next secrets passed, and of which mailbox; null: none did"),
    maximumMailboxes: z.number().int().nullable().describe("how many may use it; null: no limit"),
  },
  sorts: ["name", "createdAt", "changedAt"],
  filter: {
    active: z.boolean().optional().describe("yes: those whose mailboxes work; no: those that are deactivated"),
  },
  dryRuns: true,
  flags: { mailboxId: "mailbox <mailbox>", clientSecretExpiresAt: "client-secret-expires <date>" },
  standard: ["create", "get", "list", "update", "delete", "destinations"],
  problems: {
    create: ["PORT_NOT_ALLOWED"],
    update: ["PORT_NOT_ALLOWED", "SECRET_NEEDED_AGAIN", "MAILBOX_NOT_ADDRESSED", "PROFILE_FULL"],
    delete: ["IN_USE"],
  },
  texts: {
    create: "Create a profile; servers, ports and scopes that are left out are filled in",
    list: "List profiles; an owner sees id, name and type of the active ones that are for owners",
    delete: "Delete a profile that no mailbox uses",
  },
  owners: { list: ["id", "name", "type"] },
  operations: {
    activate: operation({ text: "Let the profile's mailboxes work again" }),
    deactivate: operation({ text: "Stop all mailboxes of the profile", impact: "destroys" }),
    "make-default": operation({
      text: "Make it the profile of mailboxes that name none",
      answer: z.object({
        profileId: ProfileId,
        before: ProfileId.nullable().describe("the default profile until now; null: there was none"),
      }),
      tried: false,
    }),
    "test-connection": operation({
      role: "operator",
      text: "Connect and sign in once in each direction, and say what each step found; changes nothing, sends nothing",
      input: {
        mailboxId: MailboxId.optional().describe("the mailbox to sign in for, if the profile needs one"),
        direction: z.enum(["inbound", "outbound"]).optional().describe("only this one"),
        next: z
          .boolean()
          .default(false)
          .describe("with the profile's next secrets; once the test passes for a mailbox, switch-to-next is possible"),
      },
      answer: ConnectionTest,
      impact: "none",
      tried: false,
      // Longer than the workers need for all steps together.
      timeoutMs: 60_000,
    }),
    "keep-certificate": operation({
      text: "Keep what a worker read of a certificate in a key vault, which is not the certificate itself",
      kind: "internal",
      input: { profileId: ProfileId, ...certificateRead },
      answer: z.object({}),
    }),
    "switch-to-next": operation({
      text: "Replace the present secrets by the next ones; no mailbox stops",
      input: {
        clientSecretExpiresAt: Instant.optional().describe("when the new client secret expires"),
      },
    }),
  },
  facts: {
    created: z.object({ ...about, name: z.string() }),
    changed: z.object({
      ...about,
      fields: z.array(z.string()).describe("JSON pointers"),
      relevant: z.boolean().describe("mailboxes have to take something over"),
    }),
    deleted: z.object(about),
  },
});
export type Profile = z.output<typeof profile.View>;
export type NewProfile = z.output<typeof profile.New>;
export type ProfileChange = z.output<typeof profile.Change>;
/** The settings of a profile as they are kept: complete. */
export type ProfileSettings = z.output<typeof profile.Kept>;
