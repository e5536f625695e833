import type { ConnectorDescriptor } from "./descriptor.ts";
import { allGoogleMail, outlook } from "./scopes.ts";

/** POP3 (RFC 1939; ports RFC 8314). */
export const pop3 = {
  protocol: "pop3",
  name: "POP3",
  text: "the older standard for fetching mail, which can delete what was fetched",
  directions: ["inbound"],
  ports: { none: 110, starttls: 110, tls: 995 },
  servers: {
    google: { host: "pop.gmail.com", port: 995, security: "tls" },
    microsoft: { host: "outlook.office365.com", port: 995, security: "tls" },
  },
  scopes: { google: { inbound: allGoogleMail }, microsoft: { inbound: `${outlook}/POP.AccessAsUser.All` } },
  applicationScopes: { microsoft: `${outlook}/.default` },
  apiOf: null,
  credentials: ["password", "token"],
  fields: ["addressing", "deleteAfterProcessing", "trustedCertificates"],
  sessionOf: null,
  remembers: "identities",
} as const satisfies ConnectorDescriptor;
