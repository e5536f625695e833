/** Which parser reads a form differently, and which rule decided for us. */
export interface Difference {
  readonly by: "Python" | "postal-mime" | "both";
  /** Names of forms, as in the corpus. */
  readonly forms: RegExp;
  readonly why: string;
}

/** All differences there are: one that is not listed fails the comparison, and so does one that is gone. */
export const differences: readonly Difference[] = [
  {
    by: "both",
    forms:
      /^(?:subject|from|to|names): .*(?:raw|UTF-8 and Latin-1 in one word|Latin-1 under the label of UTF-8|an international address)/,
    why: "The charset of bytes that are not valid UTF-8 (RFC 6532) is guessed, inside and outside encoded words; they are not shown as U+FFFD.",
  },
  {
    by: "both",
    forms: /: (?:an encoded name split inside a character|a character split between|B padded in the middle)/,
    why: "RFC 2047 §5 forbids splitting a character between words, but senders do it: adjacent words in one charset are decoded as one text.",
  },
  {
    by: "both",
    forms:
      /: (?:UTF-8 under the label of ASCII|an unknown charset|a charset that nobody knows|the name that MySQL|UTF-7|a code page of DOS|windows-1252 under)/,
    why: "Charset labels are read as senders use them (WHATWG Encoding Standard); if a label is wrong or unknown, the charset is guessed.",
  },
  {
    by: "both",
    forms: /: (?:a question mark in a word|a comma and blanks in a Q word|brackets in a Q word)/,
    why: "What RFC 2047 §2 forbids inside an encoded word is read as it was meant, so that nothing in it becomes an address.",
  },
  {
    by: "Python",
    forms: /: (?:half a character of UTF-16|control characters in a name|iso-2022-jp, RFC 2231 in pieces)/,
    why: "Broken bytes are shown as far as possible; Python gives up.",
  },
  { by: "both", forms: /: 3,000 letters/, why: "A subject is kept up to 2,000 characters." },
  {
    by: "Python",
    forms: /: in capitals and with a blank before the colon/,
    why: "A blank before the colon is obsolete syntax that must be read (RFC 5322 §4.5).",
  },
  {
    by: "Python",
    forms: /: behind a line that is no field/,
    why: "A line that is not a field does not end the header: the fields after it are read.",
  },
  {
    by: "both",
    forms: /: (?:the name as a comment|a nested comment|a comment in the address)/,
    why: "A comment after an address is its name, as in RFC 822; comments nest (RFC 5322 §3.2.2).",
  },
  {
    by: "both",
    forms: /: an encoded word (?:where an address stands|in brackets)/,
    why: "An encoded word is never an address (RFC 2047 §5).",
  },
  {
    by: "postal-mime",
    forms: /: (?:a quoted local part|a bare domain literal|blanks around at sign and dots|a source route)/,
    why: "Quotes belong to the address; literals, blanks around dots, and routes are read as RFC 5322 §3.4.1 and §4.4 define them.",
  },
  {
    by: "both",
    forms:
      /: (?:a name and an address without brackets|a quoted name and an address without|a name only|empty brackets|quotes without end|mailto in brackets|a bare address before brackets)/,
    why: "Not in RFC 5322: what a person would read as name and as address is reported as such, and nothing else as an address.",
  },
  { by: "postal-mime", forms: /: two authors/, why: "From is a list (RFC 5322 §3.6.2)." },
  {
    by: "Python",
    forms: /: (?:semicolons as Outlook|two fields)/,
    why: "No recipient is lost: semicolons separate, and a second To counts.",
  },
  {
    by: "both",
    forms: /^date: (?:Tue, 1 Jan 102|23 Nov 2026 10:00:00 (?:A|XYZ|GMT\+0200|\+02:00)|.*-2500)/,
    why: "Three-digit years, military and unknown zones as in RFC 5322 §4.3; zones with a name or colon by their digits; impossible ones as UTC.",
  },
  {
    by: "both",
    forms: /^date: (?:23 Nov 2026$|\(a\)|.*10\.30\.15|.*\.123|.* PM |.*23:59:60|Mon Nov 23|2026-11-23)/,
    why: "Dates of other programs (no time, comments before the day, dots, fractions, PM, asctime, ISO 8601) and the leap second of RFC 5322 §3.3 are read.",
  },
  {
    by: "postal-mime",
    forms: /^date: 31 Feb/,
    why: "A day that does not exist is not a date, rather than another day.",
  },
  {
    by: "both",
    forms: /^date: (?:1 Jan (?:99999|0000)|0000-)/,
    why: "A year that no calendar has (0, or five digits) is no date: it is neither guessed nor cut.",
  },
  {
    by: "Python",
    forms: /^names: .*(?:RFC 2231 and the old way|an encoded word without quotes|without quotes and with blanks)/,
    why: "If there are two names, that of RFC 2231 counts; a name without quotes ends at the semicolon.",
  },
];
