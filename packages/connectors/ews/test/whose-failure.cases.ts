/** What Exchange answers to one message, and whose failure that is (MS-OXWSCDATA §2.2.5.24). */
export interface SendRefusal {
  /** Of a response message; with a status instead, what something before Exchange answers. */
  readonly said: string | number;
  /** `deferred` and `message` are this message's own, `uncertain`: it may have been sent; else the mailbox's kind. */
  readonly comes: string;
}

const refusal = (said: string | number, comes: string): SendRefusal => ({ said, comes });

export const sendRefusals: readonly SendRefusal[] = [
  refusal("ErrorInvalidRecipients", "message RECIPIENT_REFUSED"),
  refusal("ErrorMissingRecipients", "message RECIPIENT_REFUSED"),
  refusal("ErrorTooManyRecipients", "message RECIPIENT_REFUSED"),
  refusal("ErrorMessageSizeExceeded", "message MESSAGE_TOO_LARGE"),
  refusal("ErrorMimeContentInvalid", "message MESSAGE_REFUSED"),
  refusal("ErrorMimeContentInvalidBase64String", "message MESSAGE_REFUSED"),
  refusal("ErrorContentConversionFailed", "message MESSAGE_REFUSED"),
  refusal("ErrorUnsupportedMimeConversion", "message MESSAGE_REFUSED"),
  refusal("ErrorSendAsDenied", "message SENDER_REFUSED"),
  refusal("ErrorServerBusy", "throttled RATE_LIMITED"),
  refusal("ErrorExceededConnectionCount", "throttled TOO_MANY_CONNECTIONS"),
  refusal("ErrorSubmissionQuotaExceeded", "throttled SENDING_LIMIT_REACHED"),
  refusal("ErrorMessageSubmissionBlocked", "throttled SENDING_LIMIT_REACHED"),
  refusal("ErrorQuotaExceeded", "deferred MAILBOX_FULL"),
  refusal("ErrorMailboxMoveInProgress", "deferred SERVER_UNAVAILABLE"),
  refusal("ErrorMailboxStoreUnavailable", "deferred SERVER_UNAVAILABLE"),
  refusal("ErrorInternalServerError", "deferred SERVER_UNAVAILABLE"),
  refusal("ErrorNonExistentMailbox", "permanent MAILBOX_NOT_FOUND"),
  refusal("ErrorAccountDisabled", "permanent ACCOUNT_DISABLED"),
  refusal("ErrorImpersonateUserDenied", "permanent IMPERSONATION_DENIED"),
  refusal("ErrorImpersonationFailed", "permanent IMPERSONATION_DENIED"),
  refusal("ErrorAccessDenied", "permanent ACCESS_DENIED"),
  refusal("ErrorInvalidOperation", "permanent ACCESS_DENIED"),
  refusal("ErrorInvalidServerVersion", "permanent EXCHANGE_TOO_OLD"),
  refusal("ErrorPasswordExpired", "auth AUTHENTICATION_REJECTED"),
  refusal("ErrorOfTomorrow", "deferred UNCLASSIFIED"),
  refusal(403, "permanent ACCESS_DENIED"),
  refusal(404, "deferred NOT_THIS_PROTOCOL"),
  refusal(413, "message MESSAGE_TOO_LARGE"),
  refusal("ErrorTimeoutExpired", "uncertain"),
  refusal("ErrorConnectionFailed", "uncertain"),
  refusal("ErrorMailboxFailover", "uncertain"),
  refusal("ErrorMailboxSiteFailover", "uncertain"),
  refusal(408, "uncertain"),
  refusal(500, "uncertain"),
  refusal(503, "uncertain"),
];
