import { imapMail, imapMails, popMail, popMails } from "./odd-mail.ts";
import type { OddImap, OddPop3 } from "./odd-servers.ts";

/** IMAP servers that tell other things than they have. */
export const missedOverImap: readonly OddImap[] = [
  {
    what: "EXAMINE says no EXISTS",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2),
          edit: (reply: string) => reply.replace(/^\* \d+ EXISTS\r\n/m, ""),
        }),
    ],
    received: ["1", "2"],
  },
  {
    what: "EXISTS is 0 where SEARCH finds some",
    polls: [(inbox) => Object.assign(inbox, { messages: imapMails(1, 2), exists: 0 })],
    received: ["1", "2"],
  },
  {
    what: "SEARCH and FETCH by position are empty, EXISTS is not",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2),
          answer: (command: string) => (/SEARCH|^FETCH/.test(command) ? "TAG OK done\r\n" : undefined),
        }),
    ],
    received: [],
    failure: "LISTING_INCOMPLETE",
    reply: /2 messages, and lists 0/,
  },
  {
    what: "SEARCH answers with ESEARCH (RFC 4731)",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace("* SEARCH 1 2 3", '* ESEARCH (TAG "x") UID ALL 1:3'),
        }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "SEARCH is spread over several lines, with blanks and doubles",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace("* SEARCH 1 2 3", "* SEARCH 3  1 \r\n* SEARCH\r\n* SEARCH 2 2 0"),
        }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "SEARCH has a number that no UID can be, and what follows",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace("* SEARCH 1 2 3", "* SEARCH 1 99999999999 2 3"),
        }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "SINCE finds nothing, whatever the dates",
    connection: { processFrom: Date.UTC(2025, 0, 1) },
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2),
          edit: (reply: string, command: string) =>
            /SINCE/.test(command) ? reply.replace(/^\* SEARCH.*$/m, "* SEARCH") : reply,
        }),
    ],
    received: ["1", "2"],
  },
  {
    what: "SINCE finds everything, whatever the dates",
    connection: { processFrom: Date.UTC(2025, 0, 1) },
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [imapMail(1, { date: "01-Jan-2020 00:00:00 +0000" }), imapMail(2)],
          edit: (reply: string, command: string) =>
            /SINCE/.test(command) ? reply.replace(/^\* SEARCH.*$/m, "* SEARCH 1 2") : reply,
        }),
    ],
    received: ["2"],
  },
  {
    what: "a message comes up behind the cursor, one more than before",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(2, 5) }),
      (inbox) => Object.assign(inbox, { messages: imapMails(2, 4, 5) }),
    ],
    received: ["2", "4", "5"],
    alerts: ["MESSAGES_MISSED"],
  },
  {
    what: "the same twice, then nothing: a listing that was short once",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) =>
            /SEARCH/.test(command)
              ? "* SEARCH 1 3\r\nTAG OK\r\n"
              : /^FETCH/.test(command)
                ? "* 1 FETCH (UID 1)\r\n* 3 FETCH (UID 3)\r\nTAG OK\r\n"
                : undefined,
        }),
      (inbox) => Object.assign(inbox, { answer: () => undefined }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "SEARCH lists a message that is none",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 3),
          edit: (reply: string) => reply.replace(/^\* SEARCH 1 3/m, "* SEARCH 1 2 3"),
        }),
    ],
    received: ["1", "3"],
    aside: 0,
  },
  {
    what: "messages come while it lists",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2),
          edit: (reply: string, command: string) => {
            if (/SEARCH UID 1:\*$/.test(command)) inbox.messages = imapMails(1, 2, 3);
            return /SEARCH UID 1:\*$/.test(command) ? reply.replace(/^\* SEARCH/m, "* 3 EXISTS\r\n* SEARCH") : reply;
          },
        }),
      () => {},
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "messages go while it lists",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) => {
            if (!/SEARCH UID 1:\*$/.test(command)) return reply;
            inbox.messages = imapMails(1, 3);
            return reply.replace(/^\* SEARCH.*$/m, "* SEARCH 1 3\r\n* 2 EXPUNGE");
          },
        }),
    ],
    received: ["1", "3"],
  },
  {
    what: "UIDs do not ascend with positions",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(9, 3) }),
      (inbox) => Object.assign(inbox, { messages: imapMails(9, 12, 3) }),
    ],
    received: ["12", "3", "9"],
  },
  {
    what: "the inbox was emptied and fills again",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3) }),
      (inbox) => Object.assign(inbox, { messages: [], uidNext: 4 }),
      (inbox) => Object.assign(inbox, { messages: imapMails(4, 5), uidNext: null }),
    ],
    received: ["1", "2", "3", "4", "5"],
  },
];

/** POP3 servers that tell other things than they have. */
export const missedOverPop3: readonly OddPop3[] = [
  {
    what: "UIDL names only some",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          edit: (reply: string, command: string) => (command === "UIDL" ? reply.replace("3 c\r\n", "") : reply),
        }),
      (server) => Object.assign(server, { edit: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "LIST names only some, UIDL all",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          edit: (reply: string, command: string) => (command === "LIST" ? reply.replace(/^2 .*\r\n/m, "") : reply),
        }),
      (server) => Object.assign(server, { edit: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "both name only some, STAT says more",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          edit: (reply: string, command: string) =>
            /LIST|UIDL/.test(command) ? reply.replace(/^3 .*\r\n/m, "") : reply,
        }),
    ],
    received: ["a", "b"],
    failure: "LISTING_INCOMPLETE",
    reply: /3 messages, and lists 2/,
  },
  {
    what: "both are short once, and nothing is forgotten of what was handed over",
    polls: [
      (server) => Object.assign(server, { messages: popMails("a", "b", "c") }),
      (server) =>
        Object.assign(server, {
          edit: (reply: string, command: string) =>
            /LIST|UIDL/.test(command) ? "+OK\r\n.\r\n" : command === "STAT" ? "+OK 0 0\r\n" : reply,
        }),
      (server) => Object.assign(server, { edit: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "LIST has a message without a size",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          edit: (reply: string, command: string) => (command === "LIST" ? reply.replace(/^2 .*$/m, "2") : reply),
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "LIST has a negative size",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          edit: (reply: string, command: string) =>
            command === "LIST" ? reply.replace(/^2 .*$/m, "2 -2147483600") : reply,
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "LIST has a line that is none among good ones",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          edit: (reply: string, command: string) =>
            command === "LIST" ? reply.replace(/^2 /m, "total of messages\r\n2 ") : reply,
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "STAT says fewer than there are",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          edit: (reply: string, command: string) => (command === "STAT" ? "+OK 0 0\r\n" : reply),
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "STAT is refused",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          edit: (reply: string, command: string) => (command === "STAT" ? "-ERR unknown\r\n" : reply),
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "a UIDL is used again for another message of the same size",
    polls: [
      (server) => Object.assign(server, { messages: [popMail("first")] }),
      (server) => Object.assign(server, { messages: [] }),
      (server) => Object.assign(server, { messages: [popMail("other", { uidl: "first" })] }),
    ],
    received: ["first", "other"],
  },
  {
    what: "a UIDL is used again between two polls, with the same size",
    polls: [
      (server) => Object.assign(server, { messages: [popMail("first")] }),
      (server) => Object.assign(server, { messages: [popMail("other", { uidl: "first" })] }),
    ],
    received: ["first", "other"],
  },
  {
    what: "UIDLs are the numbers of messages, sizes are the same",
    polls: [
      (server) =>
        Object.assign(server, { messages: [popMail("mail1", { uidl: "1" }), popMail("mail2", { uidl: "2" })] }),
      (server) =>
        Object.assign(server, { messages: [popMail("mail2", { uidl: "1" }), popMail("mail3", { uidl: "2" })] }),
    ],
    received: ["mail1", "mail2", "mail3"],
  },
  {
    what: "UIDLs are the numbers of messages, and the first was deleted",
    polls: [
      (server) => Object.assign(server, { messages: ["1", "2", "3"].map((n) => popMail(`mail${n}`, { uidl: n })) }),
      (server) =>
        Object.assign(server, { messages: ["2", "3", "4"].map((n, at) => popMail(`mail${n}`, { uidl: `${at + 1}` })) }),
    ],
    received: ["mail1", "mail2", "mail3", "mail4"],
  },
  {
    what: "UIDL changes its case",
    polls: [
      (server) => Object.assign(server, { messages: [popMail("a", { uidl: "abc" })] }),
      (server) => Object.assign(server, { messages: [popMail("a", { uidl: "ABC" })] }),
    ],
    received: ["a"],
  },
];
