import type { ConnectorDescriptor } from "./descriptor.ts";
import { allGoogleMail, outlook } from "./scopes.ts";

/** SMTP submission (RFC 6409; ports RFC 8314). */
export const smtp = {
  protocol: "smtp",
  name: "SMTP",
  text: "the standard for handing mail over",
  directions: ["outbound"],
  ports: { none: 25, starttls: 587, tls: 465 },
  servers: {
    google: { host: "smtp.gmail.com", port: 465, security: "tls" },
    microsoft: { host: "smtp.office365.com", port: 587, security: "starttls" },
  },
  scopes: { google: { outbound: allGoogleMail }, microsoft: { outbound: `${outlook}/SMTP.Send` } },
  applicationScopes: { microsoft: `${outlook}/.default` },
  apiOf: null,
  credentials: ["password", "token", "none"],
  fields: ["trustedCertificates"],
  sessionOf: "account",
  remembers: null,
} as const satisfies ConnectorDescriptor;
