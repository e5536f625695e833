/** Graph's refusals by its own codes: status and words. */
const rows = {
  InvalidAuthenticationToken: [401, "Access token is empty, has expired or is not yet valid."],
  ErrorAccessDenied: [403, "Access is denied. Check credentials and try again."],
  Authorization_RequestDenied: [403, "Insufficient privileges to complete the operation."],
  ErrorInvalidUser: [404, "The requested user is invalid."],
  ResourceNotFound: [404, "Resource not found for the segment."],
  ErrorItemNotFound: [404, "The specified object was not found in the store."],
  MailboxNotEnabledForRESTAPI: [404, "The mailbox is either inactive, soft-deleted, or is hosted on-premise."],
  Request_ResourceNotFound: [
    404,
    "Resource does not exist or one of its queried reference-property objects are not present.",
  ],
  ErrorFolderExists: [409, "A folder with the specified name already exists."],
  SyncStateNotFound: [410, "The sync state generation is not found."],
  RequestBodyRead: [400, "The body of the request cannot be read."],
  ErrorMimeContentInvalid: [400, "Invalid base64 string for MIME content."],
  ErrorInvalidRecipients: [400, "At least one recipient is not valid."],
  BadRequest: [400, "/me request is only valid with delegated authentication flow."],
  ErrorAttachmentSizeShouldNotBeLessThanMinimumSize: [400, "Attachment size must be greater than the minimum size."],
  InvalidRange: [416, "The range is not the one that is expected next."],
  RequestTooLarge: [413, "The request is larger than what is allowed."],
  ErrorAttachmentSizeLimitExceeded: [413, "The attachment is larger than what is allowed."],
  ApplicationThrottled: [429, "Application is over its MailboxConcurrency limit."],
  InternalServerError: [500, "An internal server error occurred."],
  ServiceUnavailable: [503, "The service is unavailable at the moment."],
} as const;

export type GraphErrorName = keyof typeof rows;

/** Looks refusals up. */
export const graphErrors = {
  statusOf: (name: GraphErrorName): number => rows[name][0],
  /** The name that a status usually has. */
  nameOf: (status: number): GraphErrorName =>
    (Object.keys(rows) as GraphErrorName[]).find((name) => rows[name][0] === status) ?? "InternalServerError",
  /** The body in Graph's shape. */
  body: (name: GraphErrorName): object => ({
    error: {
      code: name,
      message: rows[name][1],
      innerError: { date: "2026-01-01T00:00:00", "request-id": "0f2c7c3e-0000-4000-8000-000000000000" },
    },
  }),
} as const;
