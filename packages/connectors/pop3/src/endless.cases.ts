/** What a server may answer to LIST, UIDL and STAT for ever. */
export interface EndlessCase {
  readonly what: string;
  readonly begin: string;
  /** Repeated for ever. */
  readonly line: string;
  readonly code: "ANSWER_TOO_LARGE" | "NOT_THIS_PROTOCOL" | "PROTOCOL_ERROR";
}

const begin = "+OK here they are\r\n";

/** Listings without end. */
export const endlessListings: readonly EndlessCase[] = [
  { what: "one number over and over", begin, line: "1 1\r\n", code: "ANSWER_TOO_LARGE" },
  { what: "names", begin, line: "123456 whqtswO00WBw418f9t5JxYwZ\r\n", code: "ANSWER_TOO_LARGE" },
  { what: "a line", begin, line: "x".repeat(100_000), code: "ANSWER_TOO_LARGE" },
  { what: "empty lines in the list", begin, line: "\r\n", code: "ANSWER_TOO_LARGE" },
  { what: "dots that are no end", begin, line: "..\r\n", code: "ANSWER_TOO_LARGE" },
  { what: "bare LF", begin, line: "1 1\n.\n", code: "ANSWER_TOO_LARGE" },
  { what: "a status line", begin: "+OK ", line: "x", code: "PROTOCOL_ERROR" },
  { what: "empty lines in place of an answer", begin: "+OK\r\n.\r\n", line: "\r\n", code: "PROTOCOL_ERROR" },
  { what: "answers to everything", begin: "", line: "+OK\r\n", code: "ANSWER_TOO_LARGE" },
  { what: "words that are no answer", begin: "", line: "hello\r\n", code: "NOT_THIS_PROTOCOL" },
];
