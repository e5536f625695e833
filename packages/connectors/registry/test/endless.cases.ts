import type { FailureCode } from "@mailfleet/contracts";

/** An answer that never ends: a beginning, and what is repeated for ever. */
export interface Endless {
  readonly what: string;
  readonly begin: string;
  readonly again: string;
  readonly code: FailureCode | RegExp;
}

/** What an SMTP server may say for ever, from the greeting on. */
export const endlessReplies: readonly (Endless & { readonly at: "greeting" | "EHLO" | "MAIL" })[] = [
  {
    what: "a greeting of lines",
    at: "greeting",
    begin: "",
    again: "220-hello\r\n",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
  {
    what: "a greeting of one line",
    at: "greeting",
    begin: "220 ",
    again: "x",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
  { what: "words that are no greeting", at: "greeting", begin: "", again: "hello\r\n", code: "NOT_THIS_PROTOCOL" },
  {
    what: "capabilities",
    at: "EHLO",
    begin: "",
    again: "250-SIZE 100000\r\n",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
  {
    what: "a capability of one line",
    at: "EHLO",
    begin: "250-AUTH ",
    again: "PLAIN ",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
  {
    what: "EHLO's replies over and over",
    at: "EHLO",
    begin: "",
    again: "250 ok\r\n",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
  {
    what: "a refusal of a sender in lines",
    at: "MAIL",
    begin: "",
    again: "550-no\r\n",
    code: /^(PROTOCOL_ERROR|NOT_THIS_PROTOCOL)$/,
  },
];

/** What an API may answer to a list for ever, under status 200. */
export const endlessPages: readonly (Endless & { readonly protocol: "gmail" | "graph" | "ews" })[] = [
  ...(["gmail", "graph"] as const).flatMap((protocol) => [
    { protocol, what: "a list", begin: '{"messages":[', again: '{"id":"1a"},', code: "ANSWER_TOO_LARGE" as const },
    { protocol, what: "a name", begin: '{"value":"', again: "x", code: "ANSWER_TOO_LARGE" as const },
    { protocol, what: "nesting", begin: "", again: "[", code: "ANSWER_TOO_LARGE" as const },
    { protocol, what: "blanks", begin: "", again: " ", code: "ANSWER_TOO_LARGE" as const },
  ]),
  ...[
    { what: "elements", begin: "<a>", again: "<b>1</b>" },
    { what: "nesting", begin: "", again: "<a>" },
    { what: "a tag", begin: "<a ", again: 'b="c" ' },
    { what: "text", begin: "<a>", again: "x" },
    { what: "a comment", begin: "<!--", again: "x" },
    { what: "blanks", begin: "", again: " " },
  ].map((one) => ({ ...one, protocol: "ews" as const, code: /^(PROTOCOL_ERROR|ANSWER_TOO_LARGE|NOT_THIS_PROTOCOL)$/ })),
];
