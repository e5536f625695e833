import type { Purpose, ReasonRule } from "@mailfleet/connector-http";
import type { FailureCode } from "@mailfleet/contracts";

const rule = (pattern: RegExp, code: FailureCode, purpose?: Purpose): ReasonRule => ({
  pattern,
  code,
  ...(purpose && { purpose }),
});

/**
 * What Gmail's API says and what it means, most specific first (from its guides "Resolve errors" and "Usage limits",
 * and from real answers). The text before the colon is status, canonical status and reasons, in Google's spelling.
 */
export const reasonRules: readonly ReasonRule[] = [
  // The account's own sending limit: "User-rate limit exceeded.  Retry after … (Mail sending)".
  rule(
    /^4(29|03)\b.*(\(mail sending\)|sending (limit|quota)|limit for sending|daily user sending)/i,
    "SENDING_LIMIT_REACHED",
  ),
  rule(/^4\d\d\b.*reached a limit for sending/i, "SENDING_LIMIT_REACHED", "send"),

  // Too fast: for the user, for the project per minute, for the project per day.
  rule(/^429\b/, "RATE_LIMITED"),
  rule(
    /^403\b.*(rateLimitExceeded|dailyLimitExceeded|quotaExceeded|RATE_LIMIT_EXCEEDED|quota exceeded|concurrent requests)/i,
    "RATE_LIMITED",
  ),

  // The application, and what it may do.
  rule(/^403\b.*(accessNotConfigured|SERVICE_DISABLED|has not been used in project)/i, "API_SWITCHED_OFF"),
  rule(
    /^403\b.*(insufficientPermissions|SCOPE_INSUFFICIENT|insufficient (authentication scopes|permission))/i,
    "CONSENT_TOO_NARROW",
  ),
  rule(/^401\b/, "CONSENT_EXPIRED"),
  rule(/^403\b.*(domainPolicy|delegation ?denied)/i, "ACCESS_DENIED"),

  // The account does not use Gmail.
  rule(/^4\d\d\b.*mail service not enabled/i, "ACCOUNT_DISABLED"),
  rule(/^4\d\d\b.*(account|user) (has been |is )?(disabled|suspended|deleted)/i, "ACCOUNT_DISABLED"),

  // One message.
  rule(/^413\b|^400\b.*(too large|exceeds the (maximum|limit)|message size)/i, "MESSAGE_TOO_LARGE", "send"),
  rule(
    /^400\b.*(recipient address required|invalid (to|cc|bcc) header|too many recipients)/i,
    "RECIPIENT_REFUSED",
    "send",
  ),
  rule(/^4(00|03)\b.*(invalid from header|from address)/i, "SENDER_REFUSED", "send"),
  rule(/^4(00|22)\b/, "MESSAGE_REFUSED", "send"),

  rule(/^403\b/, "ACCESS_DENIED"),
  rule(/^408\b/, "CONNECTION_TIMEOUT"),
  rule(/^5\d\d\b/, "SERVER_UNAVAILABLE"),
  rule(/^4\d\d\b/, "PROTOCOL_ERROR"),
];
