import {
  all,
  allByList,
  always,
  first,
  history,
  html,
  json,
  list,
  message,
  once,
  refused,
  second,
  to,
} from "./odd-gmail.ts";
import { gmailMails } from "./odd-mail.ts";
import type { OddGmail } from "./odd-servers.ts";

/** Gmail tells other things than it has. */
export const missedOverGmail: readonly OddGmail[] = [
  first("a list is empty where the inbox has messages", to(list, always(json({}))), {
    received: [],
    failure: "LISTING_INCOMPLETE",
    reply: /3 messages, and lists 0/,
  }),
  first("a list is short once", to(list, once(json({ messages: [{ id: "a" }] }))), all),
  {
    what: "a list is short in one poll, and whole in the next",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: gmailMails("a", "b", "c"),
          answer: to(list, always(json({ messages: [{ id: "b" }] }))),
        }),
      (server) => Object.assign(server, { answer: undefined }),
    ],
    ...all,
  },
  first("an error in place of a list, as a success", to(list, always({ ...refused(500, "INTERNAL"), status: 200 })), {
    received: [],
    failure: "SERVER_UNAVAILABLE",
    reply: /INTERNAL by test/,
  }),
  first("HTML in place of a list", to(list, always(html)), { received: [], failure: "PROTOCOL_ERROR" }),
  first("Gmail does not say how many messages the inbox has", to(/^\/labels/, always(json({}))), all),
  second(
    "a history that repeats its page",
    to(history, always(json({ historyId: "103", nextPageToken: "x" }))),
    allByList,
  ),
  second(
    "an error in place of a history, as a success",
    to(history, always({ ...refused(404, "NOT_FOUND"), status: 200 })),
    allByList,
  ),
  second("HTML in place of a history", to(history, always(html)), allByList),
  second("a history without an id", to(history, always(json({}))), allByList),
  second("a history whose id is no number", to(history, always(json({ historyId: "latest" }))), allByList),
  second(
    "a history with something that is no message id",
    to(
      history,
      always(
        json({ historyId: "103", history: [{ messagesAdded: [{ message: { id: "../x", labelIds: ["INBOX"] } }] }] }),
      ),
    ),
    allByList,
  ),
  second("a history that is empty, and its id stands still", to(history, once(json({ historyId: "102" }))), {
    received: ["a", "b"],
  }),
  second(
    "a history in which one message is added three times",
    to(
      history,
      always(
        json({
          historyId: "103",
          history: [1, 2, 3].map(() => ({ messagesAdded: [{ message: { id: "c", labelIds: ["INBOX"] } }] })),
        }),
      ),
    ),
    all,
  ),
  second(
    "a history of a message without labels",
    to(history, always(json({ historyId: "103", history: [{ messagesAdded: [{ message: { id: "c" } }] }] }))),
    all,
  ),
  first("a message is listed and not given: it is gone", to(message("b"), always(refused(404, "NOT_FOUND"))), {
    received: ["a", "c"],
  }),
  first(
    "a rate limit for one call of a batch",
    to(message("b"), once(refused(403, "x", { errors: [{ reason: "rateLimitExceeded" }] }))),
    all,
  ),
  {
    what: "a batch answer without one of its parts",
    polls: [
      (server) =>
        Object.assign(server, { messages: gmailMails("a", "b", "c"), editParts: (parts: string[]) => parts.slice(1) }),
    ],
    ...all,
  },
  {
    what: "a batch answer with each of its parts twice",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: gmailMails("a", "b", "c"),
          editParts: (parts: string[]) => [...parts, ...parts],
        }),
    ],
    ...all,
  },
  {
    what: "a batch answer with a part that nobody asked for",
    polls: [
      (server) =>
        Object.assign(server, {
          messages: gmailMails("a", "b", "c"),
          editParts: (parts: string[]) => [...parts, (parts[0] ?? "").replace("response-a", "response-f")],
        }),
    ],
    ...all,
  },
  {
    what: "a batch answer without any part",
    polls: [(server) => Object.assign(server, { messages: gmailMails("a", "b", "c"), editParts: () => [] })],
    ...all,
  },
  first("HTML in place of each batch answer", to(/^\/batch/, always(html)), all),
];
