/** Exchange's words for its response codes, as its servers put them. */
const words = {
  ErrorAccessDenied: "Access is denied. Check credentials and try again.",
  ErrorChangeKeyRequired: "This operation requires a change key.",
  ErrorContentConversionFailed: "Content conversion failed.",
  ErrorExceededConnectionCount:
    "You have exceeded the available concurrent connections for your account.  Try again once your other requests have completed.",
  ErrorFolderExists: "A folder with the specified name already exists.",
  ErrorFolderNotFound: "The specified folder could not be found in the store.",
  ErrorImpersonateUserDenied: "The account does not have permission to impersonate the requested user.",
  ErrorImpersonationRequired: "ExchangeImpersonation SOAP header must be present for this type of OAuth token.",
  ErrorInternalServerError: "An internal server error occurred. The operation failed.",
  ErrorInternalServerTransientError: "An internal server error occurred. Try again later.",
  ErrorInvalidArgument: "The argument is not valid.",
  ErrorInvalidIdMalformed: "Id is malformed.",
  ErrorInvalidOperation: "The operation is not valid.",
  ErrorInvalidRecipients: "At least one recipient isn't valid.",
  ErrorInvalidRequest: "The request is invalid.",
  ErrorInvalidServerVersion: "The specified server version is invalid.",
  ErrorInvalidSmtpAddress: "The SMTP address format is invalid.",
  ErrorInvalidSyncStateData: "The sync state data is invalid.",
  ErrorIrresolvableConflict:
    "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
  ErrorItemNotFound: "The specified object was not found in the store.",
  ErrorMailboxMoveInProgress: "The mailbox is being moved. Try again later.",
  ErrorMailboxStoreUnavailable: "The mailbox database is temporarily unavailable.",
  ErrorMessageSizeExceeded: "The message exceeds the maximum supported size.",
  ErrorMimeContentInvalid: "The MIME content is invalid.",
  ErrorMimeContentInvalidBase64String: "Mime content is not a valid base64 string.",
  ErrorNameResolutionNoResults: "No results were found.",
  ErrorNonExistentMailbox: "The SMTP address has no mailbox associated with it.",
  ErrorQuotaExceeded: "The quota for the mailbox has been exceeded.",
  ErrorSchemaValidation: "The request failed schema validation.",
  ErrorSendAsDenied:
    "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.",
  ErrorServerBusy: "The server cannot service this request right now. Try again later.",
  ErrorSubmissionQuotaExceeded: "The account has exceeded its submission quota.",
  ErrorStaleObject: "The object that was passed in is stale; its change key does not match.",
  ErrorTimeoutExpired: "The request timed out.",
} as const;

export type EwsCode = keyof typeof words;

/** Thrown inside an operation: one response message fails with this code, the others go on. */
export class EwsError extends Error {
  readonly code: EwsCode;
  constructor(code: EwsCode) {
    super(words[code]);
    this.code = code;
  }
}

export const wordsOf = (code: EwsCode): string => words[code];
