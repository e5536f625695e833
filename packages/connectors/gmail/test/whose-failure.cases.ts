/** What Gmail's API answers to one message, and whose failure that is (Google's guide "Resolve errors"). */
export interface SendRefusal {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  /** `deferred` and `message` are this message's own; else the mailbox's kind. */
  readonly comes: string;
}

const refusal = (status: number, reason: string, message: string, comes: string): SendRefusal => ({
  status,
  reason,
  message,
  comes,
});

export const sendRefusals: readonly SendRefusal[] = [
  refusal(400, "invalidArgument", "Recipient address required", "message RECIPIENT_REFUSED"),
  refusal(400, "invalidArgument", "Invalid To header", "message RECIPIENT_REFUSED"),
  refusal(400, "invalidArgument", "Too many recipients", "message RECIPIENT_REFUSED"),
  refusal(400, "invalidArgument", "Invalid From header", "message SENDER_REFUSED"),
  refusal(400, "invalidArgument", "Invalid MIME structure", "message MESSAGE_REFUSED"),
  refusal(400, "badRequest", "Request payload size exceeds the limit: 36700160 bytes.", "message MESSAGE_TOO_LARGE"),
  refusal(413, "uploadTooLarge", "Request Entity Too Large", "message MESSAGE_TOO_LARGE"),
  refusal(422, "invalid", "Unprocessable", "message MESSAGE_REFUSED"),
  refusal(403, "forbidden", "Message blocked by an attachment policy", "deferred ACCESS_DENIED"),
  refusal(404, "notFound", "Requested entity was not found.", "deferred PROTOCOL_ERROR"),
  refusal(409, "aborted", "The operation was aborted.", "deferred PROTOCOL_ERROR"),
  refusal(500, "backendError", "Backend Error", "deferred SERVER_UNAVAILABLE"),
  refusal(503, "backendError", "The service is currently unavailable.", "deferred SERVER_UNAVAILABLE"),
  refusal(403, "domainPolicy", "The domain administrators have disabled Gmail apps.", "permanent ACCESS_DENIED"),
  refusal(403, "forbidden", "Delegation denied for jane@example.org", "permanent ACCESS_DENIED"),
  refusal(403, "insufficientPermissions", "Insufficient Permission", "consent CONSENT_TOO_NARROW"),
  refusal(403, "accessNotConfigured", "Gmail API has not been used in project 1", "permanent API_SWITCHED_OFF"),
  refusal(403, "userRateLimitExceeded", "User Rate Limit Exceeded", "throttled RATE_LIMITED"),
  refusal(403, "dailyLimitExceeded", "Daily user sending limit exceeded", "throttled SENDING_LIMIT_REACHED"),
  refusal(429, "rateLimitExceeded", "Too many concurrent requests for user", "throttled RATE_LIMITED"),
  refusal(429, "rateLimitExceeded", "User-rate limit exceeded. (Mail sending)", "throttled SENDING_LIMIT_REACHED"),
  refusal(400, "failedPrecondition", "Mail service not enabled", "permanent ACCOUNT_DISABLED"),
];
