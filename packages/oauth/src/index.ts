/** OAuth 2.0 as mail needs it: applications, consents, and tokens that are valid when they are needed. */
export { type AuthorizationRequest, authorizationUrl } from "./authorization-url.ts";
export { readClientCertificate } from "./client-certificate.ts";
export { type ClientProtocols, completeOAuthClient } from "./complete-client.ts";
export type { Granted, TokenPorts } from "./ports.ts";
export { readServiceAccountKey } from "./service-account-key.ts";
export type { PolledDevice, StartedDevice } from "./sign-in.ts";
export { createTokens, type TokenMailbox, type TokenSource, type Tokens } from "./tokens.ts";
