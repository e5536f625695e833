import type { FakeInbox } from "@mailfleet/local/testing";
import { imapMail, imapMails } from "./odd-mail.ts";
import type { OddImap } from "./odd-servers.ts";

const as = (change: Partial<FakeInbox>) => (inbox: FakeInbox) => void Object.assign(inbox, change);
const first = as({ messages: imapMails(1, 2), modSeq: "5", changes: "" });
const flags = (...uids: number[]) => uids.map((uid) => `* 1 FETCH (UID ${uid} FLAGS (\\Seen) MODSEQ (6))\r\n`).join("");
const vanished = (set: string) => `* VANISHED (EARLIER) ${set}\r\n`;
/** As long and as old as the other one with this UID, so that only a look at its header tells them apart. */
const restored = [imapMail(1), imapMail(2, { raw: "Message-ID: <2@x>\r\nSubject: c\r\n\r\ntext 2\r\n" })];
const refuses = (reply: string | null) => (inbox: FakeInbox) => {
  first(inbox);
  inbox.answer = (command) => (command.includes("QRESYNC") ? (reply as string) : undefined);
};

/** What a server says of an inbox whose last message is another one, that does not explain how it changed. */
const unexplained: Readonly<Record<string, Partial<FakeInbox>>> = {
  "nothing is said": { changes: "" },
  "HIGHESTMODSEQ has gone back": { modSeq: "4", changes: flags(1) },
  "VANISHED is malformed (iCloud)": { changes: `* VANISHED (EARLIER)\r\n${flags(1)}` },
  "VANISHED is in parentheses": { changes: "* VANISHED (EARLIER) (9)\r\n" },
  "VANISHED has words": { changes: vanished("1:x") },
  "VANISHED names one that is still there": { changes: vanished("1") },
  "VANISHED names what went long before": { changes: vanished("1:40,90") },
  "VANISHED has no end": { changes: vanished("1:4294967295") },
  "VANISHED is said without EARLIER": { changes: `* VANISHED 9\r\n${flags(1)}` },
  "a FETCH names no UID": { changes: "* 2 FETCH (FLAGS (\\Seen))\r\n" },
  "more flags were set than anybody sets": { changes: flags(1).repeat(10_001) },
  "UIDNEXT has grown": { uidNext: 4, changes: flags(1) },
  "EXISTS has fallen": { exists: 1, changes: flags(1) },
};

/** Servers that say what has changed (QRESYNC, RFC 7162 §3.2), and get it wrong. */
export const resyncedOverImap: readonly OddImap[] = [
  {
    what: "QRESYNC says that flags were set; then one comes",
    polls: [
      first,
      as({ modSeq: "6", changes: flags(1, 2) }),
      as({ messages: imapMails(1, 2, 3), modSeq: "7", changes: flags(3) }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "QRESYNC says that one went; then one comes",
    polls: [
      first,
      as({ messages: imapMails(2), modSeq: "6", changes: vanished("1") }),
      as({ messages: imapMails(2, 3), modSeq: "7", changes: flags(3) }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "QRESYNC: the last one went; then one comes",
    polls: [
      first,
      as({ messages: imapMails(1), uidNext: 3, modSeq: "6", changes: vanished("2") }),
      as({ messages: imapMails(1, 3), uidNext: 4, modSeq: "7", changes: flags(3) }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "QRESYNC leaves out the message with the highest UID (Cyrus)",
    polls: [first, as({ messages: imapMails(1, 2, 3), modSeq: "7", changes: flags(2) })],
    received: ["1", "2", "3"],
  },
  {
    what: "QRESYNC names what came, UIDNEXT stands still and VANISHED is missing (James)",
    polls: [first, as({ messages: imapMails(2, 3), uidNext: 3, modSeq: "7", changes: flags(3) })],
    received: ["1", "2", "3"],
  },
  {
    what: "QRESYNC leaves out what came, and UIDNEXT stands still",
    polls: [first, as({ messages: imapMails(1, 2, 3), uidNext: 3, modSeq: "7", changes: flags(1) })],
    received: ["1", "2", "3"],
  },
  ...Object.entries(unexplained).map(
    ([what, said]): OddImap => ({
      what: `QRESYNC does not explain what changed: ${what}`,
      polls: [first, as({ messages: restored, modSeq: "6", ...said })],
      received: ["1", "2", "c"],
      alerts: ["SOURCE_RESTORED"],
    }),
  ),
  {
    what: "QRESYNC explains a change, and UIDVALIDITY is another one",
    polls: [first, as({ messages: restored, uidValidity: 8, modSeq: "6", changes: flags(1) })],
    received: ["1", "2", "c"],
    alerts: ["UIDVALIDITY_CHANGED"],
  },
  ...["TAG BAD unknown parameter\r\n", "TAG NO [CANNOT] no\r\n"].map((reply) => ({
    what: `ENABLE and EXAMINE with QRESYNC are answered with ${reply.slice(4, 7).trim()}`,
    polls: [refuses(reply), as({}), as({ messages: imapMails(1, 2, 3), modSeq: "7" })],
    received: ["1", "2", "3"],
  })),
  {
    what: "EXAMINE with QRESYNC ends the connection: it is not asked for again",
    polls: [
      (inbox) => {
        first(inbox);
        inbox.answer = (command) => (command.includes("(QRESYNC") ? null : undefined);
      },
      as({ messages: imapMails(1, 2, 3), modSeq: "7" }),
      () => {},
    ],
    received: ["1", "2", "3"],
  },
];
