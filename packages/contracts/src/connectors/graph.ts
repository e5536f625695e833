import type { ConnectorDescriptor } from "./descriptor.ts";

/** Microsoft Graph, over HTTPS. Without TLS only for a stand-in on the same machine. */
export const graph = {
  protocol: "graph",
  name: "Microsoft Graph",
  text: "Microsoft's own interface to the mailboxes of Exchange Online",
  directions: ["inbound", "outbound", "act"],
  ports: { none: 443, tls: 443 },
  servers: { microsoft: { host: "graph.microsoft.com", port: 443, security: "tls" } },
  scopes: {
    microsoft: { inbound: "https://graph.microsoft.com/Mail.Read", outbound: "https://graph.microsoft.com/Mail.Send" },
  },
  applicationScopes: { microsoft: "https://graph.microsoft.com/.default" },
  apiOf: "microsoft",
  // Four requests at once for a mailbox: a session that receives makes two, any other one.
  sessionsPerMailbox: 3,
  credentials: ["token"],
  fields: ["undeliverableFolder", "categories"],
  sessionOf: "mailbox",
  remembers: "identities",
} as const satisfies ConnectorDescriptor;
