import type { ConnectorDescriptor } from "./descriptor.ts";

/** Exchange Web Services of Exchange on-premises, over HTTPS. Without TLS only for a stand-in on the same machine. */
export const ews = {
  protocol: "ews",
  name: "Exchange Web Services",
  text: "the interface of Exchange on-premises to its mailboxes",
  directions: ["inbound", "outbound", "act"],
  ports: { none: 443, tls: 443 },
  servers: {},
  scopes: {},
  // The resource of hybrid modern authentication is the host of the EWS address.
  applicationScopes: { microsoft: "https://{host}/.default" },
  apiOf: null,
  credentials: ["password", "token"],
  fields: [
    "trustedCertificates",
    "authentication",
    "access",
    "autodiscover",
    "apiUrl",
    "saveCopy",
    "undeliverableFolder",
    "categories",
  ],
  sessionOf: "mailbox",
  remembers: "identities",
} as const satisfies ConnectorDescriptor;
