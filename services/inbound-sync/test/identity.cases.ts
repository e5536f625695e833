import type { Pop3Script } from "@mailfleet/local/testing";
import { imapMail, imapMails, popMail, popMails } from "./odd-mail.ts";
import type { Move, OddImap, OddPop3 } from "./odd-servers.ts";

const asOther = (uid: number, subject: string) =>
  imapMail(uid, { raw: `Message-ID: <${subject}@x>\r\nSubject: ${subject}\r\n\r\ntext\r\n` });

/** IMAP servers whose inbox is not what it was. */
export const identityOverImap: readonly OddImap[] = [
  {
    what: "UIDVALIDITY is another at each poll",
    polls: [1, 2, 3, 4].map(
      (n) => (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, ...(n > 2 ? [3] : [])), uidValidity: n }),
    ),
    received: ["1", "2", "3"],
    alerts: ["UIDVALIDITY_CHANGED"],
  },
  {
    what: "UIDVALIDITY goes back to what it was",
    polls: [7, 8, 7].map(
      (uidValidity, n) => (inbox) =>
        Object.assign(inbox, { messages: imapMails(1, 2, ...(n > 1 ? [3] : [])), uidValidity }),
    ),
    received: ["1", "2", "3"],
    alerts: ["UIDVALIDITY_CHANGED"],
  },
  {
    what: "restored from a backup: the last ones are gone, their UIDs go to others",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3, 4) }),
      (inbox) =>
        Object.assign(inbox, { messages: [...imapMails(1, 2), asOther(3, "new three"), asOther(4, "new four")] }),
    ],
    received: ["1", "2", "3", "4", "new four", "new three"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "restored from a backup, and fewer came since than were lost",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3, 4) }),
      (inbox) => Object.assign(inbox, { messages: [...imapMails(1, 2), asOther(3, "new three")] }),
    ],
    received: ["1", "2", "3", "4", "new three"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "restored from a backup, and more came since than were lost",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3, 4) }),
      (inbox) =>
        Object.assign(inbox, { messages: [...imapMails(1, 2), asOther(3, "n3"), asOther(4, "n4"), asOther(5, "n5")] }),
    ],
    received: ["1", "2", "3", "4", "n3", "n4", "n5"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "the last message is deleted and UIDNEXT is never right",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3), uidNext: 1 }),
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2) }),
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 4) }),
    ],
    received: ["1", "2", "3", "4"],
  },
  {
    what: "restored to a state before, after the last one was deleted, within the same UIDVALIDITY",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3, 4) }),
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2, 3), uidNext: 5 }),
      (inbox) =>
        Object.assign(inbox, {
          messages: [...imapMails(1, 2, 3), asOther(4, "new four"), asOther(5, "new five")],
          uidNext: null,
        }),
    ],
    received: ["1", "2", "3", "4", "new five", "new four"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "MAILBOXID changes with the same UIDVALIDITY",
    polls: [
      (inbox) => Object.assign(inbox, { messages: imapMails(1, 2), mailboxId: "F1" }),
      (inbox) =>
        Object.assign(inbox, {
          messages: [asOther(1, "one"), asOther(2, "two"), asOther(3, "three")],
          mailboxId: "F2",
        }),
    ],
    received: ["1", "2", "one", "three", "two"],
    alerts: ["SOURCE_RESTORED"],
  },
  {
    what: "a message is dated a hundred years ahead",
    polls: [
      (inbox) => Object.assign(inbox, { messages: [imapMail(1), imapMail(2, { date: "01-Jan-2126 00:00:00 +0000" })] }),
      (inbox) =>
        Object.assign(inbox, {
          messages: [imapMail(1), imapMail(2, { date: "01-Jan-2126 00:00:00 +0000" }), imapMail(3)],
        }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "a message has no date, or one that is none",
    polls: [
      (inbox) => Object.assign(inbox, { messages: [imapMail(1, { date: "never" }), imapMail(2, { date: "" })] }),
      (inbox) =>
        Object.assign(inbox, { messages: [imapMail(1, { date: "never" }), imapMail(2, { date: "" }), imapMail(3)] }),
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "sizes and dates are others at each poll",
    polls: [0, 1, 2].map(
      (n) => (inbox) =>
        Object.assign(inbox, {
          messages: [1, 2].map((uid) => imapMail(uid, { size: 60 + n, date: `0${n + 1}-Jan-2026 00:00:00 +0000` })),
        }),
    ),
    received: ["1", "2"],
  },
  {
    what: "the same content twice, with two UIDs",
    polls: [(inbox) => Object.assign(inbox, { messages: [asOther(1, "same"), asOther(2, "same")] })],
    received: ["same", "same"],
  },
];

/** POP3 servers whose maildrop is not what it was. */
export const identityOverPop3: readonly OddPop3[] = [
  {
    what: "UIDLs are made anew at each poll",
    polls: [1, 2, 3].map(
      (n) => (server) =>
        Object.assign(server, {
          messages: ["a", "b", ...(n > 1 ? ["c"] : [])].map((one) => popMail(one, { uidl: `${one}${n}` })),
        }),
    ),
    received: ["a", "b", "c"],
  },
  {
    what: "no UIDL first, UIDL later",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b"),
          capabilities: ["TOP", "USER"],
          answer: (command: string) => (command === "UIDL" ? "-ERR unknown command\r\n" : undefined),
        }),
      (server) =>
        Object.assign(server, { messages: popMails("a", "b", "c"), answer: undefined, capabilities: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "UIDL first, none later",
    polls: [
      (server) => Object.assign(server, { messages: popMails("a", "b") }),
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          capabilities: ["TOP", "USER"],
          answer: (command: string) => (command === "UIDL" ? "-ERR unknown command\r\n" : undefined),
        }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "the same UIDL for all",
    polls: [1, 2].map(
      (n) => (server) =>
        Object.assign(server, {
          messages: ["a", "b", ...(n > 1 ? ["c"] : [])].map((one) => popMail(one, { uidl: "same" })),
        }),
    ),
    received: ["a", "b", "c"],
  },
  {
    what: "the server writes fields of its own into what was read",
    polls: [
      (server) => Object.assign(server, { messages: popMails("a", "b") }),
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b").map((one) => ({ ...one, raw: `Status: RO\r\n${one.raw}` })),
        }),
    ],
    received: ["a", "b"],
  },
  {
    what: "a message is dated in the future",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: [
            popMail("a", { raw: "Date: Fri, 01 Jan 2126 00:00:00 +0000\r\nSubject: a\r\n\r\nx\r\n" }),
            popMail("b"),
          ],
        }),
      (server) =>
        Object.assign(server, {
          messages: [
            popMail("a", { raw: "Date: Fri, 01 Jan 2126 00:00:00 +0000\r\nSubject: a\r\n\r\nx\r\n" }),
            popMail("b"),
            popMail("c"),
          ],
        }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "messages are listed in another order",
    polls: [
      (server) => Object.assign(server, { messages: popMails("a", "b", "c") }),
      (server) => Object.assign(server, { messages: popMails("c", "d", "a", "b") }),
    ],
    received: ["a", "b", "c", "d"],
  },
];

/** The same mail as another protocol names it. */
const asPop3 = (...uids: number[]) => uids.map((uid) => popMail(`uidl${uid}`, { raw: imapMail(uid).raw }));

/** Answers like this to these commands, on the first connection only. */
const atFirst = (server: Pop3Script, answers: Readonly<Record<string, string>>) => ({
  answer: (command: string, { number }: { readonly number: number }) =>
    number === 1 && !/^(?:CAPA|USER|PASS)/.test(command) ? answers[command] : undefined,
  ...server,
});
const body = (subject: string) => `+OK\r\n${popMail(subject).raw}.\r\n`;
const longer = (subject: string) => popMail(subject, { raw: `${popMail(subject).raw}one line more\r\n` });
const dated = (subject: string, year: number) =>
  popMail(subject, { raw: `Date: Thu, 1 Jan ${year} 00:00:00 +0000\r\n${popMail(subject).raw}` });
const head = ({ raw }: { readonly raw: Buffer | string }) => `+OK\r\n${`${raw}`.split("\r\n\r\n")[0]}\r\n\r\n.\r\n`;

/** POP3 servers whose answers do not stand with the commands that came together. */
export const outOfStepOverPop3: readonly OddPop3[] = [
  {
    what: "one of several RETR is not answered, and all have one size",
    polls: [(server) => Object.assign(server, atFirst({ messages: popMails("a", "b", "c") }, { "RETR 1": "" }))],
    received: ["a", "b", "c"],
  },
  {
    what: "the last of several RETR is not answered",
    polls: [(server) => Object.assign(server, atFirst({ messages: popMails("a", "b", "c") }, { "RETR 3": "" }))],
    received: ["a", "b", "c"],
  },
  {
    what: "one of several RETR is not answered, and what was processed is deleted",
    connection: { deleteAfterProcessing: true },
    polls: [
      (server) => Object.assign(server, atFirst({ messages: popMails("a", "b", "c") }, { "RETR 1": "" })),
      () => {},
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "one RETR is not answered, and the next portion follows at once",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: popMails(...Array.from({ length: 450 }, (_, n) => `${1000 + n}`)) }, { "RETR 7": "" }),
        ),
    ],
    received: Array.from({ length: 450 }, (_, n) => `${1000 + n}`),
  },
  {
    what: "one RETR is answered twice",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: popMails("a", "b", "c", "d") }, { "RETR 2": `${body("b")}${body("b")}` }),
        ),
    ],
    received: ["a", "b", "c", "d"],
  },
  {
    what: "one RETR is answered twice, another one not at all",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst(
            { messages: [popMail("a"), longer("b"), popMail("c"), popMail("d")] },
            { "RETR 1": `${body("a")}${body("c")}`, "RETR 2": `+OK\r\n${longer("b").raw}.\r\n`, "RETR 3": "" },
          ),
        ),
    ],
    received: ["a", "b", "c", "d"],
  },
  {
    what: "a refusal is said twice: what follows is not gone",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: popMails("a", "b", "c") }, { "RETR 1": "-ERR no such message\r\n".repeat(2) }),
        ),
      (server) => Object.assign(server, { answer: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "two answers are exchanged",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst(
            { messages: [popMail("a"), longer("b"), popMail("c")] },
            { "RETR 1": `+OK\r\n${longer("b").raw}.\r\n`, "RETR 2": body("a") },
          ),
        ),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "one of several TOP is not answered: no date stands with another message",
    connection: { processFrom: Date.UTC(2025, 0, 1) },
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: [dated("a", 2026), dated("b", 2020), dated("c", 2026)] }, { "TOP 1 0": "" }),
        ),
      () => {},
    ],
    received: ["a", "c"],
  },
  {
    what: "one of several TOP is answered twice",
    connection: { processFrom: Date.UTC(2025, 0, 1) },
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst(
            { messages: [dated("a", 2020), dated("b", 2026), dated("c", 2026)] },
            { "TOP 1 0": head(dated("a", 2020)).repeat(2) },
          ),
        ),
      () => {},
    ],
    received: ["b", "c"],
  },
  {
    what: "names are headers, and one of several TOP is not answered",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: popMails("a", "b", "c") }, { UIDL: "-ERR unknown command\r\n", "TOP 1 0": "" }),
          { capabilities: ["TOP", "USER", "PIPELINING"] },
        ),
      (server) =>
        Object.assign(server, {
          answer: (command: string) => (command === "UIDL" ? "-ERR unknown command\r\n" : undefined),
        }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "STAT is refused, and one of several RETR is not answered",
    polls: [
      (server) =>
        Object.assign(
          server,
          atFirst({ messages: popMails("a", "b", "c") }, { STAT: "-ERR unknown command\r\n", "RETR 1": "" }),
        ),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "STAT counts on while messages come in",
    polls: [
      (server) => {
        let asked = 0;
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => {
            if (command !== "STAT") return undefined;
            asked += 1;
            return `+OK ${2 + asked} 0\r\n`;
          },
        });
      },
      (server) => Object.assign(server, { answer: undefined }),
    ],
    received: ["a", "b", "c"],
  },
  {
    what: "connections end after three answers, again and again",
    polls: [
      (server) => {
        const given = new Map<number, number>();
        Object.assign(server, {
          messages: popMails(..."abcdefgh"),
          answer: (command: string, { number }: { readonly number: number }) => {
            if (!command.startsWith("RETR")) return undefined;
            given.set(number, (given.get(number) ?? 0) + 1);
            return (given.get(number) ?? 0) > 3 ? null : undefined;
          },
        });
      },
    ],
    received: [..."abcdefgh"],
  },
];

/** Mailboxes that move. */
export const moves: readonly Move[] = [
  {
    what: "from IMAP to POP3 and back, with new mail at each place",
    polls: [{ imap: imapMails(1, 2) }, { pop3: asPop3(1, 2, 3) }, { imap: imapMails(1, 2, 3, 4) }],
    received: ["1", "2", "3", "4"],
    alerts: ["SOURCE_CHANGED"],
  },
  {
    what: "from POP3 to IMAP, where older mail is gone",
    polls: [{ pop3: asPop3(1, 2, 3) }, { imap: imapMails(3, 4) }],
    received: ["1", "2", "3", "4"],
    alerts: ["SOURCE_CHANGED"],
  },
  {
    what: "to another host with the same numbering and the same mail",
    polls: [{ imap: imapMails(1, 2) }, { otherImap: imapMails(1, 2, 3) }],
    received: ["1", "2", "3"],
  },
  {
    what: "to another host with the same numbering, where mail was numbered otherwise",
    polls: [
      { imap: imapMails(1, 2, 3) },
      { otherImap: [asOther(1, "new"), imapMail(2), asOther(3, "other"), imapMail(4)] },
    ],
    received: ["1", "2", "3", "4", "new", "other"],
    alerts: ["SOURCE_CHANGED"],
  },
  {
    what: "to another host that has nothing yet, and then fills",
    polls: [{ imap: imapMails(1, 2) }, { otherImap: [] }, { otherImap: imapMails(1, 2, 3) }],
    received: ["1", "2", "3"],
    alerts: ["SOURCE_CHANGED"],
  },
  {
    what: "to another account on the same host whose mail has the same numbers",
    polls: [
      { imap: imapMails(1, 2) },
      { imap: [asOther(1, "hers 1"), asOther(2, "hers 2")], connection: { username: "another" } },
    ],
    received: ["1", "2", "hers 1", "hers 2"],
    alerts: ["SOURCE_CHANGED"],
  },
  {
    what: "only the user's name is written otherwise",
    polls: [{ imap: imapMails(1, 2) }, { imap: imapMails(1, 2, 3), connection: { username: "USER" } }],
    received: ["1", "2", "3"],
  },
];
