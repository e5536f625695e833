import type { FakeInbox } from "@mailfleet/local/testing";
import { imapMail, imapMails } from "./odd-mail.ts";
import type { OddImap } from "./odd-servers.ts";

/** As long as the other one with this UID, so that only its header tells them apart. */
const another = (uid: number) =>
  imapMail(uid, { raw: `Message-ID: <${uid}@x>\r\nSubject: ${"abcdefghi"[uid]}\r\n\r\ntext ${uid}\r\n` });
const as = (change: Partial<FakeInbox>) => (inbox: FakeInbox) => void Object.assign(inbox, change);
const first = as({ messages: imapMails(1, 2), modSeq: "5" });
/** One goes and one comes, so EXISTS stays. */
const goneAndCome = { messages: imapMails(2, 3) };
const condstoreRefused = (reply: string | null) =>
  as({
    messages: imapMails(1, 2),
    modSeq: "5",
    answer: (command) => (command.includes("CONDSTORE") ? (reply as string) : undefined),
  });

/** Servers that say what proves that nothing has changed (CONDSTORE, RFC 7162), and when it does not. */
export const settledOverImap: readonly OddImap[] = [
  {
    what: "HIGHESTMODSEQ stands still while mail comes (Hostinger)",
    polls: [first, as({ messages: imapMails(1, 2, 3) }), as({ messages: imapMails(1, 2, 3, 4) })],
    received: ["1", "2", "3", "4"],
  },
  {
    what: "HIGHESTMODSEQ stands still while one goes and one comes",
    polls: [first, as(goneAndCome), as({ messages: imapMails(3, 4) })],
    received: ["1", "2", "3", "4"],
  },
  {
    what: "HIGHESTMODSEQ and UIDNEXT stand still while one goes and one comes",
    polls: [
      as({ messages: imapMails(1, 2), modSeq: "5", uidNext: 2 }),
      as(goneAndCome),
      as({ messages: imapMails(3, 4) }),
    ],
    received: ["1", "2", "3", "4"],
  },
  {
    what: "UIDNEXT is not given, HIGHESTMODSEQ stands still while one goes and one comes",
    polls: [as({ messages: imapMails(1, 2), modSeq: "5", uidNext: 0 }), as(goneAndCome)],
    received: ["1", "2", "3"],
  },
  {
    what: "HIGHESTMODSEQ grows, because flags were set",
    polls: [first, as({ modSeq: "6" }), as({ modSeq: "9" })],
    received: ["1", "2"],
  },
  {
    what: "one goes, and nothing comes",
    polls: [
      first,
      as({ messages: imapMails(1), uidNext: 3, modSeq: "6" }),
      as({}),
      as({ ...goneAndCome, modSeq: "7" }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "all go, and UIDNEXT stays; then one comes",
    polls: [
      first,
      as({ messages: [], uidNext: 3, modSeq: "7" }),
      as({}),
      as({ messages: imapMails(3), uidNext: null }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "the counts show a message before SEARCH and FETCH do, as many come as go",
    polls: [
      first,
      as({
        ...goneAndCome,
        modSeq: "7",
        answer: (command) => (/SEARCH|^FETCH/.test(command) ? "TAG OK done\r\n" : undefined),
      }),
      as({ answer: () => undefined }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "HIGHESTMODSEQ is 0 (Purelymail, old Cyrus)",
    polls: [as({ messages: imapMails(1, 2), modSeq: "0" }), as({ messages: [imapMail(1), another(2)] })],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "NOMODSEQ",
    polls: [
      as({ messages: imapMails(1, 2), modSeq: "5", edit: (reply) => reply.replace(/HIGHESTMODSEQ \d+/, "NOMODSEQ") }),
      as({ messages: [imapMail(1), another(2)] }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "CONDSTORE is offered, and EXAMINE says no HIGHESTMODSEQ (SmarterMail)",
    polls: [
      as({
        messages: imapMails(1, 2),
        modSeq: "5",
        edit: (reply) => reply.replace(/^\* OK \[HIGHESTMODSEQ.*\r\n/m, ""),
      }),
      as({ messages: [imapMail(1), another(2)] }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "HIGHESTMODSEQ is no number",
    polls: [
      as({ messages: imapMails(1, 2), modSeq: "5", edit: (reply) => reply.replace("SEQ 5", "SEQ five") }),
      as({ messages: [imapMail(1), another(2)] }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "HIGHESTMODSEQ without CONDSTORE (Yahoo)",
    polls: [
      as({
        messages: imapMails(1, 2),
        edit: (reply, command) =>
          command.startsWith("EXAMINE") ? reply.replace("* OK", "* OK [HIGHESTMODSEQ 5] x\r\n* OK") : reply,
      }),
      as({ messages: [imapMail(1), another(2)] }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "HIGHESTMODSEQ has 63 bits, and differs in the last one",
    polls: [
      as({ messages: imapMails(1, 2), modSeq: "9223372036854775806" }),
      as({ messages: [imapMail(1), another(2)], modSeq: "9223372036854775807" }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "restored, and HIGHESTMODSEQ has gone back; UIDNEXT, EXISTS, date and size are as before",
    polls: [first, as({ messages: [imapMail(1), another(2)], modSeq: "4" })],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "the last message was lost and another one has its UID, all counts and HIGHESTMODSEQ are as before",
    polls: [
      first,
      as({ messages: [imapMail(1), imapMail(2, { raw: "Message-ID: <n@x>\r\nSubject: new\r\n\r\nnew text\r\n" })] }),
    ],
    received: ["1", "2", "new"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "the same, and it came at another second but is as long",
    polls: [first, as({ messages: [imapMail(1), { ...another(2), date: "01-Jan-2026 00:00:01 +0000" }] })],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "UIDVALIDITY is another one, all else is as before",
    polls: [first, as({ messages: [imapMail(1), another(2)], uidValidity: 8 })],
    received: ["1", "2", "c"],
    alerts: ["UIDVALIDITY_CHANGED"],
  },
  {
    what: "MAILBOXID is another one, all else is as before",
    polls: [
      as({ messages: imapMails(1, 2), modSeq: "5", mailboxId: "F1" }),
      as({ messages: [imapMail(1), another(2)], mailboxId: "F2" }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"],
  },
  ...(["TAG BAD unknown parameter\r\n", "TAG NO [CANNOT] no\r\n"] as const).map((reply) => ({
    what: `EXAMINE with CONDSTORE is answered with ${reply.slice(4, 7).trim()}`,
    polls: [condstoreRefused(reply), as({ messages: imapMails(1, 2, 3) })],
    received: ["1", "2", "3"],
  })),
  {
    what: "EXAMINE with CONDSTORE ends the connection: it is not asked for again",
    polls: [
      (inbox) => {
        condstoreRefused("")(inbox);
        inbox.answer = (command) => (command.includes("CONDSTORE") ? null : undefined);
      },
      () => {},
    ],
    received: ["1", "2"],
  },
  ...(
    [
      "TAG NO gone\r\n",
      "TAG BAD what\r\n",
      "TAG OK done\r\n",
      "* 2 FETCH (UID 1 RFC822.SIZE 54)\r\nTAG OK done\r\n",
    ] as const
  ).map((reply) => ({
    what: `the last message's date and size are answered with ${reply.slice(0, 8).trim()}`,
    polls: [
      first,
      as({
        messages: [imapMail(1), another(2)],
        answer: (command: string) => (command.endsWith("(UID INTERNALDATE RFC822.SIZE)") ? reply : undefined),
      }),
    ],
    received: ["1", "2", "c"],
    alerts: ["SOURCE_RESTORED"] as const,
  })),
];
