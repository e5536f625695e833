/** Doubles of Google's and Microsoft's services: for tests, the demo, and rehearsing a set-up. Never for production. */

export { type EwsDouble, startEwsDouble } from "./ews/ews-double.ts";
export { type GmailDouble, type GmailDoubleOptions, startGmailDouble } from "./gmail/gmail-double.ts";
export type { GmailTrouble } from "./gmail/gmail-server.ts";
export { type GraphDouble, startGraphDouble } from "./graph/graph-double.ts";
export type { GraphMailbox } from "./graph/graph-mailbox.ts";

export { makeCertificate } from "./http/certificate.ts";
export { type HttpProxyDouble, startHttpProxy } from "./http/http-proxy.ts";
export type { Trouble } from "./http/trouble.ts";
export { type OAuthDouble, type OAuthDoubleOptions, startOAuthDouble } from "./oauth/oauth-double.ts";
export { runPython } from "./python/python-clients.ts";
export { pkcs12Secret, startVaultDouble, type VaultDouble } from "./vault/vault-double.ts";
