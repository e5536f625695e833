/** Doubles of Google's and Microsoft's services: for tests, the demo, and rehearsing a set-up. Never for production. */

export type { ApiErrorReason } from "./gmail/api-errors.ts";
export { type GmailDouble, type GmailDoubleOptions, type SentMessage, startGmailDouble } from "./gmail/gmail-double.ts";
export type { GmailRequest, GmailTrouble } from "./gmail/gmail-server.ts";
export {
  type GraphDouble,
  type GraphDoubleOptions,
  type GraphRequest,
  startGraphDouble,
} from "./graph/graph-double.ts";
export type { GraphMail } from "./graph/graph-mail.ts";
export { type Certificate, makeCertificate } from "./http/certificate.ts";
export type { Trouble } from "./http/trouble.ts";
export {
  type OAuthDouble,
  type OAuthDoubleOptions,
  type OAuthEndpoints,
  startOAuthDouble,
} from "./oauth/oauth-double.ts";
export type { UserDecision } from "./oauth/play-user.ts";
export type { OAuthRequest, TokenMeaning } from "./oauth/requests-and-tokens.ts";
export type { ServiceAccountKeyJson } from "./oauth/service-account.ts";
