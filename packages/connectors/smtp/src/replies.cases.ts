import type { FailureCode } from "@mailfleet/contracts";
import type { Stage, Whose } from "./reply-rules.ts";

/** What a server really says at a stage, and what it means. */
export interface ReplyCase {
  readonly server: string;
  /** Where the words, or the rule behind them, are published. */
  readonly source: string;
  readonly stage: Stage;
  /** As it comes over the wire, without the last line end. */
  readonly reply: string;
  readonly code: FailureCode;
  readonly whose: Whose;
}

type Row = readonly [stage: Stage, code: FailureCode, whose: Whose, reply: string];

const said = (server: string, source: string, rows: readonly Row[]): readonly ReplyCase[] =>
  rows.map(([stage, code, whose, reply]) => ({ server, source, stage, code, whose, reply }));

const sisimai = "https://github.com/sisimai/p5-sisimai";

const google = said("Gmail", "https://support.google.com/a/answer/3726730", [
  [
    "auth",
    "AUTHENTICATION_REJECTED",
    "mailbox",
    "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1 - gsmtp",
  ],
  [
    "auth",
    "APP_PASSWORD_NEEDED",
    "mailbox",
    "534-5.7.9 Application-specific password required. For more information, go to\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
  ],
  [
    "auth",
    "AUTHENTICATION_REJECTED",
    "mailbox",
    "534-5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser\r\n534 5.7.14 and then try again.",
  ],
  ["auth", "RATE_LIMITED", "mailbox", "454 4.7.0 Too many login attempts, please try again later. x - gsmtp"],
  ["auth", "RATE_LIMITED", "mailbox", "421 4.7.0 Try again later, closing connection. x - gsmtp"],
  [
    "auth",
    "SERVER_UNAVAILABLE",
    "mailbox",
    "454 4.7.0 Cannot authenticate due to a temporary system problem. Try again later. x - gsmtp",
  ],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "504 5.7.4 XOAUTH is no longer supported. x - gsmtp"],
  [
    "auth",
    "AUTHENTICATION_NOT_OFFERED",
    "mailbox",
    "538 5.7.11 Encryption required for requested authentication mechanism",
  ],
  ["greeting", "RATE_LIMITED", "mailbox", "421 4.7.0 Try again later, closing connection. x - gsmtp"],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "421 4.7.0 Try again later, closing connection. (EHLO) a1b2 - gsmtp"],
  [
    "hello",
    "EHLO_NAME_REFUSED",
    "mailbox",
    '501-5.5.4 HELO/EHLO argument "" invalid, closing connection.\r\n501 5.5.4  https://support.google.com/mail/?p=helo x - gsmtp',
  ],
  ["mail", "AUTHENTICATION_NOT_OFFERED", "mailbox", "530 5.7.0 Must issue a STARTTLS command first. x - gsmtp"],
  [
    "mail",
    "AUTHENTICATION_REJECTED",
    "mailbox",
    "530-5.7.0 Authentication Required. For more information, go to\r\n530 5.7.0  https://support.google.com/mail/?p=WantAuthError x - gsmtp",
  ],
  ["mail", "SENDING_LIMIT_REACHED", "mailbox", "550 5.4.5 Daily user sending quota exceeded. x - gsmtp"],
  ["mail", "SENDING_LIMIT_REACHED", "mailbox", "550 5.4.5 Daily SMTP relay limit exceeded for customer. x - gsmtp"],
  ["mail", "PROTOCOL_ERROR", "message", "503 5.5.1 Bootstrap commands not allowed at this time. x - gsmtp"],
  ["mail", "SENDER_REFUSED", "mailbox", "553 5.1.7 The sender address is not a valid RFC-5321 address. x - gsmtp"],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "450-4.2.1 The user you are trying to contact is receiving mail too quickly.\r\n450 4.2.1 Please resend your message at a later time. x - gsmtp",
  ],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. x - gsmtp",
  ],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "452-4.2.2 The email account that you tried to reach is over quota\r\n452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp",
  ],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 4.5.3 Your message has too many recipients. x - gsmtp"],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "452 4.5.3 Domain policy size per transaction exceeded, please try this recipient in a separate transaction. x - gsmtp",
  ],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "451 4.3.0 Multiple destination domains per transaction is unsupported. Please try again. x - gsmtp",
  ],
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "recipient",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces. x - gsmtp",
  ],
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "recipient",
    "550 5.2.1 The email account that you tried to reach is disabled. x - gsmtp",
  ],
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "recipient",
    "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. x - gsmtp",
  ],
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "recipient",
    "552-5.2.2 The email account that you tried to reach is over quota and inactive.\r\n552 5.2.2  https://support.google.com/mail/?p=OverQuotaPerm x - gsmtp",
  ],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "553 5.1.2 We weren't able to find the recipient domain. x - gsmtp"],
  [
    "final",
    "SENDING_LIMIT_REACHED",
    "mailbox",
    "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n550 5.4.5 sending limits go to https://support.google.com/a/answer/166852",
  ],
  [
    "final",
    "SENDING_LIMIT_REACHED",
    "mailbox",
    "421-4.7.28 Gmail has detected an unusual rate of email originating from your\r\n421 4.7.28 SPF domain",
  ],
  ["final", "MESSAGE_DEFERRED", "message", "451 4.5.0 SMTP protocol violation, see RFC 2821. x - gsmtp"],
  ["final", "SERVER_UNAVAILABLE", "message", "421 4.3.0 Temporary System Problem. Try again later. x - gsmtp"],
  ["final", "SERVER_UNAVAILABLE", "message", "451 4.3.0 Mail server temporarily rejected message. x - gsmtp"],
  ["final", "SERVER_UNAVAILABLE", "message", "421 4.4.5 Server busy, try again later. x - gsmtp"],
  [
    "final",
    "MESSAGE_TOO_LARGE",
    "message",
    "552-5.3.4 Your message exceeded Google's message size limits.\r\n552 5.3.4 Please visit https://support.google.com/mail/?p=MaxSizeError x - gsmtp",
  ],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 5.2.3 Your message exceeded Google's message size limits. x - gsmtp"],
  [
    "final",
    "MESSAGE_REFUSED",
    "message",
    "552-5.7.0 This message was blocked because its content presents a potential\r\n552 5.7.0 security issue.",
  ],
  [
    "final",
    "MESSAGE_REFUSED",
    "message",
    "550 5.7.30 This mail has been blocked because DKIM does not pass. Gmail requires all large senders to authenticate with DKIM. x - gsmtp",
  ],
  [
    "final",
    "MESSAGE_REFUSED",
    "message",
    "550-5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires\r\n550 5.7.26 all senders to authenticate with either SPF or DKIM. x - gsmtp",
  ],
  [
    "final",
    "MESSAGE_REFUSED",
    "message",
    "550-5.7.1 Our system has detected that this message is likely unsolicited mail.\r\n550 5.7.1 To reduce the amount of spam sent to Gmail, this message has been blocked. x - gsmtp",
  ],
  ["final", "MESSAGE_REFUSED", "message", "554 5.6.0 Mail message is malformed. Not accepted. x - gsmtp"],
]);

const microsoft = said(
  "Exchange Online",
  "https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online/non-delivery-reports-in-exchange-online",
  [
    [
      "auth",
      "AUTHENTICATION_REJECTED",
      "mailbox",
      "535 5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    [
      "auth",
      "ACCOUNT_DISABLED",
      "mailbox",
      "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.",
    ],
    [
      "auth",
      "ACCOUNT_DISABLED",
      "mailbox",
      "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect or the account is locked",
    ],
    [
      "auth",
      "AUTHENTICATION_REJECTED",
      "mailbox",
      "535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
    ],
    [
      "auth",
      "AUTHENTICATION_NOT_OFFERED",
      "mailbox",
      "550 5.7.30 Basic authentication is not supported for Client Submission. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    [
      "auth",
      "AUTHENTICATION_NOT_OFFERED",
      "mailbox",
      "504 5.7.4 Unrecognized authentication type [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    [
      "auth",
      "TOO_MANY_CONNECTIONS",
      "mailbox",
      "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
    ],
    ["auth", "RATE_LIMITED", "mailbox", "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS761)"],
    [
      "auth",
      "SERVER_UNAVAILABLE",
      "mailbox",
      "454 4.7.0 Temporary authentication failure [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    [
      "mail",
      "AUTHENTICATION_REJECTED",
      "mailbox",
      "530 5.7.57 Client not authenticated to send mail. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    ["mail", "ACCOUNT_DISABLED", "mailbox", "550 5.1.8 Access denied, bad outbound sender AS(42004)"],
    ["mail", "RATE_LIMITED", "mailbox", "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)"],
    ["mail", "SENDER_REFUSED", "mailbox", "550 5.7.1 Client does not have permissions to send as this sender"],
    ["mail", "SERVER_UNAVAILABLE", "message", "452 4.3.1 Insufficient system resources"],
    ["rcpt", "RATE_LIMITED", "mailbox", "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77719)"],
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 4.5.3 Too many recipients"],
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "550 5.5.3 Too many recipients"],
    [
      "rcpt",
      "MESSAGE_DEFERRED",
      "recipient",
      "450 4.7.325 Remote certificate must have a common name or subject alternative name matching the hostname",
    ],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    ],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [BL2NAM02FT061.eop-nam02.prod.protection.outlook.com]",
    ],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
    ],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "501 5.1.3 Invalid address [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
    ["final", "SENDER_REFUSED", "message", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"],
    [
      "final",
      "SENDER_REFUSED",
      "message",
      "554 5.2.252 SendAsDenied; b@example.org not allowed to send as a@example.org; STOREDRV.Submission.Exception:SendAsDeniedException",
    ],
    [
      "final",
      "SENDING_LIMIT_REACHED",
      "mailbox",
      "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent exception",
    ],
    [
      "final",
      "SENDING_LIMIT_REACHED",
      "mailbox",
      "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    ],
    [
      "final",
      "SENDING_LIMIT_REACHED",
      "mailbox",
      "550 5.2.122 The recipient has exceeded their limit for the number of messages they can receive per hour",
    ],
    ["final", "SENDING_LIMIT_REACHED", "mailbox", "550 5.7.705 Access denied, tenant has exceeded threshold"],
    ["final", "TOO_MANY_CONNECTIONS", "mailbox", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"],
    [
      "final",
      "AUTHENTICATION_NOT_OFFERED",
      "mailbox",
      "550 5.7.30 Basic authentication is not supported for Client Submission.",
    ],
    ["final", "MESSAGE_TOO_LARGE", "message", "552 5.3.4 Message size exceeds fixed maximum message size"],
    ["final", "MESSAGE_REFUSED", "message", "554 5.6.0 Invalid message content"],
    ["final", "MESSAGE_REFUSED", "message", "554 5.4.14 Hop count exceeded - possible mail loop ATTR34"],
    [
      "final",
      "SERVER_UNAVAILABLE",
      "message",
      "451 4.3.2 Please try again later [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]",
    ],
  ],
);

const exchange = said(
  "Exchange Server",
  "https://learn.microsoft.com/en-us/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
  [
    ["greeting", "SERVER_UNAVAILABLE", "mailbox", "421 4.3.2 Service not available"],
    [
      "greeting",
      "TOO_MANY_CONNECTIONS",
      "mailbox",
      "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel",
    ],
    ["hello", "EHLO_NAME_REFUSED", "mailbox", "501 5.5.4 Invalid domain name, bad EHLO argument"],
    ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 5.7.3 Authentication unsuccessful"],
    ["mail", "SERVER_UNAVAILABLE", "message", "452 4.3.1 Insufficient system resources"],
    ["mail", "SERVER_UNAVAILABLE", "message", "421 4.4.1 Connection timed out"],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.7.1 Unable to relay"],
    ["rcpt", "AUTHENTICATION_REJECTED", "mailbox", "530 5.7.1 Client was not authenticated"],
    ["final", "SENDER_REFUSED", "message", "550 5.7.60 SMTP; Client does not have permissions to send as this sender"],
    ["final", "MESSAGE_DEFERRED", "message", "451 4.7.0 Temporary server error. Please try again later. PRX2"],
    ["final", "MESSAGE_DEFERRED", "message", "450 4.7.0 Proxy session setup failed on Frontend"],
  ],
);

const outlook = said("Outlook.com", "https://sendersupport.olc.protection.outlook.com/pm/troubleshooting", [
  [
    "mail",
    "RATE_LIMITED",
    "mailbox",
    "421 RP-001 (SNT0-MC2-F19) Unfortunately, some messages from 192.0.2.1 weren't sent. Please try again. We have limits for how many messages can be sent per hour and per day.",
  ],
  [
    "mail",
    "SERVER_UNAVAILABLE",
    "mailbox",
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
  ],
  [
    "mail",
    "RATE_LIMITED",
    "mailbox",
    "451 4.7.650 The mail server [192.0.2.25] has been temporarily rate limited due to IP reputation. For e-mail delivery information, see https://postmaster.live.com (S3113)",
  ],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.5.0 Requested action not taken: mailbox unavailable."],
]);

const yahoo = [
  ...said("Yahoo", "https://senders.yahooinc.com/smtp-error-codes/", [
    [
      "mail",
      "RATE_LIMITED",
      "mailbox",
      "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
    ],
    [
      "mail",
      "SERVER_UNAVAILABLE",
      "mailbox",
      "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.25, because the ip is in Spamhaus's list.",
    ],
    [
      "final",
      "MESSAGE_REFUSED",
      "message",
      "554 5.7.9 Message not accepted for policy reasons.  See https://postmaster.yahooinc.com/error-codes",
    ],
    ["final", "MESSAGE_REFUSED", "message", "554 Message not allowed - [PH01] Email not accepted for policy reasons."],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com)",
    ],
  ]),
  ...said("Yahoo", "https://smtp.codes/yahoo", [
    ["mail", "SERVER_UNAVAILABLE", "message", "421 Max message per connection reached, closing transmission channel"],
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "450 User is receiving mail too quickly"],
    ["mail", "SERVER_UNAVAILABLE", "message", "451 4.3.2 Internal server error"],
    [
      "final",
      "MESSAGE_DEFERRED",
      "message",
      "451 example.yahoo.com Resources temporarily unavailable. Please try again later [#4.16.1].",
    ],
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 temporary domain failure <x@example.com>"],
  ]),
  ...said("Yahoo", "https://help.yahoo.com/kb/SLN15241.html", [
    ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 5.7.0 (#MBR1212) Incorrect username or password."],
    ["auth", "RATE_LIMITED", "mailbox", "535 5.7.0 (#AUTH005) Too many bad auth attempts."],
    ["auth", "RATE_LIMITED", "mailbox", "421 4.7.0 Too many bad auth attempts"],
  ]),
];

const postfix = said("Postfix", "https://www.postfix.org/postconf.5.html", [
  [
    "greeting",
    "TOO_MANY_CONNECTIONS",
    "mailbox",
    "421 4.7.0 mail.example.org Error: too many connections from 192.0.2.1",
  ],
  ["greeting", "SERVER_UNAVAILABLE", "mailbox", "421 4.3.2 Service not available, closing transmission channel"],
  [
    "greeting",
    "SERVER_UNAVAILABLE",
    "mailbox",
    "521 5.7.1 Service unavailable; client [203.0.113.225] blocked using dnsbl.example.net",
  ],
  [
    "hello",
    "EHLO_NAME_REFUSED",
    "mailbox",
    "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
  ],
  ["hello", "EHLO_NOT_OFFERED", "mailbox", "502 5.5.2 Error: command not recognized"],
  ["starttls", "SERVER_UNAVAILABLE", "mailbox", "454 4.7.0 TLS not available due to local problem"],
  ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "503 5.5.1 Error: authentication not enabled"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "530 5.7.0 Must issue a STARTTLS command first"],
  [
    "auth",
    "SERVER_UNAVAILABLE",
    "mailbox",
    "454 4.7.0 Temporary authentication failure: Connection lost to authentication server",
  ],
  ["mail", "SERVER_UNAVAILABLE", "message", "452 4.3.1 Insufficient system storage"],
  ["mail", "SERVER_UNAVAILABLE", "message", "451 4.3.0 Error: queue file write error"],
  ["mail", "RATE_LIMITED", "mailbox", "450 4.7.1 Error: too much mail from 192.0.2.1"],
  ["mail", "MESSAGE_TOO_LARGE", "message", "552 5.3.4 Message size exceeds fixed limit"],
  ["mail", "MESSAGE_TOO_LARGE", "message", "552 5.3.4 Error: message file too big"],
  ["mail", "MESSAGE_REFUSED", "message", "555 5.5.4 Unsupported option: SIZE=99"],
  [
    "mail",
    "SENDER_REFUSED",
    "mailbox",
    "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org",
  ],
  [
    "rcpt",
    "SENDER_REFUSED",
    "mailbox",
    "553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b@example.org",
  ],
  ["rcpt", "SENDER_REFUSED", "mailbox", "553 5.7.1 <a@example.org>: Sender address rejected: not logged in"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "450 4.1.8 <a@example.org>: Sender address rejected: Domain not found"],
  ["rcpt", "EHLO_NAME_REFUSED", "mailbox", "550 5.7.1 <x>: Helo command rejected: Access denied"],
  ["rcpt", "SERVER_UNAVAILABLE", "message", "450 4.7.1 <x>: Helo command rejected: Host not found"],
  [
    "rcpt",
    "SERVER_UNAVAILABLE",
    "mailbox",
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
  ],
  ["rcpt", "SERVER_UNAVAILABLE", "mailbox", "450 4.7.1 Client host rejected: cannot find your hostname, [192.0.2.1]"],
  [
    "rcpt",
    "RECIPIENT_REFUSED",
    "recipient",
    "550 5.1.1 <nobody@example.org>: Recipient address rejected: User unknown in local recipient table",
  ],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "450 4.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual alias table",
  ],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "554 5.7.1 <a@example.com>: Relay access denied"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "552 5.2.2 <a@example.com>: Mailbox is over quota"],
  [
    "rcpt",
    "MESSAGE_DEFERRED",
    "recipient",
    "450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html",
  ],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 4.5.3 Error: too many recipients"],
  ["rcpt", "SERVER_UNAVAILABLE", "message", "451 4.3.0 <a@example.org>: Temporary lookup failure"],
  ["rcpt", "SERVER_UNAVAILABLE", "message", "451 4.3.5 Server configuration error"],
  ["rcpt", "SERVER_UNAVAILABLE", "message", "421 4.4.2 mail.example.org Error: timeout exceeded"],
  ["data", "RECIPIENT_REFUSED", "message", "554 5.5.1 Error: no valid recipients"],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 5.3.4 Error: message file too big"],
  ["final", "SERVER_UNAVAILABLE", "message", "451 4.3.0 Error: queue file write error"],
  ["final", "SERVER_UNAVAILABLE", "message", "452 4.3.1 Out of storage"],
  ["final", "MESSAGE_REFUSED", "message", "554 5.6.0 Error: too many hops"],
  ["final", "MESSAGE_REFUSED", "message", "550 5.7.1 Message content rejected, UBE, id=00000-22-225"],
  ["final", "MESSAGE_DEFERRED", "message", "451 4.7.1 Service unavailable - try again later"],
]);

const exim = said("Exim", "https://www.exim.org/exim-html-current/doc/html/spec_html/", [
  [
    "greeting",
    "TOO_MANY_CONNECTIONS",
    "mailbox",
    "421 mx.example.org: Too many concurrent SMTP connections; please try again later.",
  ],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "501 Syntactically invalid EHLO argument(s)"],
  ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 Incorrect authentication data"],
  ["auth", "SERVER_UNAVAILABLE", "mailbox", "435 Unable to authenticate at present"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "503 AUTH command used when not advertised"],
  ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "504 PLAIN authentication mechanism not supported"],
  ["mail", "MESSAGE_TOO_LARGE", "message", "552 Message size exceeds maximum permitted"],
  ["mail", "SERVER_UNAVAILABLE", "message", "452 Space shortage, please try later"],
  ["mail", "SERVER_UNAVAILABLE", "message", "421 Too much load; please try again later"],
  ["mail", "SERVER_UNAVAILABLE", "message", "451 Temporary local problem - please try later"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "451 Temporary local problem - please try later"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 too many recipients"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "552 too many recipients"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 Unrouteable address"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 Administrative prohibition"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 relay not permitted"],
  ["rcpt", "SENDER_REFUSED", "mailbox", "550 Sender verify failed"],
  [
    "rcpt",
    "AUTHENTICATION_REJECTED",
    "mailbox",
    "550-Please turn on SMTP Authentication in your mail client, or login to the\r\n550-IMAP/POP3 server before sending your message. (localhost.localdomain)\r\n550-[192.168.1.190]:42630 is not permitted to relay through this server without\r\n550 authentication.",
  ],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 Message size exceeds maximum permitted"],
  ["final", "MESSAGE_REFUSED", "message", '554 Too many "Received" headers - suspected mail loop'],
  ["final", "MESSAGE_REFUSED", "message", "550 maximum allowed line length is 998 octets, got 1203"],
  ["final", "MESSAGE_REFUSED", "message", "550 This message contains a virus (Eicar-Test-Signature)."],
  ["final", "MESSAGE_DEFERRED", "message", "451 Temporary local problem - please try later"],
]);

const cpanel = said("cPanel (Exim)", "https://docs.cpanel.net/knowledge-base/email/how-to-prevent-email-abuse/", [
  [
    "rcpt",
    "SENDING_LIMIT_REACHED",
    "mailbox",
    "550 Domain example.org has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.",
  ],
  [
    "rcpt",
    "SENDING_LIMIT_REACHED",
    "mailbox",
    "550 Domain example.org has exceeded the max defers and failures per hour (5/5 (100%)) allowed. Message discarded.",
  ],
]);

const sendmail = said("Sendmail", "https://github.com/freebsd/freebsd-src/blob/main/contrib/sendmail/src/srvrsmtp.c", [
  ["greeting", "SERVER_UNAVAILABLE", "mailbox", "554 mail.example.org ESMTP not accepting messages"],
  ["greeting", "TOO_MANY_CONNECTIONS", "mailbox", "421 4.3.2 Too many open connections."],
  ["greeting", "TOO_MANY_CONNECTIONS", "mailbox", "452 4.3.2 Connection rate limit exceeded."],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "501 5.0.0 Invalid EHLO domain name"],
  ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 5.7.0 authentication failed"],
  ["auth", "SERVER_UNAVAILABLE", "mailbox", "454 4.3.0 Temporary authentication failure"],
  ["mail", "SERVER_UNAVAILABLE", "message", "452 4.4.5 Insufficient disk space; try again later"],
  [
    "mail",
    "SENDER_REFUSED",
    "mailbox",
    "553 5.1.8 <a@example.org>... Domain of sender address a@example.org does not exist",
  ],
  ["mail", "AUTHENTICATION_REJECTED", "mailbox", "530 5.7.0 Authentication required"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.1.1 <nobody@example.org>... User unknown"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.7.1 <a@example.com>... Relaying denied"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 4.5.3 Too many recipients"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "451 4.7.1 Greylisting in action, please come back in 00:05:00"],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 5.2.3 Message exceeds maximum fixed size (10000000)"],
  ["final", "MESSAGE_REFUSED", "message", "554 5.4.6 Too many hops 26 (25 max)"],
  ["final", "MESSAGE_REFUSED", "message", "554 5.6.1 Eight bit data not allowed"],
  ["final", "SERVER_UNAVAILABLE", "message", "451 4.3.2 Please try again later"],
  ["final", "MESSAGE_DEFERRED", "recipient", "451 4.7.1 Greylisting in action, please come back later"],
]);

const qmail = said("qmail", "https://github.com/notqmail/notqmail/blob/main/qmail-smtpd.c", [
  ["greeting", "SERVER_UNAVAILABLE", "mailbox", "421 out of memory (#4.3.0)"],
  ["hello", "EHLO_NOT_OFFERED", "mailbox", "502 unimplemented (#5.5.1)"],
  ["mail", "SENDER_REFUSED", "message", "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 sorry, that message size exceeds my databytes limit (#5.3.4)"],
  ["final", "MESSAGE_REFUSED", "message", "554 too many hops, this message is looping (#5.4.6)"],
  ["final", "MESSAGE_DEFERRED", "message", "451 See http://pobox.com/~djb/docs/smtplf.html."],
  ["final", "MESSAGE_DEFERRED", "message", "451 qq trouble in home directory"],
  ["final", "SERVER_UNAVAILABLE", "message", "451 qq write error or disk full (#4.3.0)"],
]);

const ses = said("Amazon SES", "https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html", [
  ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 Authentication Credentials Invalid"],
  ["auth", "AUTHENTICATION_REJECTED", "mailbox", "530 Authentication required"],
  ["auth", "SERVER_UNAVAILABLE", "mailbox", "454 Temporary authentication failure"],
  ["mail", "AUTHENTICATION_REJECTED", "mailbox", "530 Authentication required"],
  ["final", "RATE_LIMITED", "mailbox", "454 Throttling failure: Maximum sending rate exceeded."],
  ["final", "SENDING_LIMIT_REACHED", "mailbox", "454 Throttling failure: Daily message quota exceeded."],
  [
    "final",
    "SENDER_REFUSED",
    "message",
    "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.org",
  ],
  ["final", "MESSAGE_DEFERRED", "message", "451 Timeout waiting for data from client"],
  ["final", "MESSAGE_REFUSED", "message", "554 Transaction failed: Missing final '@domain'"],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 Message is too large."],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "501 Invalid RCPT TO address provided"],
]);

const sendgrid = said(
  "SendGrid",
  "https://sendgrid.com/docs/for-developers/sending-email/smtp-errors-and-troubleshooting/",
  [
    ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 Authentication failed: Bad username / password"],
    ["auth", "SENDING_LIMIT_REACHED", "mailbox", "451 Authentication failed: Maximum credits exceeded"],
    ["mail", "AUTHENTICATION_REJECTED", "mailbox", "550 Unauthenticated senders not allowed"],
    [
      "final",
      "SENDER_REFUSED",
      "message",
      "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
    ],
    [
      "mail",
      "TOO_MANY_CONNECTIONS",
      "mailbox",
      "450 too frequent connects from 198.51.100.135, please try again later.",
    ],
    ["final", "MESSAGE_TOO_LARGE", "message", "552 Message too large"],
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "452 Too many recipients"],
    ["rcpt", "SENDING_LIMIT_REACHED", "mailbox", "452 Too many recipients this hour"],
  ],
);

const zoho = [
  ...said("Zoho", "https://www.zoho.com/zeptomail/help/api/smtp-error-codes.html", [
    ["mail", "AUTHENTICATION_NOT_OFFERED", "mailbox", "530 Must issue a STARTTLS command first."],
    ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 Authentication Failed"],
    ["mail", "SENDER_REFUSED", "mailbox", "553 Relaying disallowed as a@example.org"],
    ["final", "MESSAGE_REFUSED", "message", "552 5.7.1 virus Win.Test.EICAR_HDB-1 detected by Zoho Mail"],
  ]),
  ...said(
    "Zoho",
    "https://help.zoho.com/portal/en/community/topic/unable-to-send-message-reason-550-5-4-6-unusual-sending-activity-detected",
    [
      [
        "mail",
        "SENDING_LIMIT_REACHED",
        "mailbox",
        "550 5.4.6 Unusual sending activity detected. Please try after sometime",
      ],
      ["auth", "ACCOUNT_DISABLED", "mailbox", "554 5.1.8 Sender Address Blocked"],
    ],
  ),
  ...said("Zoho", "https://smtp.codes/zoho", [
    ["final", "SERVER_UNAVAILABLE", "message", "452 4.3.1 Temporary System Error"],
    ["final", "MESSAGE_REFUSED", "message", "550 5.7.1 Email rejected per DMARC policy for example.com"],
  ]),
];

const netease = said("NetEase", "https://blog.sina.com.cn/s/blog_8dc13ec50101fxxr.html", [
  ["greeting", "SERVER_UNAVAILABLE", "mailbox", "554 rbl deny."],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "555 helohost error."],
  ["auth", "SERVER_UNAVAILABLE", "mailbox", "451 auth error."],
  ["auth", "RATE_LIMITED", "mailbox", "451 Requested mail action not taken: too much fail authentication"],
  ["auth", "SERVER_UNAVAILABLE", "mailbox", "535 Error: authentication failed, system busy"],
  ["auth", "ACCOUNT_DISABLED", "mailbox", "550 User has no permission"],
  ["auth", "ACCOUNT_DISABLED", "mailbox", "550 user is locked."],
  ["mail", "RATE_LIMITED", "mailbox", "421 HL:IFC 163 smtp9,example"],
  ["mail", "TOO_MANY_CONNECTIONS", "mailbox", "421 HL:ICC 163 smtp9,example"],
  ["mail", "RATE_LIMITED", "mailbox", "451 MI:SFQ 163 smtp9,example"],
  ["mail", "SENDER_REFUSED", "mailbox", "553 Mail from must equal authorized user"],
  ["mail", "AUTHENTICATION_REJECTED", "mailbox", "553 authentication is required,163 smtp9,example"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "451 out of allow RCPT numbers."],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 mailbox unavailable."],
  [
    "final",
    "MESSAGE_REFUSED",
    "message",
    "554 DT:SPM 163 smtp9,example,please see http://mail.163.com/help/help_spam_16.htm",
  ],
  ["final", "MESSAGE_DEFERRED", "message", "451 DT:SPM ,please try again"],
  ["final", "MESSAGE_REFUSED", "message", "552 message rejected by anti-spam engine."],
  ["final", "MESSAGE_REFUSED", "message", "552 too many same size mails."],
  ["final", "MESSAGE_TOO_LARGE", "message", "552 message is too long."],
]);

const tencent = said("QQ Mail", "https://service.mail.qq.com/detail/122", [
  [
    "auth",
    "APP_PASSWORD_NEEDED",
    "mailbox",
    "535 Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com/detail/0/53",
  ],
  [
    "auth",
    "RATE_LIMITED",
    "mailbox",
    "535 Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy.",
  ],
  ["mail", "SENDER_REFUSED", "mailbox", "501 mail from address must be same as authorization user"],
  ["mail", "RATE_LIMITED", "mailbox", "550 Connection frequency limited [Q1YzZ3kx Blocked IP 192.0.2.22]."],
  ["final", "MESSAGE_REFUSED", "message", "550 Mail content denied."],
  ["final", "MESSAGE_REFUSED", "message", "550 DMARC check failed."],
]);

const german = [
  ...said("GMX, WEB.DE, IONOS", "https://smtp.codes/unitedinternet/", [
    [
      "mail",
      "SENDING_LIMIT_REACHED",
      "mailbox",
      "450 Requested mail action not taken: mailbox unavailable. Mail send limit exceeded.",
    ],
    [
      "greeting",
      "SERVER_UNAVAILABLE",
      "mailbox",
      "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available\r\n554-No SMTP service\r\n554 IP address is block listed.",
    ],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 Requested action not taken: mailbox unavailable"],
    ["final", "MESSAGE_REFUSED", "message", "554 Transaction failed. Reject due to policy restrictions."],
  ]),
  ...said("bytecamp", "https://www.bytecamp.net/de/faq/email/zustellen.html", [
    [
      "rcpt",
      "MESSAGE_DEFERRED",
      "recipient",
      "422 4.2.2 Quota limit exceeded (Speicherplatz des Kontos ueberschritten)",
    ],
    ["final", "MESSAGE_REFUSED", "message", "571 5.7.1 message classified as spam (Nachricht als Spam eingestuft)"],
  ]),
];

const others = [
  ...said("iCloud", `${sisimai}/blob/master/lib/Sisimai/Rhost/Apple.pm`, [
    ["mail", "SERVER_UNAVAILABLE", "message", "421 4.4.0 Service unavailable"],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "552 5.2.2 <x@icloud.com>: user is over quota"],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.1.1 <x@icloud.com>: inactive email address"],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 5.1.6 recipient no longer on server: x@icloud.com"],
    ["final", "MESSAGE_REFUSED", "message", "550 5.7.1 [CS01] Message rejected due to local policy."],
    ["final", "MESSAGE_REFUSED", "message", "554 5.7.1 Your message was rejected due to example.jp's DMARC policy."],
  ]),
  ...said("Orange", `${sisimai}/blob/master/lib/Sisimai/Rhost/FrancePTT.pm`, [
    [
      "mail",
      "SERVER_UNAVAILABLE",
      "message",
      "421 4.2.0 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR005_505 [505]",
    ],
    ["mail", "SENDER_REFUSED", "message", "501 5.1.0 Emetteur invalide. Invalid Sender. OFR004_405 [405]"],
    [
      "rcpt",
      "AUTHENTICATION_REJECTED",
      "mailbox",
      "550 5.5.0 Authentification requise. Authentication Required. LPN105_402",
    ],
    [
      "rcpt",
      "RECIPIENT_REFUSED",
      "recipient",
      "550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked. LPN007_426",
    ],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "552 5.1.1 Boite du destinataire pleine."],
  ]),
  ...said("GoDaddy", `${sisimai}/blob/master/lib/Sisimai/Rhost/GoDaddy.pm`, [
    ["auth", "AUTHENTICATION_REJECTED", "mailbox", "535 Authentication not allowed on IBSMTP Servers. IB401"],
    [
      "rcpt",
      "MESSAGE_DEFERRED",
      "recipient",
      "452 This message contains too many recipients. Reduce the number of recipients and retry. IB605",
    ],
    [
      "mail",
      "TOO_MANY_CONNECTIONS",
      "mailbox",
      "421 Connection refused, too many sessions from This IP. Lower the number of concurrent sessions. IB007",
    ],
    [
      "final",
      "MESSAGE_REFUSED",
      "message",
      "552 This message has been rejected due to content judged to be spam by the internet community. IB212",
    ],
    ["final", "MESSAGE_REFUSED", "message", "552 Virus infected message rejected. IB705"],
  ]),
  ...said("Rackspace", "https://smtp.codes/rackspace", [
    ["greeting", "TOO_MANY_CONNECTIONS", "mailbox", "421 Too many concurrent connections from this client (G2)"],
    [
      "rcpt",
      "MESSAGE_DEFERRED",
      "recipient",
      "450 4.2.1 <x@example.com>: Mailbox received too much email in a short period of time (G30)",
    ],
    ["rcpt", "SERVER_UNAVAILABLE", "mailbox", "450 4.7.1 Client host 192.0.2.1 has no PTR record (G1F)"],
    [
      "rcpt",
      "MESSAGE_DEFERRED",
      "recipient",
      "450 4.4.1 <x@example.com>: The recipient's server was temporarily unavailable to accept your message (G6)",
    ],
    ["mail", "RATE_LIMITED", "mailbox", "451 4.7.1 Received too many messages from a new or untrusted IP (G28)"],
  ]),
  ...said("Emailit", "https://emailit.com/docs/smtp/troubleshooting/", [
    ["mail", "RATE_LIMITED", "mailbox", "452 4.4.5 Messages per second limit exceeded"],
    ["mail", "SENDING_LIMIT_REACHED", "mailbox", "452 4.5.3 Daily message limit exceeded"],
  ]),
  ...said("Mailu", "https://github.com/Mailu/Mailu/issues/2416", [
    [
      "rcpt",
      "RATE_LIMITED",
      "mailbox",
      "450 4.7.1 <a@example.org>: SASL login name rejected: You are sending too many emails too fast.",
    ],
  ]),
  ...said("Zimbra, cluebringer", "https://pastebin.com/V80548k6", [
    [
      "rcpt",
      "RATE_LIMITED",
      "mailbox",
      "450 4.7.1 <a@example.org>: Sender address rejected: Deferring: Too many messages from sender in last 60",
    ],
  ]),
  ...said("Barricade MX", "http://www.snertsoft.com/smtp/smtpf/reply.html", [
    ["mail", "SERVER_UNAVAILABLE", "message", "450 4.7.1 sender <a@example.org> temporary failure #815"],
  ]),
  ...said("MailEnable", "https://github.com/Enough-Software/enough_mail/issues/53", [
    ["auth", "AUTHENTICATION_NOT_OFFERED", "mailbox", "504 PLAIN authentication is not permitted by this server."],
  ]),
  ...said("Aruba", "https://pastebin.com/muHQMW6i", [
    [
      "greeting",
      "TOO_MANY_CONNECTIONS",
      "mailbox",
      "421 mxcmd09.ad.aruba.it bizsmtp aeDm1w01G0T9uPK01 Too many connections, try later.",
    ],
  ]),
  ...said("NTT docomo", `${sisimai}/blob/master/lib/Sisimai/Rhost/NTTDOCOMO.pm`, [
    ["rcpt", "MESSAGE_DEFERRED", "recipient", "552 too many recipients"],
    ["final", "MESSAGE_TOO_LARGE", "message", "552 too much mail data"],
    ["rcpt", "RECIPIENT_REFUSED", "recipient", "550 Unknown user x@docomo.ne.jp"],
  ]),
  ...said("Cox", `${sisimai}/blob/master/lib/Sisimai/Rhost/Cox.pm`, [
    [
      "mail",
      "SENDER_REFUSED",
      "message",
      "550 5.1.0 <a@example.com> sender rejected. Refer to Error Codes section at https://www.cox.com/residential/support/email-error-codes.html for more",
    ],
  ]),
];

const standard = said("any", "RFC 5321 §4.2.3, §4.5.3.1.10, RFC 3463, RFC 4954 §6", [
  ["greeting", "SERVER_UNAVAILABLE", "mailbox", "554 No SMTP service here"],
  ["hello", "EHLO_NOT_OFFERED", "mailbox", "500 5.5.1 Command unrecognized"],
  ["hello", "EHLO_NOT_OFFERED", "mailbox", "504 Command parameter not implemented"],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "501 Syntax error in parameters or arguments"],
  ["hello", "SERVER_UNAVAILABLE", "mailbox", "550 Access denied"],
  ["hello", "EHLO_NAME_REFUSED", "mailbox", "550 5.7.1 HELO name is not acceptable (RFC 5321 4.1.1.1)"],
  ["mail", "SENDER_REFUSED", "message", "550 5.1.0 sender rejected"],
  ["mail", "SERVER_UNAVAILABLE", "message", "421 Service not available, closing transmission channel"],
  ["mail", "SERVER_UNAVAILABLE", "message", "451 Requested action aborted: local error in processing"],
  ["rcpt", "SERVER_UNAVAILABLE", "message", "421 Service not available, closing transmission channel"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "552 5.5.3 Too many recipients"],
  ["rcpt", "MESSAGE_DEFERRED", "recipient", "450 Requested mail action not taken: mailbox unavailable"],
  ["rcpt", "RECIPIENT_REFUSED", "recipient", "551 User not local; please try <x@example.net>"],
  ["final", "MESSAGE_DEFERRED", "message", "451 4.3.9 something unheard of"],
  ["final", "PROTOCOL_ERROR", "message", "503 5.5.1 Bad sequence of commands"],
  ["final", "MESSAGE_REFUSED", "message", "554 Transaction failed"],
]);

/** Replies of real servers. */
export const replyCases: readonly ReplyCase[] = [
  ...google,
  ...microsoft,
  ...exchange,
  ...outlook,
  ...yahoo,
  ...postfix,
  ...exim,
  ...cpanel,
  ...sendmail,
  ...qmail,
  ...ses,
  ...sendgrid,
  ...zoho,
  ...netease,
  ...tencent,
  ...german,
  ...others,
  ...standard,
];
