import { all, allByList, always, first, given, history, json, list, message, second, to } from "./odd-gmail.ts";
import type { OddGmail } from "./odd-servers.ts";

const endless = (page: number) => ({ nextPageToken: `page${page}` });

/** A Gmail whose answers have no end. */
export const budgetsOfGmail: readonly OddGmail[] = [
  second(
    "a history of empty pages without end",
    ({ path }) => (history.test(path) ? json({ historyId: "103", nextPageToken: `${Math.random()}` }) : undefined),
    allByList,
  ),
  first(
    "a list that says one message over and over",
    ({ path }) => (list.test(path) ? json({ messages: [{ id: "a" }], ...endless(Math.random()) }) : undefined),
    { received: [], failure: "PROTOCOL_ERROR", reply: /nothing new/ },
  ),
  first(
    "a list whose pages follow each other in a circle",
    ({ path }) => (list.test(path) ? json(endless(path.includes("page1") ? 2 : 1)) : undefined),
    { received: [], failure: "PROTOCOL_ERROR", reply: /same page/ },
  ),
  first(
    "a list that is larger than any page",
    to(list, always({ body: `{"messages":[${'{"id":"a"},'.repeat(300_000)}{"id":"a"}]}` })),
    { received: [], failure: "ANSWER_TOO_LARGE" },
  ),
  first("a refusal of ten megabytes", to(list, always({ status: 500, body: "x".repeat(10_000_000) })), {
    received: [],
    failure: "SERVER_UNAVAILABLE",
  }),
  first(
    "a message with a megabyte behind its text",
    to(message("b"), always(given("b", { id: "b", snippet: "x".repeat(1_000_000) }))),
    all,
  ),
];
