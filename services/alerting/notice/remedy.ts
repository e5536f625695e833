import type { FailureCode } from "@mailfleet/contracts";
import type { NotificationBody } from "../notification/body.ts";

type Place = Pick<NotificationBody, "mode" | "relay" | "application" | "oauthSecret">;

const checkPlace = "Check host, port and security of the mail server for notices.";

/**
 * What to do now about a failure of the mail server for notices: the tables of the contracts speak to owners of
 * mailboxes and profiles. `undefined`: their words will do.
 */
export function noticeRemedy(code: FailureCode, { mode, relay, application, oauthSecret }: Place): string | undefined {
  const oauth = mode === "api" || relay?.authentication === "oauth";
  const microsoft = oauth && application?.provider === "microsoft";
  const google = oauth && application?.provider === "google";
  const key = oauthSecret?.serviceAccount;
  switch (code) {
    case "SIGN_IN_NEEDED":
      return "Choose an authentication for the mail server for notices, and set its user name and password.";
    case "EHLO_NAME_REFUSED":
      return "The server asks for a full host name. Use a relay that takes mail from this address, or ask its operator.";
    case "AUTHENTICATION_REJECTED":
    case "CONSENT_EXPIRED":
    case "CONSENT_TOO_NARROW":
      if (!oauth) return "Set the right user name and password of the mail server for notices.";
      if (mode === "api")
        return "Check tenant, client id and scopes: the API does not accept this application's token.";
      return microsoft
        ? "Register the application's service principal in Exchange Online, give it SMTP.SendAsApp and the right to send from this mailbox, and switch authenticated SMTP on for the mailbox."
        : "Check that the user name is an account of this domain and that the delegation covers https://mail.google.com/.";
    case "ACCESS_DENIED":
    case "MAILBOX_OUT_OF_SCOPE":
    case "TENANT_APPROVAL_MISSING":
      if (google)
        return "The sender must be an account of the Workspace domain, and the service account must still exist.";
      return microsoft
        ? "In Entra, give the application the application permission Mail.Send of Microsoft Graph and let an administrator consent. If the application is limited to some mailboxes, the sender must be one of them."
        : undefined;
    case "SENDER_REFUSED":
      return "The sender must be an existing mailbox with a licence at the provider, and this application or user must be allowed to send from it.";
    case "CLIENT_REJECTED":
      return google
        ? "Check that the service account and its key still exist; upload a new JSON key."
        : "Check tenant and client id. If the secret has expired, make a new one in Entra and set it here with its expiry date.";
    case "CLIENT_SECRET_MISSING":
      return "Set the secret of the application, or upload the service account's JSON key.";
    case "DELEGATION_MISSING":
      return google
        ? `A Workspace super administrator enters the client id ${key?.clientId || "of the service account"} with the scope ${(application?.scopes ?? ["https://mail.google.com/"]).join(" ")} under Security, API controls, Domain-wide delegation; it takes a few minutes to work. The sender must be an account of that domain.`
        : undefined;
    case "OAUTH_REFUSED":
      return "Read the server's words; check tenant, scopes and endpoints of the mail server for notices.";
    case "HOST_NOT_FOUND":
    case "CONNECTION_REFUSED":
    case "CONNECTION_TIMEOUT":
    case "TLS_HANDSHAKE_FAILED":
    case "TLS_NOT_OFFERED":
    case "NOT_THIS_PROTOCOL":
    case "PORT_SPEAKS_TLS":
    case "PORT_SPEAKS_PLAIN":
    case "AUTHENTICATION_NOT_OFFERED":
      return checkPlace;
    case "RECIPIENT_REFUSED":
      return "Correct the recipients of the notices.";
    default:
      return undefined;
  }
}
