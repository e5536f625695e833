import type { FailureKind } from "./failure.ts";
import type { Severity } from "./vocabulary.ts";

/** Who must act: the mailbox's owner, the profile's owner, or an administrator of Mailfleet. */
export type Audience = "mailbox" | "profile" | "administrator";

/** One row of the closed list: what it means and what to do, in words a person can act on. */
export interface FailureCodeEntry {
  readonly kind: FailureKind;
  readonly severity: Severity;
  readonly audience: Audience;
  readonly text: string;
  readonly remedy: string;
}

const row = (
  kind: FailureKind,
  severity: Severity,
  audience: Audience,
  text: string,
  remedy: string,
): FailureCodeEntry => ({ kind, severity, audience, text, remedy });

/** Every way a connection, a run or a message can fail. Connectors map to these and to nothing else (design §6). */
export const failureCodes = {
  HOST_NOT_FOUND: row(
    "permanent",
    "error",
    "profile",
    "The server's name cannot be resolved.",
    "Correct the host name in the profile; if it is right, check the name service that Mailfleet uses.",
  ),
  NAME_SERVICE_UNAVAILABLE: row(
    "transient",
    "warning",
    "administrator",
    "The name service did not answer.",
    "Nothing, unless it persists; then check the name service of the cluster.",
  ),
  CONNECTION_REFUSED: row(
    "transient",
    "warning",
    "profile",
    "The server refuses connections on this port.",
    "Check that the mail server runs and that host and port in the profile are right. Mailfleet tries again.",
  ),
  CONNECTION_TIMEOUT: row(
    "transient",
    "warning",
    "profile",
    "The server did not answer in time.",
    "Check the port, firewalls and the server's load; raise the profile's connection time-out if it is just slow.",
  ),
  CONNECTION_LOST: row(
    "transient",
    "warning",
    "profile",
    "The connection broke while it was in use.",
    "Nothing, unless it persists; then look at the server's log and at firewalls in between.",
  ),
  NETWORK_UNREACHABLE: row(
    "transient",
    "warning",
    "administrator",
    "The network of the server cannot be reached.",
    "Check routes and network policies of the cluster.",
  ),
  TLS_HANDSHAKE_FAILED: row(
    "permanent",
    "error",
    "profile",
    "No secure connection could be agreed on.",
    "Check that security (none, STARTTLS, implicit TLS) matches the port, and that the server offers TLS 1.2 or later.",
  ),
  TLS_NOT_OFFERED: row(
    "permanent",
    "error",
    "profile",
    "STARTTLS is required by the profile, but the server does not offer it.",
    "Choose implicit TLS and its port, or have STARTTLS switched on at the server. Mailfleet never falls back to plain text.",
  ),
  TLS_CERTIFICATE_UNTRUSTED: row(
    "permanent",
    "error",
    "profile",
    "The server's certificate is not signed by an authority that is trusted.",
    "Install a certificate of a public authority, or add the private authority to the profile's trusted certificates.",
  ),
  TLS_CERTIFICATE_EXPIRED: row(
    "permanent",
    "error",
    "profile",
    "The server's certificate is out of date.",
    "Renew the certificate at the server, then test the mailbox again.",
  ),
  TLS_NAME_MISMATCH: row(
    "permanent",
    "error",
    "profile",
    "The server's certificate is for another name.",
    "Use the name in the certificate as host, or install a certificate for this host.",
  ),
  NOT_THIS_PROTOCOL: row(
    "permanent",
    "error",
    "profile",
    "Something answers on this port, but it does not speak the expected protocol.",
    "Check port and security in the profile: implicit TLS on a plain port, or the reverse, looks like this.",
  ),
  SERVER_UNAVAILABLE: row(
    "transient",
    "warning",
    "profile",
    "The server says that it is not available at the moment.",
    "Nothing, unless it persists; then ask the server's operator.",
  ),
  RATE_LIMITED: row(
    "throttled",
    "warning",
    "profile",
    "The server asks to slow down.",
    "Nothing: Mailfleet waits as long as the server asks. If it persists, raise the polling interval.",
  ),
  TOO_MANY_CONNECTIONS: row(
    "throttled",
    "warning",
    "profile",
    "The server refuses more connections at the same time.",
    "Lower the profile's maximum of concurrent connections, or raise the limit at the server.",
  ),
  SENDING_LIMIT_REACHED: row(
    "throttled",
    "warning",
    "mailbox",
    "The mailbox has reached its sending limit.",
    "Wait until the limit is lifted, or spread the mail over more mailboxes.",
  ),
  AUTHENTICATION_REJECTED: row(
    "auth",
    "error",
    "mailbox",
    "The server rejects user name or password.",
    "Set the right credentials; the mailbox is then tested again by itself.",
  ),
  CREDENTIALS_MISSING: row(
    "auth",
    "error",
    "mailbox",
    "No credentials are stored for this direction.",
    "Set user name and password on the mailbox, or on the profile where it holds the credentials.",
  ),
  CREDENTIALS_UNREADABLE: row(
    "permanent",
    "error",
    "administrator",
    "The stored credentials cannot be opened with the keys at hand.",
    "Give the service the private key that sealed them, or set the credentials again.",
  ),
  AUTHENTICATION_NOT_OFFERED: row(
    "permanent",
    "error",
    "profile",
    "The server offers no way to sign in with user name and password.",
    "Check security in the profile: many servers offer it only over TLS. Otherwise choose another kind of profile.",
  ),
  ACCOUNT_DISABLED: row(
    "permanent",
    "error",
    "mailbox",
    "The server says that this account is disabled or may not use this protocol.",
    "Have the account, or its access by this protocol, switched on at the server; then test again.",
  ),
  CONSENT_EXPIRED: row(
    "consent",
    "error",
    "mailbox",
    "The permission to use this mailbox has ended.",
    "The mailbox's user signs in again through the link on the mailbox.",
  ),
  INBOX_UNAVAILABLE: row(
    "permanent",
    "error",
    "mailbox",
    "The inbox cannot be opened.",
    "Check at the server that the mailbox exists and that this user may read it.",
  ),
  SENDER_REFUSED: row(
    "permanent",
    "error",
    "mailbox",
    "The server does not let this user send from the mailbox's address.",
    "Give the user the right to send as this address, or use the credentials of the mailbox itself.",
  ),
  RECIPIENT_REFUSED: row(
    "message",
    "warning",
    "mailbox",
    "The server refuses the recipients of this message.",
    "Correct the recipients and send again. The mailbox itself is fine.",
  ),
  MESSAGE_REFUSED: row(
    "message",
    "warning",
    "mailbox",
    "The server refuses this message because of its content.",
    "Read the server's words, change the message and send again. The mailbox itself is fine.",
  ),
  MESSAGE_TOO_LARGE: row(
    "message",
    "warning",
    "mailbox",
    "The message is larger than the server accepts.",
    "Send it with smaller attachments.",
  ),
  MESSAGE_DEFERRED: row(
    "transient",
    "warning",
    "mailbox",
    "The server asks to try this message again later.",
    "Nothing: Mailfleet tries again. Servers that do not know a sender yet (greylisting) answer like this at first.",
  ),
  MAILBOX_DELETED: row(
    "message",
    "warning",
    "administrator",
    "The mailbox was deleted before this message was sent.",
    "Send it again from another mailbox if it still matters.",
  ),
  SEND_DISCARDED: row(
    "message",
    "information",
    "mailbox",
    "Somebody gave this message up before it was sent.",
    "Nothing.",
  ),
  MAILBOX_FULL: row(
    "transient",
    "warning",
    "mailbox",
    "The mailbox is full.",
    "Make room in the mailbox or raise its quota.",
  ),
  RUN_LOST: row(
    "transient",
    "warning",
    "administrator",
    "A run gave no result before its deadline.",
    "Nothing, unless it persists; then check that the workers run and look for dead letters.",
  ),
  RUN_TIMEOUT: row(
    "transient",
    "warning",
    "profile",
    "The run took longer than allowed and was stopped.",
    "Check the server's speed; large mailboxes go on where they stopped.",
  ),
  PROTOCOL_ERROR: row(
    "transient",
    "warning",
    "profile",
    "The server answered something that its protocol does not allow.",
    "If it persists, send the evidence to the server's operator.",
  ),
  UNCLASSIFIED: row(
    "transient",
    "warning",
    "administrator",
    "The server gave an answer that Mailfleet does not know yet.",
    "Read the server's words. Mailfleet tries again; please report the text so that it gets a name.",
  ),
  INTERNAL_ERROR: row(
    "bug",
    "error",
    "administrator",
    "Mailfleet itself failed here.",
    "Look up the correlation id in the logs and report it.",
  ),
} as const satisfies Record<string, FailureCodeEntry>;

/** One of the closed list of failure codes. */
export type FailureCode = keyof typeof failureCodes;
