/** The header of a message, and whether it is automatic. */
export interface AutomaticCase {
  readonly what: string;
  readonly header: string;
  /** The field that says it; `null`: none does. */
  readonly because: string | null;
  /** It answers another message by itself. */
  readonly answers?: true;
}

/** What servers, lists and people's clients write (RFC 3834, RFC 2919, and what was usual before). */
export const automaticCases: readonly AutomaticCase[] = [
  { what: "a person", header: "From: kim@example.net\nSubject: Hello", because: null },
  {
    what: "a person who answers",
    header: "From: kim@example.net\nIn-Reply-To: <1@x>\nSubject: Re: Hello",
    because: null,
  },
  { what: "an absence note", header: "Auto-Submitted: auto-replied", because: "Auto-Submitted", answers: true },
  {
    what: "an absence note with a parameter",
    header: 'Auto-Submitted: auto-replied; owner-email="x"',
    because: "Auto-Submitted",
    answers: true,
  },
  {
    what: "an absence note with a comment",
    header: "Auto-Submitted: auto-replied (vacation)",
    because: "Auto-Submitted",
    answers: true,
  },
  { what: "a notice of a program", header: "Auto-Submitted: auto-generated", because: "Auto-Submitted" },
  {
    what: "a notice of a program in other letters",
    header: "AUTO-SUBMITTED: Auto-Generated",
    because: "Auto-Submitted",
  },
  { what: "a word that is not known", header: "Auto-Submitted: auto-notified", because: "Auto-Submitted" },
  { what: "somebody who says that he is a person", header: "Auto-Submitted: no", because: null },
  { what: "the same with a comment", header: "Auto-Submitted: No (typed)", because: null },
  { what: "an empty field", header: "Auto-Submitted:", because: null },
  { what: "a list", header: "List-Id: <users.example.org>\nPrecedence: list", because: "Precedence" },
  { what: "a list that only names itself", header: "List-Id: Users <users.example.org>", because: "List-Id" },
  { what: "advertising", header: "Precedence: bulk", because: "Precedence" },
  { what: "junk", header: "Precedence: junk", because: "Precedence" },
  {
    what: "a vacation program of the old kind",
    header: "Precedence: auto_reply",
    because: "Precedence",
    answers: true,
  },
  { what: "an important message", header: "Precedence: first-class", because: null },
  { what: "an answering machine", header: "X-Autoreply: yes", because: "X-Autoreply or X-Autorespond", answers: true },
  {
    what: "an answering machine's subject",
    header: "X-Autorespond: Thank you",
    because: "X-Autoreply or X-Autorespond",
  },
  { what: "no answering machine", header: "X-Autoreply: no", because: null },
  {
    what: "Exchange's absence note",
    header: "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated",
    because: "Auto-Submitted",
  },
  {
    what: "Exchange is asked not to answer",
    header: "X-Auto-Response-Suppress: OOF, AutoReply",
    because: "X-Auto-Response-Suppress",
  },
  {
    what: "Exchange is asked for no receipts only",
    header: "X-Auto-Response-Suppress: DR, NDR, RN, NRN",
    because: null,
  },
  {
    what: "no sender in the envelope",
    header: "Return-Path: <>\nFrom: postmaster@example.net",
    because: "Return-Path",
  },
  { what: "a sender in the envelope", header: "Return-Path: <kim@example.net>", because: null },
  {
    what: "a report",
    header: "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    because: "Content-Type",
  },
  {
    what: "a report of a server that says nothing else",
    header: "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice",
    because: "From",
  },
  { what: "a person with such a name", header: "From: MAILER-DAEMON <kim@example.net>", because: null },
];
