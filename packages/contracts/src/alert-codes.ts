import { type Audience, type FailureCode, failureCodes } from "./failure-codes.ts";
import type { Severity } from "./vocabulary.ts";

/** One kind of alert beside the failures themselves. */
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

const signInAgain = "The mailbox's user signs in again through the link on the mailbox before that.";
const newSecret = "Make a new secret at the provider and set it, with its end, where the old one is.";

/** Alerts that are not the failure of one run. A failed direction raises its failure code. */
export const otherAlertCodes = {
  TEST_PASSED: alert("information", "mailbox", "The test of the mailbox passed.", "Nothing."),
  SETTINGS_CHANGED: alert(
    "information",
    "mailbox",
    "A setting that matters for the connection was changed; earlier results no longer count.",
    "Nothing if the mailbox is wanted: it is tested again by itself. Otherwise test it.",
  ),
  STALLED: alert(
    "warning",
    "mailbox",
    "The mailbox is enabled, but nothing has proved for three intervals that it still receives.",
    "Check that inbound-sync runs and is ready, and look for dead letters; `sync-now` runs the mailbox at once.",
  ),
  SEND_UNCERTAIN: alert(
    "warning",
    "mailbox",
    "The connection broke after a message was handed over; whether it was sent is not known.",
    "Look into the sent mail for its Message-ID, then release the send or discard it.",
  ),
  SEND_EXPIRED: alert(
    "warning",
    "mailbox",
    "A message waited longer for its mailbox than the profile allows and was not sent.",
    "Send it again if it still matters.",
  ),
  MESSAGE_QUARANTINED: alert(
    "warning",
    "mailbox",
    "A message could not be stored; it was set aside and the mailbox goes on.",
    "Look at the message on the server; the evidence says why it could not be stored.",
  ),
  UIDVALIDITY_CHANGED: alert(
    "information",
    "mailbox",
    "The server has numbered the messages of the inbox anew (RFC 9051 §2.3.1.1).",
    "Nothing: messages already received are recognised by their content and are not handed over again.",
  ),
  HISTORY_LOST: alert(
    "information",
    "mailbox",
    "The server no longer knows what changed since the last visit; everything was compared anew.",
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
  CONSENT_ENDS_IN_1_DAY: alert("warning", "mailbox", "The permission to use this mailbox ends in a day.", signInAgain),
  SECRET_ENDS_IN_14_DAYS: alert("warning", "profile", "A secret of an application ends in 14 days.", newSecret),
  SECRET_ENDS_IN_3_DAYS: alert("warning", "profile", "A secret of an application ends in 3 days.", newSecret),
  SECRET_ENDS_IN_1_DAY: alert("warning", "profile", "A secret of an application ends in a day.", newSecret),
  SECRET_ENDED: alert("error", "profile", "A secret of an application has ended.", newSecret),
  DEAD_LETTER: alert(
    "warning",
    "administrator",
    "A message between the services could not be handled and was set aside.",
    "Look at the dead letter's reason; replay it after the cause is gone, or discard it.",
  ),
  STREAM_FILLING: alert(
    "warning",
    "administrator",
    "A stream of the message bus is more than 70 % full.",
    "Check that its consumers run; raise the stream's limit if the load is real.",
  ),
  NOTIFICATION_FAILED: alert(
    "error",
    "administrator",
    "Notifications cannot be sent by e-mail.",
    "Check the notification mail server in the settings and send a test message. Notices wait and go out when it works again.",
  ),
} as const satisfies Record<string, AlertCodeEntry>;

/** Every code an alert can have. */
export type AlertCode = FailureCode | keyof typeof otherAlertCodes;

/** The table of all alert codes: the failures and the others. */
export const alertCodes: Readonly<Record<AlertCode, AlertCodeEntry>> = { ...failureCodes, ...otherAlertCodes };
