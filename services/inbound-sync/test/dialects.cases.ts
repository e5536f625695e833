import { imapMail, imapMails, popMail, popMails } from "./odd-mail.ts";
import type { OddImap, OddPop3 } from "./odd-servers.ts";

const editing = (edit: (reply: string, command: string) => string, uids = [1, 2, 3]): OddImap["polls"] => [
  (inbox) => Object.assign(inbox, { messages: imapMails(...uids), edit }),
];
const all = ["1", "2", "3"];

/** IMAP servers that speak otherwise than the RFCs write. */
export const dialectsOfImap: readonly OddImap[] = [
  {
    what: "words in lower case",
    polls: editing((reply) =>
      reply.replace(/EXISTS|SEARCH|FETCH|UIDVALIDITY|UIDNEXT|UID|RFC822\.SIZE|INTERNALDATE|BODY\[\]| OK /g, (word) =>
        word.toLowerCase(),
      ),
    ),
    received: all,
  },
  {
    what: "bare LF behind lines, not behind literals",
    polls: editing((reply, command) => (/BODY/.test(command) ? reply : reply.replaceAll("\r\n", "\n"))),
    received: all,
  },
  {
    what: "bare LF behind all its lines, also those that announce a literal",
    polls: editing((reply, command) =>
      /BODY/.test(command)
        ? reply
            .replace(/\}\r\n/g, "}\n")
            .replace(/\)\r\n/g, ")\n")
            .replace(/done\r\n/, "done\n")
        : reply.replaceAll("\r\n", "\n"),
    ),
    received: all,
  },
  {
    what: "a literal with a blank before its brace's end",
    polls: editing((reply) => reply.replace(/BODY\[\] \{(\d+)\}/g, "BODY[]  {$1}")),
    received: all,
  },
  {
    what: "BODY.PEEK[] comes back as it was asked for",
    polls: editing((reply) => reply.replace(/BODY\[\]/g, "BODY.PEEK[]")),
    received: all,
  },
  { what: "RFC822 instead of BODY[]", polls: editing((reply) => reply.replace(/BODY\[\]/g, "RFC822")), received: all },
  {
    what: "no UID in the answer to UID FETCH",
    polls: editing((reply, command) => (/BODY/.test(command) ? reply.replace(/\(UID \d+ /g, "(") : reply)),
    received: all,
  },
  {
    what: "blanks at the ends of lines",
    polls: editing((reply) => reply.replace(/(?<!\})\r\n(?!$)/g, (end) => (/x/.test("") ? end : end))),
    received: all,
  },
  {
    what: "blanks behind the bracket of FETCH",
    polls: editing((reply) => reply.replace(/FETCH \(/g, "FETCH  ( ")),
    received: all,
  },
  {
    what: "items in another order, the body first",
    polls: editing((reply) =>
      reply.replace(/\((UID \d+ INTERNALDATE "[^"]*" RFC822\.SIZE \d+) (BODY\[\] \{\d+\}\r\n[^)]*)\)/g, "($2 $1)"),
    ),
    received: all,
  },
  {
    what: "flags that nobody asked for, in the answer and alone",
    polls: editing((reply, command) =>
      /BODY/.test(command)
        ? `* 1 FETCH (FLAGS (\\Seen))\r\n${reply.replace(/\(UID/g, "(FLAGS (\\Recent $Work) UID")}`
        : reply,
    ),
    received: all,
  },
  {
    what: "a short body as a quoted string",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [1, 2, 3].map((uid) => imapMail(uid, { raw: `Subject: ${uid}` })),
          edit: (reply: string) => reply.replace(/BODY\[\] \{\d+\}\r\n([^)]*)\)/g, 'BODY[] "$1")'),
        }),
    ],
    received: all,
  },
  {
    what: "a short body as a quoted string, by its old name and behind two blanks",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [1, 2, 3].map((uid) => imapMail(uid, { raw: `Subject: ${uid}` })),
          edit: (reply: string) => reply.replace(/BODY\[\] \{\d+\}\r\n([^)]*)\)/g, 'RFC822  "$1")'),
        }),
    ],
    received: all,
  },
  {
    what: "ESEARCH instead of SEARCH, as a server of IMAP4rev2 alone",
    polls: editing((reply) =>
      reply.replace(/\* SEARCH( [\d ]+)?\r\n/, (_line, uids: string = "") =>
        uids ? `* ESEARCH (TAG "x") UID ALL ${uids.trim().replaceAll(" ", ",")}\r\n` : `* ESEARCH (TAG "x") UID\r\n`,
      ),
    ),
    received: all,
  },
  {
    what: "what a search finds over several lines",
    polls: editing((reply) =>
      reply.replace(/\* SEARCH( [\d ]+)\r\n/, (_line, uids: string) =>
        uids
          .trim()
          .split(" ")
          .map((uid) => `* SEARCH ${uid}\r\n`)
          .join(""),
      ),
    ),
    received: all,
  },
  {
    what: "an ALERT and an untagged OK before each end",
    polls: editing((reply, command) =>
      /BODY/.test(command) ? reply : `* OK [ALERT] Your quota is nearly used\r\n${reply}`,
    ),
    received: all,
  },
  {
    what: "a literal of RFC 7888 ({n+})",
    polls: editing((reply) => reply.replace(/BODY\[\] \{(\d+)\}/g, "BODY[] {$1+}")),
    received: all,
  },
  {
    what: "a message goes away in the middle of a FETCH",
    polls: editing((reply, command) => (/BODY/.test(command) ? `* 3 EXPUNGE\r\n* 2 EXISTS\r\n${reply}` : reply)),
    received: all,
  },
  {
    what: "a FETCH of another UID than was asked for",
    polls: editing((reply, command) =>
      /BODY/.test(command) ? `* 9 FETCH (UID 99 BODY[] {16}\r\nSubject: 99\r\n\r\nx)\r\n${reply}` : reply,
    ),
    received: all,
  },
  {
    what: "a literal of RFC 3516 (~{n})",
    polls: editing((reply) => reply.replace(/BODY\[\] \{/g, "BODY[] ~{")),
    received: all,
  },
  {
    what: "empty lines between its answers",
    polls: editing((reply, command) => (/BODY/.test(command) ? reply : `\r\n${reply}`)),
    received: all,
  },
  {
    what: "a line of chatter between its answers",
    polls: editing((reply, command) =>
      /BODY|SEARCH/.test(command) ? `* OK still here\r\n+ idling\r\n${reply}` : reply,
    ),
    received: all,
  },
  {
    what: "UIDVALIDITY comes with another text and case",
    polls: editing((reply) => reply.replace(/\* OK \[UIDVALIDITY 7\] x/, "* ok [uidvalidity 7]")),
    received: all,
  },
  {
    what: "UIDVALIDITY is not said by EXAMINE, but by STATUS",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace(/\* OK \[UIDVALIDITY 7\] x\r\n/, ""),
          answer: (command: string) =>
            /^STATUS/.test(command) ? '* STATUS "INBOX" (UIDVALIDITY 7)\r\nTAG OK done\r\n' : undefined,
        }),
    ],
    received: all,
  },
  {
    what: "UIDVALIDITY is not said at all",
    polls: [1, 2].map(
      () => (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace(/\* OK \[UIDVALIDITY 7\] x\r\n/, ""),
          answer: (command: string) => (/^STATUS/.test(command) ? "TAG BAD unknown\r\n" : undefined),
        }),
    ),
    received: all,
  },
  {
    what: "EXAMINE is unknown, SELECT is not",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) =>
            /^EXAMINE/.test(command)
              ? "TAG BAD unknown command EXAMINE\r\n"
              : /^SELECT/.test(command)
                ? "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 4] x\r\nTAG OK [READ-WRITE] done\r\n"
                : undefined,
        }),
    ],
    received: all,
  },
  {
    what: "UID SEARCH UID is refused",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) => (/SEARCH UID/.test(command) ? "TAG BAD unknown search key\r\n" : undefined),
        }),
    ],
    received: all,
  },
  {
    what: "a search of an empty inbox is refused",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [],
          answer: (command: string) => (/SEARCH|FETCH/.test(command) ? "TAG NO nothing to search\r\n" : undefined),
        }),
    ],
    received: [],
  },
  {
    what: "dates with one digit and a blank",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [
            imapMail(1, { date: " 1-Jan-2026 00:00:00 +0000" }),
            imapMail(2, { date: "1-Jan-2026 00:00:00 +0000" }),
            imapMail(3),
          ],
        }),
    ],
    received: all,
  },
  {
    what: "CAPABILITY is refused after the sign-in",
    polls: [
      (inbox) => {
        let asked = 0;
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer(command: string) {
            if (command !== "CAPABILITY") return undefined;
            asked += 1;
            return asked > 1 ? "TAG BAD not now\r\n" : undefined;
          },
        });
      },
    ],
    received: all,
  },
  {
    what: "NAMESPACE and ID are refused",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) =>
            /^NAMESPACE|^ID/.test(command)
              ? "TAG BAD unknown\r\n"
              : command === "CAPABILITY"
                ? "* CAPABILITY IMAP4rev1 ID NAMESPACE\r\nTAG OK\r\n"
                : undefined,
        }),
    ],
    received: all,
  },
  {
    what: "the mailbox is not opened before it has heard an ID (Unsafe Login)",
    polls: [
      (inbox) => {
        let known = false;
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) => {
            if (command === "CAPABILITY") return "* CAPABILITY IMAP4rev1 ID\r\nTAG OK\r\n";
            if (/^ID/.test(command)) {
              known = true;
              return "* ID NIL\r\nTAG OK\r\n";
            }
            return /^(EXAMINE|SELECT)/.test(command) && !known
              ? "TAG NO Unsafe Login. Please contact kefu@188.com for help\r\n"
              : undefined;
          },
        });
      },
    ],
    received: all,
  },
  {
    what: "AUTH=PLAIN is offered and broken, LOGIN works",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) =>
            command === "CAPABILITY"
              ? "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n"
              : /^AUTHENTICATE PLAIN/.test(command)
                ? "TAG BAD unsupported mechanism\r\n"
                : undefined,
        }),
    ],
    received: all,
  },
  {
    what: "AUTH=PLAIN is offered and refused as wrong, LOGIN works",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) =>
            command === "CAPABILITY"
              ? "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n"
              : /^AUTHENTICATE PLAIN/.test(command)
                ? "TAG NO [AUTHENTICATIONFAILED] Authentication failed\r\n"
                : undefined,
        }),
    ],
    received: all,
  },
  {
    what: "LOGIN is unknown and not disabled, a user name with a backslash",
    connection: { username: "DOMAIN\\user" },
    polls: [
      (inbox) => {
        let tag = "";
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string, connection: { readonly tag: string }) => {
            if (command === "CAPABILITY") return "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nTAG OK\r\n";
            if (/^LOGIN/.test(command)) return "TAG BAD unknown command\r\n";
            if (command === "AUTHENTICATE PLAIN") {
              tag = connection.tag;
              return "+ \r\n";
            }
            if (tag === "" || command !== "") return undefined;
            const done = `${tag} OK done\r\n`;
            tag = "";
            return done;
          },
        });
      },
    ],
    received: all,
  },
  {
    what: "a backslash in the user name, and LOGIN disabled",
    connection: { username: "DOMAIN\\user" },
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          answer: (command: string) => (command === "CAPABILITY" ? "* CAPABILITY IMAP4rev1\r\nTAG OK\r\n" : undefined),
        }),
    ],
    received: all,
  },
];

const script = (edit: (reply: string, command: string) => string): OddPop3["polls"] => [
  (server) => Object.assign(server, { messages: popMails("a", "b", "c"), edit }),
];
const abc = ["a", "b", "c"];

/** POP3 servers that speak otherwise than the RFCs write. */
export const dialectsOfPop3: readonly OddPop3[] = [
  { what: "status words in lower case", polls: script((reply) => reply.replace(/^\+OK/, "+ok")), received: abc },
  {
    what: "bare LF behind status lines",
    polls: script((reply, command) =>
      /^(RETR|LIST|UIDL|TOP|CAPA)/.test(command) ? reply.replace("\r\n", "\n") : reply.replaceAll("\r\n", "\n"),
    ),
    received: abc,
  },
  {
    what: "bare LF everywhere",
    polls: script((reply) => reply.replaceAll("\r\n", "\n")),
    received: [],
    failure: "PROTOCOL_ERROR",
    reply: /bare LF/,
  },
  { what: "empty lines between its answers", polls: script((reply) => `${reply}\r\n`), received: abc },
  {
    what: "tabs and blanks in its lists",
    polls: script((reply, command) =>
      /LIST|UIDL/.test(command) ? reply.replace(/^(\d) /gm, "$1 \t ").replace(/(?<=\w)\r\n/g, "  \r\n") : reply,
    ),
    received: abc,
  },
  {
    what: "more in each line of its lists than there should be",
    polls: script((reply, command) =>
      /LIST|UIDL/.test(command)
        ? reply.replace(/^(\d .*)$/gm, (line) => line.trimEnd() + (command === "LIST" ? " octets" : ""))
        : reply,
    ),
    received: abc,
  },
  {
    what: "PIPELINING is promised and only the first of what comes together is read",
    polls: [(server) => Object.assign(server, { messages: popMails("a", "b", "c"), onlyFirst: true }), () => {}],
    received: abc,
  },
  {
    what: "CAPA is refused",
    polls: [(server) => Object.assign(server, { messages: popMails("a", "b", "c"), capabilities: null })],
    received: abc,
  },
  {
    what: "CAPA names nothing",
    polls: [(server) => Object.assign(server, { messages: popMails("a", "b", "c"), capabilities: [] })],
    received: abc,
  },
  {
    what: "USER is refused, SASL PLAIN works",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => (/^USER/.test(command) ? "-ERR command not supported\r\n" : undefined),
        }),
    ],
    received: abc,
  },
  {
    what: "SASL PLAIN is refused, USER works",
    connection: { username: "jörg", password: "pass" },
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => (/^AUTH/.test(command) ? "-ERR mechanism not supported\r\n" : undefined),
        }),
    ],
    received: abc,
  },
  {
    what: "the right password is refused by USER and PASS, SASL PLAIN works",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => (/^PASS/.test(command) ? "-ERR [AUTH] authentication failed\r\n" : undefined),
        }),
    ],
    received: abc,
  },
  {
    what: "a greeting of several words and codes",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a"),
          greeting: "+OK <1896.697170952@dbc.mtview.ca.us> [X] {12}\r\n",
        }),
    ],
    received: ["a"],
  },
  {
    what: "more lines in its UIDL than in its LIST",
    polls: script((reply, command) => (command === "LIST" ? reply.replace(/^2 \d+\r\n/m, "") : reply)),
    received: abc,
  },
  {
    what: "numbers with zeros before them in its lists",
    polls: script((reply, command) => (/LIST|UIDL/.test(command) ? reply.replace(/^(\d) /gm, "00$1 ") : reply)),
    received: abc,
  },
  {
    what: "lists in the other order",
    polls: script((reply, command) =>
      /LIST|UIDL/.test(command) ? reply.replace(/(1 .*\r\n)(2 .*\r\n)(3 .*\r\n)/, "$3$2$1") : reply,
    ),
    received: abc,
  },
  {
    what: "a UIDL of 200 characters and of 8-bit",
    polls: [
      (server) =>
        Object.assign(server, { messages: [popMail("a", { uidl: "x".repeat(200) }), popMail("b", { uidl: "ä b" })] }),
      () => {},
    ],
    received: ["a", "b"],
  },
];
