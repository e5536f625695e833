import type { ConnectorDescriptor } from "./descriptor.ts";
import { allGoogleMail, outlook } from "./scopes.ts";

/** IMAP (RFC 9051; ports RFC 8314). */
export const imap = {
  protocol: "imap",
  name: "IMAP",
  text: "the standard for reading mail on its server",
  directions: ["inbound"],
  ports: { none: 143, starttls: 143, tls: 993 },
  servers: {
    google: { host: "imap.gmail.com", port: 993, security: "tls" },
    microsoft: { host: "outlook.office365.com", port: 993, security: "tls" },
  },
  scopes: { google: { inbound: allGoogleMail }, microsoft: { inbound: `${outlook}/IMAP.AccessAsUser.All` } },
  applicationScopes: { microsoft: `${outlook}/.default` },
  apiOf: null,
  credentials: ["password", "token"],
  fields: ["addressing", "trustedCertificates", "sentCopy", "undeliverableFolder"],
  sessionOf: null,
  remembers: "position",
} as const satisfies ConnectorDescriptor;
