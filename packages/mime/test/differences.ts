/** Who reads a form otherwise than we do, and by which rule we decided. */
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
    why: "Bytes that are not valid UTF-8 (RFC 6532) are guessed, in words and beside them, instead of shown as U+FFFD.",
  },
  {
    by: "both",
    forms: /: (?:an encoded name split inside a character|a character split between|B padded in the middle)/,
    why: "RFC 2047 §5 forbids to split a character between words, and senders do it: words of one charset that follow each other are one text.",
  },
  {
    by: "both",
    forms:
      /: (?:UTF-8 under the label of ASCII|an unknown charset|a charset that nobody knows|the name that MySQL|UTF-7|a code page of DOS|windows-1252 under)/,
    why: "Labels are read as senders use them (WHATWG Encoding Standard); under a wrong or unknown one the bytes are guessed.",
  },
  {
    by: "both",
    forms: /: (?:a question mark in a word|a comma and blanks in a Q word|brackets in a Q word)/,
    why: "What RFC 2047 §2 forbids inside an encoded word is taken as meant, so that nothing in it becomes an address.",
  },
  {
    by: "Python",
    forms: /: (?:half a character of UTF-16|control characters in a name|iso-2022-jp, RFC 2231 in pieces)/,
    why: "Broken bytes are shown as far as they can be; Python gives up.",
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
    why: "A line that is no field does not end the header: the fields behind it are read.",
  },
  {
    by: "both",
    forms: /: (?:the name as a comment|a nested comment|a comment in the address)/,
    why: "A comment behind an address is its name, as RFC 822 had it; comments nest (RFC 5322 §3.2.2).",
  },
  {
    by: "both",
    forms: /: an encoded word (?:where an address stands|in brackets)/,
    why: "An encoded word is never an address (RFC 2047 §5).",
  },
  {
    by: "postal-mime",
    forms: /: (?:a quoted local part|a bare domain literal|blanks around at sign and dots|a source route)/,
    why: "Quotes belong to the address; literals, blanks around dots and routes are read as RFC 5322 §3.4.1 and §4.4 have them.",
  },
  {
    by: "both",
    forms:
      /: (?:a name and an address without brackets|a quoted name and an address without|a name only|empty brackets|quotes without end|mailto in brackets|a bare address before brackets)/,
    why: "Not in RFC 5322: what a person sees in it as name and as address is told as such, and nothing else as an address.",
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
    why: "Years of three digits, military and unknown zones as RFC 5322 §4.3 has them; zones with a name or a colon before their digits by their digits; impossible ones as UTC.",
  },
  {
    by: "both",
    forms: /^date: (?:23 Nov 2026$|\(a\)|.*10\.30\.15|.*\.123|.* PM |.*23:59:60|Mon Nov 23|2026-11-23)/,
    why: "Dates of other programs (no time, comments before the day, dots, fractions, PM, asctime, ISO 8601) and the leap second of RFC 5322 §3.3 are read.",
  },
  {
    by: "postal-mime",
    forms: /^date: 31 Feb/,
    why: "A day that does not exist is no date, and no other day.",
  },
  {
    by: "Python",
    forms: /^names: .*(?:RFC 2231 and the old way|an encoded word without quotes|without quotes and with blanks)/,
    why: "Of two names the one of RFC 2231 counts; a name without quotes ends at the semicolon.",
  },
];
