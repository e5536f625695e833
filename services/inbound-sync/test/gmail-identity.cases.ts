import { all, allByList, always, given, history, json, message, once, refused, second, to } from "./odd-gmail.ts";
import { gmailMail, gmailMails } from "./odd-mail.ts";
import type { OddGmail } from "./odd-servers.ts";

/** A Gmail account that is not what it was. */
export const identityOverGmail: readonly OddGmail[] = [
  second("history ids go back, as after a restore", to(history, always(json({ historyId: "7" }))), allByList),
  {
    what: "history ids go back for good",
    polls: [
      (server) => Object.assign(server, { messages: gmailMails("a", "b") }),
      (server) => Object.assign(server, { messages: gmailMails("a", "b", "c"), historyId: 5 }),
    ],
    ...allByList,
  },
  {
    what: "the sign-in is another account's: nothing of it is handed over",
    polls: [
      (server) => Object.assign(server, { messages: gmailMails("a", "b") }),
      (server) => Object.assign(server, { messages: gmailMails("a", "b", "e", "f"), emailAddress: "joe@example.org" }),
    ],
    received: ["a", "b"],
    failure: "ACCESS_DENIED",
    reply: /joe@example\.org/,
  },
  {
    what: "the sign-in is another account's, in which nothing has come",
    polls: [
      (server) => Object.assign(server, { messages: gmailMails("a", "b") }),
      (server) => Object.assign(server, { messages: [], emailAddress: "joe@example.org", historyId: 9000 }),
    ],
    received: ["a", "b"],
    failure: "ACCESS_DENIED",
    reply: /joe@example\.org/,
  },
  {
    what: "one message has a date in the future, and the history is lost after it",
    polls: [
      (server) =>
        Object.assign(server, { messages: [gmailMail("a", { internalDate: Date.now() + 10 * 365 * 86_400_000 })] }),
      (server) =>
        Object.assign(server, {
          messages: [gmailMail("a", { internalDate: Date.now() + 10 * 365 * 86_400_000 }), gmailMail("b")],
          answer: to(history, always(refused(404, "NOT_FOUND"))),
        }),
    ],
    received: ["a", "b"],
    alerts: ["HISTORY_LOST"],
  },
  {
    what: "the answer to one message is another one, once",
    polls: [
      (server) =>
        Object.assign(server, { messages: gmailMails("a", "b", "c"), answer: to(message("b"), once(given("a", {}))) }),
    ],
    ...all,
  },
  {
    what: "the parts of a batch are exchanged, once",
    polls: [
      (server) => {
        let done = false;
        Object.assign(server, {
          messages: gmailMails("a", "b", "c"),
          editParts: (parts: string[]) => {
            if (done) return parts;
            done = true;
            const bodies = parts.map((part) => part.slice(part.indexOf("HTTP/1.1")));
            return parts.map((part, at) => part.slice(0, part.indexOf("HTTP/1.1")) + bodies[(at + 1) % bodies.length]);
          },
        });
      },
    ],
    ...all,
  },
  second("the history is lost again and again", to(history, always(refused(404, "NOT_FOUND"))), allByList),
];
