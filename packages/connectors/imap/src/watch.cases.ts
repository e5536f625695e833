import type { FailureCode } from "@mailfleet/contracts";

/** A server, and what a watch of its inbox must make of it. `TAG` stands for the tag of the command. */
export interface WatchCase {
  readonly what: string;
  readonly greeting?: string;
  /** After the sign-in. */
  readonly capabilities?: string;
  /** Answers to commands, by their first word; `null` hangs up, "" says nothing. */
  readonly answers?: Readonly<Record<string, string | null>>;
  /** Pieces that the server sends in IDLE; `null` hangs up. */
  readonly says?: readonly (string | null)[];
  /** How far the inbox of three messages was read: UIDs up to 3, numbering 7. */
  readonly cursor?: Readonly<Record<string, number>> | null;
  readonly renewMs?: number;
  readonly noopMs?: number;
  /** How it waits, `null`: not at all; how often it hears of mail; why it ends or cannot be opened. */
  readonly by?: "idle" | "noop" | null;
  /** It has more than was read. */
  readonly behind?: boolean;
  readonly heard?: number;
  readonly ends?: FailureCode;
  /** In the words of its end. */
  readonly words?: RegExp;
}

const plain = "IMAP4rev1";

/** What servers say in IDLE, and whether that means mail. The inbox has three messages. */
export const newsCases: readonly WatchCase[] = [
  { what: "one more message", says: ["* 4 EXISTS\r\n"], heard: 1 },
  { what: "one more, with RECENT in the same piece (Dovecot)", says: ["* 4 EXISTS\r\n* 1 RECENT\r\n"], heard: 1 },
  { what: "nothing but RECENT", says: ["* 1 RECENT\r\n"], heard: 1 },
  { what: "RECENT of zero", says: ["* 0 RECENT\r\n"], heard: 0 },
  { what: "the same RECENT again", says: ["* 1 RECENT\r\n", "* 1 RECENT\r\n"], heard: 1 },
  { what: "two messages, one after the other", says: ["* 4 EXISTS\r\n", "* 5 EXISTS\r\n"], heard: 2 },
  { what: "two messages at once", says: ["* 5 EXISTS\r\n"], heard: 1 },
  { what: "a line in two pieces", says: ["* 4 EX", "ISTS\r\n"], heard: 1 },
  { what: "small letters", says: ["* 4 exists\r\n"], heard: 1 },
  { what: "a sign of life (Dovecot)", says: ["* OK Still here\r\n", "* OK Still here\r\n"], heard: 0 },
  { what: "the same number as a sign of life", says: ["* 3 EXISTS\r\n", "* 3 EXISTS\r\n"], heard: 0 },
  { what: "a message that went", says: ["* 2 EXPUNGE\r\n"], heard: 0 },
  { what: "a message that went, with the new number (Exchange)", says: ["* 2 EXPUNGE\r\n* 2 EXISTS\r\n"], heard: 0 },
  { what: "the same in two pieces", says: ["* 2 EXPUNGE\r\n", "* 2 EXISTS\r\n"], heard: 0 },
  { what: "one that went while one came", says: ["* 1 EXPUNGE\r\n* 3 EXISTS\r\n"], heard: 1 },
  { what: "a smaller number without a word of what went", says: ["* 2 EXISTS\r\n"], heard: 1 },
  { what: "one that came and went again", says: ["* 4 EXISTS\r\n", "* 4 EXPUNGE\r\n"], heard: 1 },
  { what: "everything went", says: ["* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 1 EXPUNGE\r\n* 0 EXISTS\r\n"], heard: 0 },
  { what: "more went than there were", says: ["* 1 EXPUNGE\r\n".repeat(5)], heard: 0 },
  { what: "a flag was set", says: ["* 2 FETCH (FLAGS (\\Seen))\r\n"], heard: 0 },
  { what: "VANISHED, which nobody asked for", says: ["* VANISHED 2\r\n"], heard: 0 },
  { what: "an alert", says: ["* OK [ALERT] Maintenance tonight\r\n"], heard: 0 },
  { what: "words about mail in an alert", says: ["* OK [ALERT] 4 EXISTS\r\n"], heard: 0 },
  { what: "a literal that holds such words", says: ["* 2 FETCH (BODY[] {12}\r\n* 4 EXISTS\r\n)\r\n"], heard: 0 },
  { what: "a line of no protocol", says: ["hello\r\n", "\0\xff\r\n", "* 4 EXISTS\r\n"], heard: 1 },
  { what: "an answer to a command that nobody gave", says: ["A99 OK done\r\n", "* 4 EXISTS\r\n"], heard: 1 },
  { what: "a second continuation", says: ["+ still idling\r\n", "* 4 EXISTS\r\n"], heard: 1 },
  { what: "a number that is none", says: ["* 99999999999999999999 EXISTS\r\n"], heard: 0 },
  { what: "lines that end with LF alone", says: ["* 4 EXISTS\n"], heard: 1 },
];

/** What a server may have already when the watch is opened. */
export const beginningCases: readonly WatchCase[] = [
  { what: "read to the end", heard: 0 },
  { what: "read, and the last message was deleted since", cursor: { uidValidity: 7, uid: 4 }, heard: 0 },
  { what: "a message more than was read", cursor: { uidValidity: 7, uid: 2 }, behind: true },
  { what: "renumbered since it was read", cursor: { uidValidity: 6, uid: 3 }, behind: true },
  { what: "never read", cursor: null, behind: true },
  {
    what: "never read, and empty",
    cursor: null,
    answers: { EXAMINE: "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 1] x\r\nTAG OK done\r\n" },
    behind: false,
  },
  {
    what: "a server that gives no UIDNEXT",
    answers: { EXAMINE: "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK done\r\n" },
    behind: true,
  },
  { what: "mail that comes before the server waits", answers: { IDLE: "* 4 EXISTS\r\n+ idling\r\n" }, heard: 1 },
  { what: "a continuation without a word", answers: { IDLE: "+\r\n" }, says: ["* 4 EXISTS\r\n"], heard: 1 },
  {
    what: "mail that is told when IDLE begins anew",
    answers: { DONE: "* 4 EXISTS\r\nTAG OK done\r\n" },
    renewMs: 20,
    heard: 1,
  },
  { what: "IDLE is offered only after the sign-in", greeting: "* OK [CAPABILITY IMAP4rev1] ready\r\n", by: "idle" },
  {
    what: "IDLE is offered only before the sign-in",
    greeting: "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n",
    capabilities: plain,
    by: null,
  },
  { what: "no IDLE", capabilities: plain, by: null },
  { what: "no IDLE, and asked to ask", capabilities: plain, noopMs: 10, by: "noop", heard: 0 },
  {
    what: "no IDLE, and mail that is told when it is asked",
    capabilities: plain,
    noopMs: 10,
    answers: { NOOP: "* 4 EXISTS\r\nTAG OK done\r\n" },
    by: "noop",
    heard: 1,
  },
  { what: "IDLE, though NOOP was allowed", noopMs: 10, by: "idle" },
];

/** How watches end, and how they cannot be opened. */
export const endCases: readonly WatchCase[] = [
  {
    what: "the server ends it for inactivity",
    says: ["* BYE Disconnected for inactivity.\r\n", null],
    ends: "CONNECTION_LOST",
  },
  { what: "the server restarts", says: ["* BYE Server shutting down.\r\n", null], ends: "SERVER_UNAVAILABLE" },
  {
    what: "another connection was one too many",
    says: ["* BYE [ALERT] Too many simultaneous connections. (Failure)\r\n", null],
    ends: "TOO_MANY_CONNECTIONS",
    words: /Too many simultaneous/,
  },
  {
    what: "the token has run out (Gmail)",
    says: ["* BYE Session expired, please login again.\r\n", null],
    ends: "CONNECTION_LOST",
  },
  { what: "it hangs up without a word", says: [null], ends: "CONNECTION_LOST" },
  { what: "mail, and then it hangs up", says: ["* 4 EXISTS\r\n", null], heard: 1, ends: "CONNECTION_LOST" },
  { what: "a line without end", says: ["x".repeat(9 * 1024 * 1024)], ends: "ANSWER_TOO_LARGE" },
  { what: "a literal of a gigabyte", says: ["* 1 FETCH (BODY[] {1000000000}\r\n"], ends: "ANSWER_TOO_LARGE" },
  { what: "IDLE is ended by the server as soon as it has begun", says: ["TAG OK done\r\n"], ends: "PROTOCOL_ERROR" },
  { what: "IDLE is done at once", answers: { IDLE: "TAG OK done\r\n" }, ends: "PROTOCOL_ERROR" },
  {
    what: "IDLE is refused",
    answers: { IDLE: "TAG NO IDLE is switched off here\r\n" },
    ends: "UNCLASSIFIED",
    words: /switched off here/,
  },
  {
    what: "IDLE is not understood",
    answers: { IDLE: "TAG BAD unknown command\r\n" },
    ends: "PROTOCOL_ERROR",
    words: /unknown command/,
  },
  {
    what: "IDLE is refused under load",
    answers: { IDLE: "TAG NO [UNAVAILABLE] busy\r\n" },
    ends: "SERVER_UNAVAILABLE",
  },
  {
    what: "IDLE is refused as one too many",
    answers: { IDLE: "TAG NO Too many connections\r\n" },
    ends: "TOO_MANY_CONNECTIONS",
  },
  { what: "no answer to IDLE", answers: { IDLE: "" }, ends: "CONNECTION_TIMEOUT" },
  { what: "no answer to DONE: the link is half open", answers: { DONE: "" }, renewMs: 20, ends: "CONNECTION_TIMEOUT" },
  {
    what: "signs of life, and no answer to DONE",
    answers: { DONE: "* OK Still here\r\n" },
    renewMs: 20,
    ends: "CONNECTION_TIMEOUT",
  },
  { what: "DONE is refused", answers: { DONE: "TAG BAD what\r\n" }, renewMs: 20, ends: "PROTOCOL_ERROR" },
  { what: "it hangs up at DONE", answers: { DONE: null }, renewMs: 20, ends: "CONNECTION_LOST" },
  { what: "it hangs up at IDLE", answers: { IDLE: null }, ends: "CONNECTION_LOST" },
  {
    what: "NOOP is answered with BYE",
    capabilities: plain,
    noopMs: 10,
    answers: { NOOP: "* BYE Autologout; idle for too long\r\nTAG OK done\r\n" },
    ends: "CONNECTION_LOST",
  },
  { what: "it hangs up at NOOP", capabilities: plain, noopMs: 10, answers: { NOOP: null }, ends: "CONNECTION_LOST" },
  {
    what: "the inbox cannot be opened",
    answers: { EXAMINE: "TAG NO [NOPERM] Permission denied\r\n" },
    ends: "INBOX_UNAVAILABLE",
  },
  {
    what: "the password is refused",
    answers: { LOGIN: "TAG NO [AUTHENTICATIONFAILED] Authentication failed.\r\n" },
    ends: "AUTHENTICATION_REJECTED",
  },
  {
    what: "one connection too many at the sign-in",
    answers: {
      LOGIN: "TAG NO [LIMIT] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)\r\n",
    },
    ends: "TOO_MANY_CONNECTIONS",
  },
];
