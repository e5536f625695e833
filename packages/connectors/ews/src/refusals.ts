import { redactSecrets, replyBeginning } from "@mailfleet/connector-api";
import { RefusedError } from "@mailfleet/connector-http";
import { type Evidence, type FailureCode, failureOf } from "@mailfleet/contracts";
import { withoutTags } from "@mailfleet/http";
import { XmlError } from "./xml-reader.ts";
import { findElement, readXml, textOf, type XmlElement } from "./xml-tree.ts";

/** One row: an answer `<status> <code>: <message>` that matches has this failure code. */
interface Rule {
  readonly pattern: RegExp;
  readonly code: FailureCode;
  /** Only when sending. */
  readonly sending?: true;
}

const rule = (pattern: RegExp, code: FailureCode): Rule => ({ pattern, code });

/** What Exchange says and what it means, most specific first (MS-OXWSCDATA §2.2.5.24 ResponseCodeType). */
export const errorRules: readonly Rule[] = [
  // In whose name.
  rule(
    /\b(ErrorImpersonat\w+|ErrorInvalidExchangeImpersonationHeaderData|ErrorMissingInformationForImpersonat\w*)\b/,
    "IMPERSONATION_DENIED",
  ),
  rule(/\bErrorSendAsDenied\b/, "SENDER_REFUSED"),
  rule(/\b(ErrorInvalidServerVersion|ErrorInvalidSchemaVersionForMailboxVersion)\b/, "EXCHANGE_TOO_OLD"),

  // Too fast, too full, not now.
  rule(/\b(ErrorServerBusy|ErrorTooManyObjectsOpened)\b|^429\b/, "RATE_LIMITED"),
  rule(/\bErrorExceededConnectionCount\b/, "TOO_MANY_CONNECTIONS"),
  rule(
    /\b(ErrorSubmissionQuotaExceeded|ErrorMessageSubmissionBlocked|ErrorExceededMessageLimit)\b/,
    "SENDING_LIMIT_REACHED",
  ),
  rule(/\bErrorQuotaExceeded\b/, "MAILBOX_FULL"),
  rule(
    /\b(ErrorMailboxMoveInProgress|ErrorMailboxStoreUnavailable|ErrorMailboxFailover|ErrorMailboxSiteFailover|ErrorInternalServerTransientError|ErrorTimeoutExpired|ErrorConnectionFailed|ErrorADUnavailable|ErrorNotEnoughMemory|ErrorInsufficientResources)\b/,
    "SERVER_UNAVAILABLE",
  ),

  // The account and the mailbox.
  rule(/\b(ErrorAccountDisabled|ErrorAccountSuspend\w*)\b/, "ACCOUNT_DISABLED"),
  rule(/\b(ErrorPasswordExpired|ErrorPasswordChangeRequired)\b|^401\b/, "AUTHENTICATION_REJECTED"),
  rule(
    /\b(ErrorNonExistentMailbox|ErrorMissingEmailAddress|ErrorInvalidSmtpAddress|ErrorCannotFindUser|ErrorInvalidMailbox|ErrorNonPrimarySmtpAddress)\b/,
    "MAILBOX_NOT_FOUND",
  ),
  rule(/\bErrorInvalidOperation\b/, "ACCESS_DENIED"),
  rule(/\b(ErrorAccessDenied|ErrorCrossSiteRequest|ErrorProxiedSubscriptionCallFailure)\b|^403\b/, "ACCESS_DENIED"),
  rule(/\bErrorFolderNotFound\b/, "INBOX_UNAVAILABLE"),

  // One message.
  rule(/\bErrorMessageSizeExceeded\b|^413\b/, "MESSAGE_TOO_LARGE"),
  rule(
    /\b(ErrorInvalidRecipients|ErrorMissingRecipients|ErrorMessageRecipientsMissing|ErrorTooManyRecipients)\b/,
    "RECIPIENT_REFUSED",
  ),
  {
    pattern: /\bError(MimeContent|Content|Unsupported|Corrupt|Item|Message|InvalidPropert)\w*\b/,
    code: "MESSAGE_REFUSED",
    sending: true,
  },

  rule(/\b(ErrorInternalServerError)\b/, "SERVER_UNAVAILABLE"),
  rule(/\bError[A-Z]\w+\b/, "UNCLASSIFIED"),
  rule(/^(408|504)\b/, "CONNECTION_TIMEOUT"),
  rule(/^5\d\d\b/, "SERVER_UNAVAILABLE"),
  rule(/^404\b/, "NOT_THIS_PROTOCOL"),
  rule(/^[34]\d\d\b/, "NOT_THIS_PROTOCOL"),
];

/** A server's refusal, read. */
export interface Refusal {
  readonly status: number;
  /** Exchange's own code; `null`: another server said it, or a proxy in front of it. */
  readonly code: string | null;
  readonly message: string;
  /** It wants no request before, in milliseconds. */
  readonly waitMs?: number | undefined;
}

const longestReply = 500;

/** What is asked of the server: some words mean something else. */
export type Purpose = "read" | "send" | "delegation";

/** A refusal as an error of the closed list. `evidence`: where, and the operation; `secrets`: what no words may hold. */
export function refusedError(
  refusal: Refusal,
  evidence: Evidence,
  { secrets, purpose = "read" }: { readonly secrets: ReadonlySet<string>; readonly purpose?: Purpose },
): RefusedError {
  const { status, code, message, waitMs } = refusal;
  const said = [status, code].filter((part) => part !== null).join(" ");
  const text = replyBeginning(`${said}${message ? `: ${message}` : ""}`);
  const found = errorRules.find(({ pattern, sending }) => (!sending || purpose === "send") && pattern.test(text));
  const means = found?.code ?? "UNCLASSIFIED";
  const named = means === "ACCESS_DENIED" && purpose === "delegation" ? "DELEGATION_DENIED" : means;
  const reply = redactSecrets(oneLine(text), secrets, longestReply);
  return new RefusedError(failureOf(named, { ...evidence, reply }, waitMs), status, code);
}

const oneLine = (text: string) => text.replace(/[\p{Cc}\s]+/gu, " ").trim();

/** The fault of a document; `null`: it has none (SOAP 1.1 §4.4, MS-OXWSCDATA §2.2.4.29). */
export function faultIn(document: XmlElement, status: number): Refusal | null {
  const fault = findElement(findElement(document, "Body"), "Fault");
  if (!fault) return null;
  const detail = findElement(fault, "detail");
  const faultcode = textOf(fault, "faultcode") ?? "";
  const code = textOf(detail, "ResponseCode") ?? faultcode.slice(faultcode.lastIndexOf(":") + 1);
  return { status, code: wordOf(code), message: textOf(fault, "faultstring") ?? "", waitMs: backOffIn(detail) };
}

/** The refusal of a response message; `null`: it did not refuse. */
export function refusalIn(message: XmlElement, status: number): Refusal | null {
  if (message.attributes.ResponseClass !== "Error") return null;
  const code = wordOf(textOf(message, "ResponseCode") ?? "");
  return { status, code, message: textOf(message, "MessageText") ?? "", waitMs: backOffIn(message) };
}

/** An answer that is no XML of Exchange's, in its own words. */
export function refusalOfText(status: number, body: string, waitMs?: number): Refusal {
  try {
    const fault = faultIn(readXml(body), status);
    if (fault) return { ...fault, waitMs: fault.waitMs ?? waitMs };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  const message = withoutTags(body).replace(/\s+/g, " ").trim();
  return { status, code: null, message, waitMs };
}

const wordOf = (code: string) => (/^\w{1,100}$/.test(code) ? code : "unnamed");

/** `<t:Value Name="BackOffMilliseconds">` of ErrorServerBusy. */
function backOffIn(within: XmlElement | undefined): number | undefined {
  const values = findElement(within, "MessageXml")?.children ?? [];
  const said = Number(values.find(({ attributes }) => attributes.Name === "BackOffMilliseconds")?.text);
  return Number.isSafeInteger(said) && said > 0 ? Math.min(said, 86_400_000) : undefined;
}
