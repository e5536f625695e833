import { z } from "zod";
import { connectorDescriptors, InboundProtocol, OutboundProtocol, type Protocol } from "../connectors/connectors.ts";
import { Security } from "../vocabulary.ts";

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

/**
 * Who holds what a direction signs in with (Dynamics 365: incomingcredentialretrieval, outgoingcredentialretrieval):
 * the mailbox (user or queue), the profile for all its mailboxes, or nobody: a token is obtained by the profile's `oauth`.
 */
export const CredentialSource = z.enum(["mailbox", "profile", "oauth"]);
export type CredentialSource = z.infer<typeof CredentialSource>;

/** The same for sending. `anonymous`: the server takes mail without a sign-in from everybody who may connect. */
export const OutboundCredentialSource = z.enum([...CredentialSource.options, "anonymous"]);

/**
 * How one set of credentials of a profile opens each mailbox by itself: the SASL authorization identity (RFC 4616 §2),
 * which becomes the mailbox's address, or a user name made from it, as Dovecot's master users take it.
 */
export const Addressing = z.discriminatedUnion("by", [
  z.strictObject({ by: z.literal("authorization-identity") }),
  z.strictObject({
    by: z.literal("user-name"),
    pattern: z
      .string()
      .max(250)
      .regex(/^[^\s{}]*\{address\}[^\s{}]*$/, "must contain {address} once, as in {address}*master"),
  }),
]);
export type Addressing = z.infer<typeof Addressing>;

/**
 * How a server over HTTP is signed in to (Dynamics 365: the authentication protocols of an Exchange profile). `auto`: the
 * strongest that it offers; `oauth`: a token.
 */
export const Authentication = z.enum(["auto", "negotiate", "ntlm", "basic", "oauth"]);
export type Authentication = z.infer<typeof Authentication>;

/** In whose name a mailbox is opened: the account's own, by impersonation, or by rights given to the account. */
export const Access = z.enum(["own", "impersonation", "delegation"]);
export type Access = z.infer<typeof Access>;

/** Without user name, query and fragment: secrets have no place in it. */
const apiUrl = z
  .string()
  .max(1000)
  .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, "must be a URL without user name, query and fragment");

/** What only servers over HTTP have. */
const overHttp = {
  authentication: Authentication.optional().describe(
    "how Mailfleet signs in to Exchange; auto: the strongest way that the server offers; default auto",
  ),
  access: Access.optional().describe(
    "how the account opens a mailbox at Exchange: its own, another by impersonation, or another by its rights (delegation); default own",
  ),
  autodiscover: z.boolean().optional().describe("whether the address of the API is looked up at the host"),
  apiUrl: apiUrl.optional().describe("the address of the API, such as https://mail.example.org/EWS/Exchange.asmx"),
};

/** Sent mail is kept unless this says no. */
const saveCopy = z
  .boolean()
  .optional()
  .describe("whether Exchange keeps sent mail; without it Mailfleet cannot look up an uncertain send; default yes");

const endpoint = {
  host,
  port,
  security: Security,
  /** PEM certificates of a private authority that signs this server's certificate. */
  trustedCertificates: z.string().max(65_536).optional(),
  ...overHttp,
};

/** Where the mailboxes of a profile receive, complete. For `gmail` host and port are those of the API. */
export const InboundServer = z.strictObject({
  protocol: InboundProtocol,
  ...endpoint,
  credentials: CredentialSource.default("mailbox"),
  addressing: Addressing.optional(),
});
export type InboundServer = z.infer<typeof InboundServer>;

/** Where the mailboxes of a profile send, complete. */
export const OutboundServer = z.strictObject({
  protocol: OutboundProtocol,
  ...endpoint,
  credentials: OutboundCredentialSource.default("mailbox"),
  saveCopy,
});
export type OutboundServer = z.infer<typeof OutboundServer>;

/** How a protocol is chosen: the first of them is the usual one. */
function howTo(what: string, protocols: readonly Protocol[]): string {
  const words = protocols.map((name) => `${name}: ${connectorDescriptors[name].text}`);
  return `how mail is ${what}; ${words.join("; ")}. Default ${protocols[0]}`;
}

const optionalEndpoint = {
  host: host.optional().describe("name or address of the server; filled in for a known provider"),
  port: port.optional().describe("the usual one for protocol and security if absent"),
  security: Security.optional().describe(
    "tls: from the first byte; starttls: required after the greeting; none is for stand-ins on the same machine; default tls",
  ),
  trustedCertificates: endpoint.trustedCertificates.describe("PEM certificates of a private authority"),
  ...overHttp,
};

/** What may be written of a server: what is left out is filled in from the provider and the protocol. */
export const NewInboundServer = z.strictObject({
  protocol: InboundProtocol.optional().describe(howTo("fetched", InboundProtocol.options)),
  ...optionalEndpoint,
  credentials: CredentialSource.optional().describe("who holds the credentials for receiving"),
  addressing: Addressing.optional().describe(
    "how the profile's credentials open each mailbox by itself: an authorization identity, or a user name made by a pattern",
  ),
});
export const NewOutboundServer = z.strictObject({
  protocol: OutboundProtocol.optional().describe(howTo("sent", OutboundProtocol.options)),
  ...optionalEndpoint,
  credentials: OutboundCredentialSource.optional().describe(
    "who holds the credentials for sending; anonymous: the server accepts mail without a sign-in",
  ),
  saveCopy,
});
