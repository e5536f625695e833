/** OAuth 2.0 as mail needs it: applications, consents, and tokens that are valid when they are needed. */
export { authorizationUrl } from "./authorization-url.ts";
export { readClientCertificate } from "./client-certificate.ts";
export { clientSecretOf, completeOAuthClient, keyVaultProblems } from "./complete-client.ts";
export { createOpenId, type OpenId } from "./open-id.ts";
export type { Granted, TokenPorts } from "./ports.ts";
export { readServiceAccountKey } from "./service-account-key.ts";

export { createTokens, type Tokens } from "./tokens.ts";
