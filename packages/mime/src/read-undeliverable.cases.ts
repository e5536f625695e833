/** A message that a mail server wrote, or that looks like one, and what it reports. */
export interface ReportCase {
  readonly what: string;
  /** Lines end with LF here, and with CRLF in the test; one character per byte. */
  readonly message: string;
  /** Addresses with status, as `a@x 5.1.1`; `null`: it is no report of a failure. */
  readonly recipients: readonly string[] | null;
  readonly messageId?: string | null;
  /** Whom it was sent to, of each recipient, where that is somebody else. */
  readonly originals?: readonly (string | undefined)[];
  /** Why, of each recipient; not compared where absent. */
  readonly diagnostics?: readonly (string | undefined)[];
  readonly sendId?: string;
}

/** A report of RFC 3464 with these groups of fields. */
const report = (groups: string, more: { head?: string; type?: string; original?: string } = {}) => `From: ${
  more.head ?? "MAILER-DAEMON@mx.example.org (Mail Delivery System)"
}
To: anna@example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; ${more.type ?? "report-type=delivery-status"};
	boundary="b/1"

This is a MIME-encapsulated message.

--b/1
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b/1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Thu,  1 Jan 2026 10:00:00 +0000 (UTC)

${groups}

--b/1
${
  more.original ??
  `Content-Type: message/rfc822

Message-ID: <sent.1@example.org>
From: anna@example.org
Subject: hello

text`
}

--b/1--
`;

/** A report in plain text. */
const plain = (head: string, text: string) => `${head}
To: anna@example.org

${text}
`;

const failed = `Final-Recipient: rfc822; nobody@example.net
Original-Recipient: rfc822;nobody@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.net>: Recipient address
    rejected: User unknown`;

/** What Dovecot, Postfix, Exchange and older servers report, and what only looks like it. */
export const reportCases: readonly ReportCase[] = [
  {
    what: "Postfix: one recipient",
    message: report(failed),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "several recipients, of whom one was reached and one has to wait",
    message: report(
      `${failed}\n\nFinal-Recipient: rfc822; late@example.net\nAction: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; there@example.net\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient: rfc822;<full@example.net>\nAction: Failed\nStatus: 5.2.2 (mailbox full)`,
    ),
    recipients: ["nobody@example.net 5.1.1", "full@example.net 5.2.2"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "given up after days: the status is still 4",
    message: report("Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 4.4.1"),
    recipients: ["a@example.net 4.4.1"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "only delayed",
    message: report("Final-Recipient: rfc822; a@x.test\nAction: delayed\nStatus: 4.4.1"),
    recipients: null,
  },
  {
    what: "a receipt of delivery",
    message: report("Final-Recipient: rfc822; a@x.test\nAction: delivered\nStatus: 2.0.0"),
    recipients: null,
  },
  {
    what: "no action, and a status that says it",
    message: report("Final-Recipient: rfc822; a@x.test\nStatus: 5.7.1"),
    recipients: ["a@x.test 5.7.1"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "no status but in the diagnostic code",
    message: report("Final-Recipient: RFC822; a@x.test\nAction: failed\nDiagnostic-Code: smtp; 554 5.7.26 not aligned"),
    recipients: ["a@x.test 5.7.26"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "only the header of the original",
    message: report(failed, {
      original:
        "Content-Type: text/rfc822-headers\n\nReceived: from x\nMessage-ID:\n <sent.2@example.org>\nSubject: hello\n",
    }),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.2@example.org>",
  },
  {
    what: "no original",
    message: report(failed, { original: "Content-Type: text/plain\n\nnothing" }),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: null,
  },
  {
    what: "Exchange Online: from its own name, with an X.400 original",
    message: report(
      "Final-Recipient: rfc822;nobody@contoso.test\nAction: failed\nStatus: 5.1.10\nDiagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found",
      {
        head: "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.test>",
      },
    ),
    recipients: ["nobody@contoso.test 5.1.10"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "Exchange's own class without a report of RFC 3464",
    message: plain(
      "From: System Administrator <admin@contoso.test>\nSubject: Undeliverable: hello\nContent-Class: urn:content-classes:dsn",
      "Your message did not reach some or all of the intended recipients.\n\nThe following recipient(s) could not be reached:\n\n      'nobody@example.net' on 1/1/2026 10:00 AM\n            The e-mail account does not exist (#5.1.1)",
    ),
    recipients: ["nobody@example.net 5.1.1"],
  },
  {
    what: "no type of report, and one of delivery in it",
    message: report(failed, { type: "x=y" }),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "a receipt that a message was read",
    message: report(failed, { type: "report-type=disposition-notification" }),
    recipients: null,
  },
  { what: "a complaint", message: report(failed, { type: 'report-type="feedback-report"' }), recipients: null },
  {
    what: "international addresses (RFC 6533)",
    message: report("Final-Recipient: utf-8; j\xc3\xbcrgen@x.test\nAction: failed\nStatus: 5.6.7"),
    recipients: ["j\xc3\xbcrgen@x.test 5.6.7"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "qmail",
    message: plain(
      "From: MAILER-DAEMON@mx.example.org\nSubject: failure notice",
      "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<nobody@example.net>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <anna@example.org>\nMessage-ID: <sent.3@example.org>\nTo: nobody@example.net",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.3@example.org>",
  },
  {
    what: "Exim",
    message: plain(
      "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nX-Failed-Recipients: one@example.net,\n  two@example.net\nAuto-Submitted: auto-replied\nSubject: Mail delivery failed: returning message to sender",
      "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  one@example.net\n    host mx.example.net [192.0.2.1]\n    550 Unrouteable address",
    ),
    recipients: ["one@example.net", "two@example.net"],
  },
  {
    what: "Exim: a warning",
    message: plain(
      "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nSubject: Warning: message 1abc delayed 24 hours",
      "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n\nNo action is required on your part.",
    ),
    recipients: null,
  },
  {
    what: "sendmail, before it wrote reports",
    message: plain(
      "From: Mail Delivery Subsystem <MAILER-DAEMON@old.example.org>\nSubject: Returned mail: User unknown",
      "The original message was received at Thu, 1 Jan 2026 10:00:00 GMT\n\n   ----- The following addresses had permanent fatal errors -----\n<nobody@example.net>\n\n   ----- Transcript of session follows -----\n550 <nobody@example.net>... User unknown",
    ),
    recipients: ["nobody@example.net"],
  },
  {
    what: "an address within a sentence, in base64",
    message: `From: postmaster@x.test\nSubject: Delivery failure\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n${Buffer.from("We were unable to deliver your message to nobody@example.net.").toString("base64")}\n`,
    recipients: ["nobody@example.net"],
  },
  {
    what: "nobody is named",
    message: plain("From: MAILER-DAEMON@x.test\nSubject: Mail delivery failed", "Sorry."),
    recipients: [],
  },
  {
    what: "a send of Mailfleet's whose Message-ID the server replaced",
    message: report(failed, {
      original:
        "Content-Type: text/rfc822-headers\n\nX-Mailfleet-Send: sn_abc123\nMessage-ID: <other@outlook.test>\nSubject: hello\n",
    }),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<other@outlook.test>",
    sendId: "sn_abc123",
    diagnostics: ["550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown"],
  },
  {
    what: "an envelope id, and nothing of the original",
    message: report(failed, { original: "Content-Type: text/plain\n\nnothing" }).replace(
      "Reporting-MTA",
      "Original-Envelope-Id: sn_abc123\nReporting-MTA",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: null,
    sendId: "sn_abc123",
  },
  {
    what: "an address that was forwarded to another",
    message: report(
      `${failed.replace("Original-Recipient: rfc822;nobody", "Original-Recipient: rfc822; Sales+2B")}\n\n${failed.replace("Original-Recipient: rfc822;nobody", "Original-Recipient: RFC822;<NOBODY").replace(".net\nAction", ".net>\nAction")}`,
    ),
    recipients: ["nobody@example.net 5.1.1", "nobody@example.net 5.1.1"],
    originals: ["Sales+2B@example.net", undefined],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "only whom it was sent to",
    message: report(failed.replace(/^Final-Recipient.*\n/, "")),
    recipients: ["nobody@example.net 5.1.1"],
    originals: [undefined],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "an envelope id of somebody else's",
    message: report(failed).replace("Reporting-MTA", "Original-Envelope-Id: QQ314159\nReporting-MTA"),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.1@example.org>",
  },
  {
    what: "Postfix: as plain text",
    message: plain(
      "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender",
      "This is the mail system at host mx.example.org.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<nobody@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1\n    <nobody@example.net>: Recipient address rejected: User unknown (in reply to\n    RCPT TO command)\n\n<full@example.com>: host mx.example.com[192.0.2.2] said: 552 5.2.2 mailbox full\n",
    ),
    recipients: ["nobody@example.net 5.1.1", "full@example.com 5.2.2"],
    diagnostics: [
      "host mx.example.net[192.0.2.1] said: 550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown (in reply to RCPT TO command)",
      "host mx.example.com[192.0.2.2] said: 552 5.2.2 mailbox full",
    ],
  },
  {
    what: "qmail: two recipients, and the header of the original below",
    message: plain(
      "From: MAILER-DAEMON@mx.example.org\nSubject: failure notice",
      "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<one@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n<two@example.net>:\n192.0.2.1 failed after I sent the message.\nRemote host said: 554 5.7.1 spam\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <anna@example.org>\nX-Mailfleet-Send: sn_qmail01\nMessage-ID: <sent.4@example.org>",
    ),
    recipients: ["one@example.net 5.1.1", "two@example.net 5.7.1"],
    messageId: "<sent.4@example.org>",
    sendId: "sn_qmail01",
    diagnostics: [
      "Sorry, no mailbox here by that name. (#5.1.1)",
      "192.0.2.1 failed after I sent the message. Remote host said: 554 5.7.1 spam",
    ],
  },
  {
    what: "Exim: what the server said, and a copy of the header",
    message: plain(
      "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\nX-Failed-Recipients: one@example.net\nSubject: Mail delivery failed: returning message to sender",
      "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  one@example.net\n    host mx.example.net [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<one@example.net>:\n    550 5.1.1 User unknown\n\n------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <anna@example.org>\nMessage-ID: <sent.5@example.org>\nFrom: anna@example.org",
    ),
    recipients: ["one@example.net 5.1.1"],
    messageId: "<sent.5@example.org>",
    diagnostics: [
      "host mx.example.net [192.0.2.1] SMTP error from remote mail server after RCPT TO:<one@example.net>: 550 5.1.1 User unknown",
    ],
  },
  {
    what: "Gmail, before it wrote reports",
    message: plain(
      "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nX-Failed-Recipients: nobody@example.net\nSubject: Delivery Status Notification (Failure)",
      "Delivery to the following recipient failed permanently:\n\n     nobody@example.net\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the server for the recipient domain example.net by mx.example.net.\n\nThe error that the other server returned was:\n550 5.1.1 no such user\n\n----- Original message -----\n\nX-Received: by 2002:a05\nMessage-ID: <sent.6@example.org>\nSubject: hello",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    messageId: "<sent.6@example.org>",
    diagnostics: [
      "Google tried to deliver your message, but it was rejected by the server for the recipient domain example.net by mx.example.net.",
    ],
  },
  {
    what: "Exchange: the reason below a quoted address",
    message: plain(
      "From: System Administrator <postmaster@contoso.test>\nSubject: Undeliverable: hello",
      "Your message\n\n      Subject: hello\n\ndid not reach the following recipient(s):\n\n'nobody@example.net' on Thu, 1 Jan 2026 10:00:00 +0100\n    The recipient name is not recognized\n    <mx.contoso.test #5.1.1>",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    diagnostics: ["on Thu, 1 Jan 2026 10:00:00 +0100 The recipient name is not recognized <mx.contoso.test #5.1.1>"],
  },
  {
    what: "hMailServer",
    message: plain(
      "From: mailer-daemon@mail.example.org\nSubject: Message undeliverable: hello",
      "Your message did not reach some or all of the intended recipients.\n\n   Sent: Thu, 1 Jan 2026 10:00:00 +0100\n   Subject: hello\n\nThe following recipient(s) could not be reached:\n\nnobody@example.net\n   Error Type: SMTP\n   Remote server (192.0.2.1) issued an error.\n   hMailServer sent: RCPT TO:<nobody@example.net>\n   Remote server replied: 550 5.1.1 unknown\n\n\nhMailServer",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    diagnostics: [
      "Error Type: SMTP Remote server (192.0.2.1) issued an error. hMailServer sent: RCPT TO:<nobody@example.net> Remote server replied: 550 5.1.1 unknown",
    ],
  },
  {
    what: "Domino",
    message: plain(
      "From: postmaster@notes.example.net\nSubject: DELIVERY FAILURE: User nobody not listed in Domino Directory",
      "Your message\n\n  Subject: hello\n\nwas not delivered to:\n\n  nobody@example.net\n\nbecause:\n\n  User nobody (nobody@example.net) not listed in Domino Directory",
    ),
    recipients: ["nobody@example.net"],
    diagnostics: ["User nobody (nobody@example.net) not listed in Domino Directory"],
  },
  {
    what: "sendmail: the reply stands in the transcript",
    message: plain(
      "From: Mail Delivery Subsystem <MAILER-DAEMON@old.example.org>\nSubject: Returned mail: see transcript for details",
      "   ----- The following addresses had permanent fatal errors -----\n<nobody@example.net>\n\n   ----- Transcript of session follows -----\n550 5.1.1 <nobody@example.net>... User unknown",
    ),
    recipients: ["nobody@example.net 5.1.1"],
    diagnostics: ["550 5.1.1 <nobody@example.net>... User unknown"],
  },
  {
    what: "an absence note",
    message: plain(
      "From: bob@x.test\nSubject: Out of office\nAuto-Submitted: auto-replied",
      "Mail could not be delivered to my desk: I am away.",
    ),
    recipients: null,
  },
  {
    what: "somebody writes about a failure",
    message: plain("From: bob@x.test\nSubject: Re: Undeliverable: hello", "My mail could not be delivered, see 5.1.1."),
    recipients: null,
  },
  {
    what: "the postmaster writes about something else",
    message: plain("From: postmaster@x.test\nSubject: new spam filter", "From Monday on we filter spam."),
    recipients: null,
  },
  {
    what: "a report that somebody forwards",
    message: `From: bob@x.test\nSubject: Fwd: failure\nContent-Type: multipart/mixed; boundary=q\n\n--q\nContent-Type: message/rfc822\n\n${report(failed)}\n--q--\n`,
    recipients: null,
  },
  {
    what: "cut in the middle of the report",
    message: report(failed).slice(0, 760),
    recipients: ["nobody@example.net 5.1.1"],
  },
  {
    what: "ten thousand recipients",
    message: report(
      Array.from(
        { length: 10_000 },
        (_, n) => `Final-Recipient: rfc822; a${n}@x.test\nAction: failed\nStatus: 5.1.1`,
      ).join("\n\n"),
    ),
    recipients: Array.from({ length: 50 }, (_, n) => `a${n}@x.test 5.1.1`),
    messageId: null,
  },
  {
    what: "a line without end in the report",
    message: report(`Final-Recipient: rfc822; ${"a".repeat(200_000)}\nAction: failed`),
    recipients: null,
  },
];
