import type { AlertCode } from "./alert-codes.ts";

/** What another product says of the same cause, and what Mailfleet says. */
interface VendorCode {
  /** Its code, or its words where it has none. */
  readonly vendor: string;
  readonly codes: readonly AlertCode[];
  /** Where there is no alert: what happens instead. */
  readonly instead?: string;
}

const same = (vendor: string, ...codes: AlertCode[]): VendorCode => ({ vendor, codes });
const instead = (vendor: string, words: string): VendorCode => ({ vendor, codes: [], instead: words });

/**
 * Codes of Dynamics 365 (server-side synchronisation) and of Exchange for the alerts about Exchange: for administrators who
 * know them, and for those who search for them.
 */
export const vendorCodes: readonly VendorCode[] = [
  same("IncomingEmailS2SApprovalNeeded", "TENANT_APPROVAL_MISSING"),
  same("OutgoingEmailS2SApprovalNeeded", "TENANT_APPROVAL_MISSING"),
  same("ExchangeSyncEmailS2SApprovalNeeded", "ITEMS_NOT_ACCESSIBLE"),
  same("InvalidIncomingMailboxEmailAddress", "MAILBOX_NOT_FOUND"),
  same("InvalidOutgoingMailboxEmailAddress", "MAILBOX_NOT_FOUND"),
  same("ErrorNonExistentMailbox", "MAILBOX_NOT_FOUND"),
  same("ErrorInvalidOperation", "ACCESS_DENIED"),
  same("mailbox location not determined", "AUTODISCOVER_FAILED"),
  same("401 Unauthorized", "AUTHENTICATION_REJECTED"),
  same("403 Forbidden", "ACCESS_DENIED"),
  same("404 NotFound", "NOT_THIS_PROTOCOL"),
  same("503 ServiceUnavailable", "SERVER_UNAVAILABLE"),
  same("SecureChannelFailure", "TLS_HANDSHAKE_FAILED", "TLS_TOO_WEAK"),
  same("TrustFailure", "TLS_CERTIFICATE_UNTRUSTED"),
  same("SendFailure", "CONNECTION_LOST"),
  same("GeneralOutgoingEmailServerError", "SERVER_UNAVAILABLE"),
  same("ErrorQuotaExceeded", "MAILBOX_FULL"),
  same("ErrorSubmissionQuotaExceeded", "SENDING_LIMIT_REACHED"),
  same("ErrorSendAsDenied", "SENDER_REFUSED"),
  same("OutgoingEmailAuthenticationError", "AUTHENTICATION_REJECTED"),
  instead(
    "UserPrivilegeError",
    "a mailbox needs no rights of its owner in Mailfleet: what an owner may not do is refused at once (FORBIDDEN)",
  ),
  instead("8005E259", "a person who may not test a mailbox is refused at once (FORBIDDEN)"),
  same("8005E272", "AUTHENTICATION_REJECTED", "CLIENT_REJECTED"),
  same("8005E273", "ACCOUNT_DISABLED"),
  same("8005E274", "MAILBOX_NOT_ONLINE"),
  same("8005E276", "LICENCE_MISSING"),
  same("800046", "LICENCE_MISSING"),
  same("ErrorImpersonateUserDenied", "IMPERSONATION_DENIED"),
  same("appointments, contacts and tasks bound to another organisation", "ITEMS_OF_ANOTHER_ORGANISATION"),
  same("mailbox does not have email server profile", "PROFILE_MISSING"),
  same("unrecognized email address", "MAILBOX_NOT_FOUND"),
];
