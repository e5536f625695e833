import type { ConnectorDescriptor } from "./descriptor.ts";

/** The Gmail API, over HTTPS. Without TLS only for a stand-in on the same machine. */
export const gmail = {
  protocol: "gmail",
  name: "Gmail API",
  text: "Google's own interface to its mailboxes",
  directions: ["inbound", "outbound"],
  ports: { none: 443, tls: 443 },
  servers: { google: { host: "gmail.googleapis.com", port: 443, security: "tls" } },
  scopes: {
    google: {
      inbound: "https://www.googleapis.com/auth/gmail.readonly",
      outbound: "https://www.googleapis.com/auth/gmail.send",
    },
  },
  applicationScopes: {},
  apiOf: "google",
  credentials: ["token"],
  fields: [],
  sessionOf: "mailbox",
  remembers: "identities",
} as const satisfies ConnectorDescriptor;
