import { fieldOf, type ReasonRule, RefusedError, refusalReader } from "@mailfleet/connector-http";
import { type FailureCode, failureOf } from "@mailfleet/contracts";
import { denialOf } from "./approval.ts";

const rule = (pattern: RegExp, code: FailureCode, purpose?: ReasonRule["purpose"]): ReasonRule => ({
  pattern,
  code,
  ...(purpose && { purpose }),
});

/**
 * What Graph says about mail and what it means, most specific first (Microsoft's "Graph error responses",
 * "throttling guidance", and Exchange's own codes, which Graph passes on).
 */
export const errorRules: readonly ReasonRule[] = [
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

  // The mailbox. Nothing can be done with one that is missing or has no licence, whatever the application may do.
  rule(/\bErrorSendAsDenied\b/i, "SENDER_REFUSED"),
  rule(/\bErrorMailboxMoveInProgress\b/i, "SERVER_UNAVAILABLE"),
  rule(
    /\b(MailboxNotEnabledForRESTAPI|MailboxNotSupportedForRESTAPI|MailboxNotHostedInExchangeOnline)\b/i,
    "MAILBOX_NOT_ONLINE",
  ),
  rule(/\bErrorAccountSuspend\b/i, "ACCOUNT_DISABLED"),
  rule(
    /^404\b.*\b(ErrorInvalidUser|ResourceNotFound|Request_ResourceNotFound|ErrorNonExistentMailbox|UserNotFound)\b/i,
    "MAILBOX_NOT_FOUND",
  ),
  rule(/\bErrorQuotaExceeded\b/i, "MAILBOX_FULL"),
  rule(/\b(ErrorAccessDenied|Authorization_RequestDenied)\b/i, "MAILBOX_OUT_OF_SCOPE"),
  rule(/^403\b/, "ACCESS_DENIED"),

  // One message.
  rule(/^413\b|\b(ErrorMessageSizeExceeded|RequestBodyTooLarge|MaximumRequestLength)\b/i, "MESSAGE_TOO_LARGE"),
  rule(/\b(ErrorInvalidRecipients|ErrorTooManyRecipients|ErrorMessageRecipientsMissing)\b/i, "RECIPIENT_REFUSED"),
  rule(
    /\b(ErrorMimeContentInvalid|ErrorMimeContentConversionFailed|ErrorMimeContentInvalidBase64String)\b/i,
    "MESSAGE_REFUSED",
  ),
  rule(/^4(00|22)\b/, "MESSAGE_REFUSED", "send"),

  rule(/^(408|504)\b/, "CONNECTION_TIMEOUT"),
  rule(/^5\d\d\b/, "SERVER_UNAVAILABLE"),
  rule(/^4\d\d\b/, "PROTOCOL_ERROR"),
];

const byWords = refusalReader({ read: readGraphError, rules: errorRules });

/** Graph's refusal as an error of the closed list. What a denial means, the token says. */
export const refusedError: typeof byWords = (refusal, context) => {
  const error = byWords(refusal, context);
  const { code, evidence } = error.failure;
  if (code !== "MAILBOX_OUT_OF_SCOPE") return error;
  const means = denialOf(context.token, context.purpose);
  return means === code ? error : new RefusedError(failureOf(means, evidence), error.status, error.codes);
};

/** `{"error":{"code","message","innerError":{"code"}}}`, with the codes of both; `null`: not of this shape. */
function readGraphError(json: unknown): { codes: string; message: string } | null {
  const error = fieldOf(json, "error");
  const code = fieldOf(error, "code");
  if (typeof code !== "string") return null;
  const inner = fieldOf(fieldOf(error, "innerError"), "code");
  const message = fieldOf(error, "message");
  return {
    codes: [code, inner].filter((part) => typeof part === "string").join(" "),
    message: typeof message === "string" ? message : "",
  };
}
