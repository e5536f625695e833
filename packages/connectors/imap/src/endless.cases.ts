import { examineInbox } from "./examine-inbox.ts";
import type { Wire } from "./wire.ts";

/** A server that begins an answer and never ends it. */
export interface EndlessCase {
  readonly what: string;
  readonly ask: (wire: Wire) => Promise<unknown>;
  readonly begin: string;
  /** Repeated for ever. */
  readonly piece: Buffer;
}

const search = (wire: Wire) => wire.search("ALL");
const positions = (wire: Wire) => wire.uidsFrom(1);
const fetch = (wire: Wire) => wire.fetch("1", "UID BODY.PEEK[]", () => {});
const open = (wire: Wire) => examineInbox(wire, null);
const many = (line: string) => Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));

/** What each command may be answered with for ever. */
export const endlessAnswers: readonly EndlessCase[] = [
  { what: "one line of UIDs", ask: search, begin: "* SEARCH", piece: many(" 4294967295") },
  { what: "one line of short UIDs", ask: search, begin: "* SEARCH", piece: many(" 1") },
  { what: "many lines of UIDs", ask: search, begin: "", piece: Buffer.from(`* SEARCH${" 12345".repeat(5000)}\r\n`) },
  { what: "a line that is no answer", ask: search, begin: "* OK", piece: many(" words") },
  { what: "a response of literals", ask: search, begin: "* LIST", piece: many("{10}\r\n0123456789") },
  { what: "lines that say nothing, to SEARCH", ask: search, begin: "", piece: many("* OK Still here\r\n") },
  { what: "empty lines", ask: search, begin: "", piece: many("\r\n") },
  { what: "continuations", ask: search, begin: "", piece: many("+ go ahead\r\n") },
  { what: "the same UID by position", ask: positions, begin: "", piece: many("* 1 FETCH (UID 1)\r\n") },
  { what: "positions without UIDs", ask: positions, begin: "", piece: many("* 1 FETCH (FLAGS ())\r\n") },
  {
    what: "messages that nobody asked for",
    ask: fetch,
    begin: "",
    piece: many(`* 2 FETCH (UID 2 BODY[] {1000}\r\n${"x".repeat(1000)})\r\n`),
  },
  {
    what: "a message of 1 MB, over and over",
    ask: fetch,
    begin: "",
    piece: Buffer.concat([
      Buffer.from("* 1 FETCH (UID 1 BODY[] {1000000}\r\n"),
      Buffer.alloc(1_000_000, "x"),
      Buffer.from(")\r\n"),
    ]),
  },
  { what: "a quoted body without its end", ask: fetch, begin: '* 1 FETCH (UID 1 BODY[] "', piece: many("hello ") },
  { what: "numbers of messages", ask: open, begin: "", piece: many("* 5 EXISTS\r\n* 4 EXPUNGE\r\n") },
  { what: "codes that nobody knows", ask: open, begin: "", piece: many("* OK [X-UNKNOWN 1] x\r\n") },
];
