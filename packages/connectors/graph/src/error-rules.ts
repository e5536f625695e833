import type { FailureCode } from "@mailfleet/contracts";

/** One row: an answer `<status> <code>: <message>` that matches has this failure code. */
export interface ErrorRule {
  readonly pattern: RegExp;
  readonly code: FailureCode;
}

const rule = (pattern: RegExp, code: FailureCode): ErrorRule => ({ pattern, code });

/**
 * What Graph says about sendMail and what it means, most specific first (Microsoft's "Graph error responses",
 * "throttling guidance", and Exchange's own codes, which Graph passes on).
 */
export const errorRules: readonly ErrorRule[] = [
  // The account's own sending limits, not those of the API.
  rule(
    /\b(ErrorMessageSubmissionBlocked|ErrorExceededMessageLimit|ErrorSubmissionQuotaExceeded|SendLimitExceeded)\b/i,
    "SENDING_LIMIT_REACHED",
  ),

  // Too fast: Graph's and Exchange's words for it, even if the status says something else.
  rule(/^429\b|\b(ApplicationThrottled|ErrorServerBusy|TooManyRequests|ErrorTooManyObjectsOpened)\b/i, "RATE_LIMITED"),
  rule(/\bMailboxConcurrency\b/i, "TOO_MANY_CONNECTIONS"),

  // The token: not for Graph, expired, or of another tenant.
  rule(/^401\b/, "AUTHENTICATION_REJECTED"),

  // The sender. Nothing can be sent from a missing or unlicensed mailbox, whatever the application may do.
  rule(/\bErrorSendAsDenied\b/i, "SENDER_REFUSED"),
  rule(/\b(MailboxNotEnabledForRESTAPI|ErrorAccountSuspend|ErrorMailboxMoveInProgress)\b/i, "ACCOUNT_DISABLED"),
  rule(
    /^404\b.*\b(ErrorInvalidUser|ResourceNotFound|Request_ResourceNotFound|ErrorNonExistentMailbox|UserNotFound)\b/i,
    "SENDER_REFUSED",
  ),
  rule(/^403\b|\b(ErrorAccessDenied|Authorization_RequestDenied)\b/i, "ACCESS_DENIED"),

  // One message.
  rule(/^413\b|\b(ErrorMessageSizeExceeded|RequestBodyTooLarge|MaximumRequestLength)\b/i, "MESSAGE_TOO_LARGE"),
  rule(/\b(ErrorInvalidRecipients|ErrorTooManyRecipients|ErrorMessageRecipientsMissing)\b/i, "RECIPIENT_REFUSED"),
  rule(
    /\b(ErrorMimeContentInvalid|ErrorMimeContentConversionFailed|ErrorMimeContentInvalidBase64String)\b/i,
    "MESSAGE_REFUSED",
  ),
  rule(/^4(00|22)\b/, "MESSAGE_REFUSED"),

  rule(/^(408|504)\b/, "CONNECTION_TIMEOUT"),
  rule(/^5\d\d\b/, "SERVER_UNAVAILABLE"),
  rule(/^4\d\d\b/, "PROTOCOL_ERROR"),
];
