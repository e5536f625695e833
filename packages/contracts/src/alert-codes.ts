import { type Audience, type FailureCode, failureCodes } from "./failure-codes.ts";
import type { Severity } from "./vocabulary.ts";

/** An alert that does not stem from a failure code. */
export interface AlertCodeEntry {
  readonly severity: Severity;
  readonly audience: Audience;
  readonly text: string;
  readonly remedy: string;
}

const alert = (severity: Severity, audience: Audience, text: string, remedy: string): AlertCodeEntry => ({
  severity,
  audience,
  text,
  remedy,
});

const signInAgain = "Ask the mailbox's user to sign in again through the link on the mailbox before then.";
const newSecret = "Make a new secret at the provider, and set it with its expiry date in place of the old one.";

/** Alerts that are not about one failed run. A failed direction raises its failure code. */
export const otherAlertCodes = {
  TEST_PASSED: alert("information", "mailbox", "The test of the mailbox passed.", "Nothing."),
  MAILBOX_ENABLED: alert(
    "information",
    "mailbox",
    "The mailbox passed test and enable.",
    "Nothing. Mailfleet keeps it connected, tries again what fails for a while, and raises an alert if it has to stop.",
  ),
  SETTINGS_CHANGED: alert(
    "information",
    "mailbox",
    "A setting of the connection has changed. Earlier test results no longer count.",
    "Nothing if the mailbox was enabled: Mailfleet tests it again. Otherwise test it.",
  ),
  PROFILE_SIGN_IN_REFUSED: alert(
    "error",
    "profile",
    "A server rejected a profile's user name or password. No mailbox of the profile tries them again, so that the account is not locked.",
    "Set the right credentials on the profile. Mailfleet then tests its mailboxes again. If you correct them at the server instead, run `mailfleet profile test-connection PROFILE --mailbox ADDRESS`, then test and enable the profile's mailboxes.",
  ),
  PROFILE_MAILBOXES_FAILING: alert(
    "error",
    "profile",
    "More than half of the mailboxes of a profile do not work.",
    "Look at what they share: `mailfleet profile test-connection PROFILE` tries its servers. Mailfleet goes on trying by itself, and says when it is over.",
  ),
  STALLED: alert(
    "warning",
    "mailbox",
    "The mailbox is enabled, but no poll has succeeded for three polling intervals.",
    "Check that inbound-sync is running and ready, and look for dead letters. `sync-now` runs the mailbox at once.",
  ),
  THROTTLED_FOR_HOURS: alert(
    "warning",
    "mailbox",
    "For hours the server has only asked Mailfleet to slow down or to come back later.",
    "Read the server's words. Let this mailbox send less or poll less often, or ask the server's operator to raise the limit.",
  ),
  WATCH_STALLED: alert(
    "warning",
    "mailbox",
    "The server does not announce new mail, although it promised to: twice in a row only a poll found it.",
    "Nothing is lost: polls find the mail. If it persists, switch the profile's `watch` off, and tell the server's administrator.",
  ),
  SEND_UNCERTAIN: alert(
    "warning",
    "mailbox",
    "The connection broke after a message was handed over. Nobody knows whether it was sent.",
    "Look for its Message-ID in the sent mail, then release the send or discard it.",
  ),
  REPORTS_NOT_MOVED: alert(
    "warning",
    "profile",
    "Reports of undeliverable mail were received, but could not be moved to the folder that the profile names.",
    "Read the server's words. Moving needs more rights than reading: for Microsoft Graph Mail.ReadWrite. Mailfleet tries again with each poll.",
  ),
  SENT_COPY_MISSING: alert(
    "warning",
    "mailbox",
    "A message was sent, but could not be filed among the sent mail yet.",
    "Read the server's words. Mailfleet tries for a day to file the copy over the mailbox's IMAP, as the profile says (sent-copy).",
  ),
  SEND_EXPIRED: alert(
    "warning",
    "mailbox",
    "A message waited for its mailbox longer than the profile allows, and was not sent.",
    "Send it again if it still matters.",
  ),
  MESSAGE_QUARANTINED: alert(
    "warning",
    "mailbox",
    "A message could not be received or stored. It was set aside and is tried again later; the mailbox continues.",
    "Look at the message on the server. The evidence says why it was refused.",
  ),
  MESSAGES_MISSED: alert(
    "warning",
    "administrator",
    "An audit found messages that polls had missed, and received them.",
    "Please report it with the server's name and version: a poll should have received them.",
  ),
  SOURCE_CHANGED: alert(
    "information",
    "mailbox",
    "The mailbox is read from another account or server than before.",
    "Nothing, if this was intended: messages already received are recognised by their content and are not handed over again.",
  ),
  SOURCE_RESTORED: alert(
    "warning",
    "mailbox",
    "The inbox was restored or replaced at the server: the last message that was read is missing or has changed.",
    "Find out whether mail is missing at the server. Messages already received are not handed over again, new ones are received.",
  ),
  UIDVALIDITY_CHANGED: alert(
    "information",
    "mailbox",
    "The server has renumbered the messages of the inbox (RFC 9051 §2.3.1.1).",
    "Nothing: messages already received are recognised by their content and are not handed over again.",
  ),
  HISTORY_LOST: alert(
    "information",
    "mailbox",
    "The server no longer knows what has changed since the last poll. Everything was compared again.",
    "Nothing: messages already received are recognised and are not handed over again.",
  ),
  CONSENT_ENDS_IN_14_DAYS: alert(
    "warning",
    "mailbox",
    "The permission to use this mailbox ends in 14 days.",
    signInAgain,
  ),
  CONSENT_ENDS_IN_3_DAYS: alert(
    "warning",
    "mailbox",
    "The permission to use this mailbox ends in 3 days.",
    signInAgain,
  ),
  CONSENT_ENDS_IN_1_DAY: alert("warning", "mailbox", "The permission to use this mailbox ends in 1 day.", signInAgain),
  SECRET_ENDS_IN_14_DAYS: alert("warning", "profile", "An application's secret expires in 14 days.", newSecret),
  SECRET_ENDS_IN_3_DAYS: alert("warning", "profile", "An application's secret expires in 3 days.", newSecret),
  SECRET_ENDS_IN_1_DAY: alert("warning", "profile", "An application's secret expires in 1 day.", newSecret),
  SECRET_ENDED: alert("error", "profile", "An application's secret has expired.", newSecret),
  DEAD_LETTER: alert(
    "warning",
    "administrator",
    "A message between the services could not be handled and was set aside.",
    "Look at the dead letter's reason. Replay it once the cause is gone, or discard it.",
  ),
  WEBHOOK_DEAD: alert(
    "error",
    "administrator",
    "Nothing arrives at a webhook. Mailfleet has given it up; facts wait in the stream for 14 days.",
    "Repair the receiver, then change the subscription in any way, for example `mailfleet subscription update NAME --active yes`: Mailfleet goes on where it stopped.",
  ),
  STREAM_FILLING: alert(
    "warning",
    "administrator",
    "A stream of the message bus is more than 70 % full.",
    "Check that its consumers are running. If the load is real, raise the stream's limit.",
  ),
  BUS_REFUSES_SIGN_IN: alert(
    "error",
    "administrator",
    "The message bus refuses our sign-in.",
    "Give NATS the public key of our nkey again, or our user and password. Nothing is lost, and work then goes on by itself.",
  ),
  NOTIFICATION_FAILED: alert(
    "error",
    "administrator",
    "Notices cannot be sent by e-mail.",
    "Check the mail server for notices (`mailfleet notifications show`), and send a test message (`mailfleet notifications test`). Mailfleet sends the waiting notices when it works again.",
  ),
} as const satisfies Record<string, AlertCodeEntry>;

/** Every code an alert can have. */
export type AlertCode = FailureCode | keyof typeof otherAlertCodes;

/** The table of all alert codes: the failures and the others. */
export const alertCodes: Readonly<Record<AlertCode, AlertCodeEntry>> = { ...failureCodes, ...otherAlertCodes };
