import { bytesOf, imapMail, imapMails, popMail, popMails } from "./odd-mail.ts";
import type { OddImap, OddPop3 } from "./odd-servers.ts";

const large = (uid: number, bytes = 400_000) => imapMail(uid, { raw: bytesOf(`${uid}`, bytes) });
const fetchesAll = (command: string) => /^UID FETCH .*BODY\.PEEK\[\]/.test(command);

/** IMAP servers that do not give one of their messages. */
export const asideOverImap: readonly OddImap[] = [
  {
    what: "NIL for a body",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string) => reply.replace(/(UID 2 .*BODY\[\]) \{\d+\}\r\n[^)]*\)/, "$1 NIL)"),
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a literal that is longer than what follows",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) =>
            fetchesAll(command) ? reply.replace(/(UID 2 .*BODY\[\]) \{\d+\}/, "$1 {160}") : reply,
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a literal that is longer than what follows, as RFC822.SIZE says too",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [imapMail(1), imapMail(2, { size: 70 }), imapMail(3), imapMail(4)],
          edit: (reply: string, command: string) =>
            fetchesAll(command) ? reply.replace(/(UID 2 .*BODY\[\]) \{\d+\}/, "$1 {70}") : reply,
        }),
    ],
    received: ["1", "3", "4"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a literal that is shorter than the message",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) =>
            fetchesAll(command) ? reply.replace(/(UID 2 .*BODY\[\]) \{\d+\}/, "$1 {20}") : reply,
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "the connection ends in the middle of one, each time",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) =>
            fetchesAll(command) && /UID 2 /.test(reply) ? { last: reply.slice(0, reply.indexOf("text 2")) } : reply,
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "the connection ends in the middle of one, and the next one is refused as one too many",
    polls: [1, 2, 3, 4].map(
      () => (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          broken: false,
          answer: (command: string) => {
            const own = inbox as typeof inbox & { broken?: boolean };
            return own.broken && /^LOGIN/.test(command) ? "TAG NO [LIMIT] too many connections\r\n" : undefined;
          },
          edit: (reply: string, command: string) => {
            const bad = fetchesAll(command) && /UID 2 /.test(reply);
            if (bad) Object.assign(inbox, { broken: true });
            return bad ? { last: reply.slice(0, reply.indexOf("text 2")) } : reply;
          },
        }),
    ),
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "silence in the middle of one, each time",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) =>
            fetchesAll(command) && /UID 2 /.test(reply) ? reply.slice(0, reply.indexOf("text 2")) : reply,
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a large one whose pieces never end",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: [imapMail(1), large(2), imapMail(3)],
          edit: (reply: string, command: string) => {
            const piece = /BODY\.PEEK\[\]<(\d+)\.(\d+)>/.exec(command);
            if (!piece) return reply;
            const text = "x".repeat(Number(piece[2]));
            return `* 2 FETCH (UID 2 BODY[]<${piece[1]}> {${text.length}}\r\n${text})\r\n${reply.slice(reply.lastIndexOf("\r\n", reply.length - 3) + 2)}`;
          },
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a large one that ends before its size, each time at another place",
    polls: [
      (inbox) => {
        let asked = 0;
        Object.assign(inbox, {
          messages: [imapMail(1), large(2, 900_000), imapMail(3)],
          edit: (reply: string, command: string) => {
            const piece = /BODY\.PEEK\[\]<([1-9]\d*)\.(\d+)>/.exec(command);
            if (!piece) return reply;
            asked += 1;
            const text = asked % 2 === 1 ? "y".repeat(1000 + asked) : "";
            return `* 2 FETCH (UID 2 BODY[]<${piece[1]}> {${text.length}}\r\n${text})\r\n${reply.slice(reply.lastIndexOf("\r\n", reply.length - 3) + 2)}`;
          },
        });
      },
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a large one whose size is estimated a hundredth too high, alone in its inbox",
    polls: [
      (inbox) => Object.assign(inbox, { messages: [imapMail(2, { raw: bytesOf("2", 600_000), size: 606_000 })] }),
    ],
    received: ["2"],
  },
  {
    what: "a large one whose size is too low",
    polls: [
      (inbox) => Object.assign(inbox, { messages: [imapMail(2, { raw: bytesOf("2", 900_000), size: 600_000 })] }),
    ],
    received: ["2"],
  },
  {
    what: "a large one that is other the second time it is read",
    polls: [
      (inbox) => {
        let asked = 0;
        Object.assign(inbox, {
          messages: [imapMail(2, { raw: bytesOf("2", 600_000), size: 590_000 })],
          edit: (reply: string, command: string) => {
            if (!/BODY\.PEEK\[\]<0\./.test(command)) return reply;
            asked += 1;
            return reply.replace("xxxx", `${asked}`.padStart(4, "0"));
          },
        });
      },
    ],
    received: [],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "BAD for a set that holds it, and for itself",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) =>
            fetchesAll(command) && /UID 2 /.test(reply)
              ? reply.replace(/^[\s\S]*?(\S+) OK done\r\n$/, "$1 BAD parse error in message\r\n")
              : reply,
        }),
    ],
    received: ["1", "3"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "at most two of a set at a time",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3, 4, 5, 6, 7),
          edit: (reply: string, command: string) => {
            if (!fetchesAll(command)) return reply;
            const ends = [...reply.matchAll(/\)\r\n(?=\*|M)/g)].map(({ index }) => index + 3);
            const tagged = reply.slice(reply.lastIndexOf("\r\n", reply.length - 3) + 2);
            return ends.length <= 2 ? reply : reply.slice(0, ends[1]) + tagged;
          },
        }),
    ],
    received: ["1", "2", "3", "4", "5", "6", "7"],
  },
  {
    what: "BYE after two of each connection",
    polls: [
      (inbox) =>
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3, 4, 5, 6, 7),
          edit: (reply: string, command: string) => {
            const ends = [...reply.matchAll(/\)\r\n(?=\*|M)/g)].map(({ index }) => index + 3);
            return fetchesAll(command) && ends.length > 2
              ? { last: `${reply.slice(0, ends[1])}* BYE enough for now\r\n` }
              : reply;
          },
        }),
    ],
    received: ["1", "2", "3", "4", "5", "6", "7"],
  },
  {
    what: "the body of another message under its UID, once",
    polls: [
      (inbox) => {
        let done = false;
        Object.assign(inbox, {
          messages: [imapMail(1), imapMail(2, { raw: bytesOf("2", 3000) }), imapMail(3)],
          edit: (reply: string, command: string) => {
            if (done || !fetchesAll(command)) return reply;
            done = true;
            const raw = imapMail(1).raw;
            return reply.replace(/(UID 2 .*BODY\[\]) \{\d+\}\r\n[^)]*\)/, `$1 {${raw.length}}\r\n${raw})`);
          },
        });
      },
    ],
    received: ["1", "2", "3"],
  },
  {
    what: "no size at all, and nothing of a body once",
    polls: [
      (inbox) => {
        let done = 0;
        Object.assign(inbox, {
          messages: imapMails(1, 2, 3),
          edit: (reply: string, command: string) => {
            if (!fetchesAll(command)) return reply;
            done += 1;
            const without = reply.replace(/ RFC822\.SIZE \d+/g, "");
            return done > 1 ? without : without.replace(/(UID 2 .*BODY\[\]) \{\d+\}\r\n[^)]*\)/, "$1 {0}\r\n)");
          },
        });
      },
    ],
    received: ["1", "2", "3"],
  },
];

/** Says nothing more to a connection that has asked for this. */
const silentFrom = (last: string) => {
  const silent = new Set<number>();
  return (command: string, { number }: { readonly number: number }) => {
    if (command === last) silent.add(number);
    return silent.has(number) ? "" : undefined;
  };
};

/** POP3 servers that do not give one of their messages. */
export const asideOverPop3: readonly OddPop3[] = [
  {
    what: "-ERR for one",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => (command === "RETR 2" ? "-ERR disk error\r\n" : undefined),
        }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "the connection ends at one, each time",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string) => (command === "RETR 2" ? null : undefined),
        }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "the connection ends at one, and the maildrop is locked when it connects again",
    polls: [1, 2, 3, 4].map(() => (server) => {
      let broken = false;
      Object.assign(server, {
        messages: popMails("a", "b", "c"),
        answer: (command: string) => {
          if (command.startsWith("PASS") && broken) return "-ERR [IN-USE] maildrop is locked\r\n";
          if (command !== "RETR 2") return undefined;
          broken = true;
          return null;
        },
      });
    }),
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "silence at one, each time",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: silentFrom("RETR 2"),
        }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "one that is listed as larger than any mail",
    polls: [
      (server) =>
        Object.assign(server, { messages: [popMail("a"), popMail("b", { claimed: 3_000_000_000 }), popMail("c")] }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "one that is cut each time",
    polls: [
      (server) => Object.assign(server, { messages: [popMail("a"), popMail("b", { claimed: 5000 }), popMail("c")] }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a large one whose size is estimated a hundredth too high, alone in its maildrop",
    polls: [
      (server) => Object.assign(server, { messages: [popMail("b", { raw: bytesOf("b", 600_000), claimed: 606_000 })] }),
    ],
    received: ["b"],
  },
  {
    what: "a dot alone in a line that is not doubled",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: [popMail("a"), popMail("b", { raw: "Subject: b\r\n\r\none\r\n.\r\ntwo\r\n" }), popMail("c")],
          edit: (reply: string, command: string) =>
            command === "RETR 2" ? reply.replace("\r\n..\r\n", "\r\n.\r\n") : reply,
        }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a message that ends with the connection instead of a dot",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: popMails("a", "b", "c"),
          answer: (command: string, { socket }: { socket: { end(text: string): void } }) => {
            if (command !== "RETR 2") return undefined;
            socket.end("+OK\r\nSubject: b\r\n\r\ntext b\r\n");
            return "";
          },
        }),
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
];
