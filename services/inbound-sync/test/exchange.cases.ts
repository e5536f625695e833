import type { OddExchangeMailbox } from "./odd-servers.ts";

const abc = ["a", "b", "c"];

/** Exchange Server and Exchange Online. */
export const exchangeCases: readonly OddExchangeMailbox[] = [
  {
    what: "what it tells changes from is no longer known, and nothing new is there",
    polls: [(exchange) => exchange.add(...abc), (exchange) => exchange.forgetStates()],
    received: abc,
    alerts: ["HISTORY_LOST"],
  },
  {
    what: "what it tells changes from is no longer known, and mail came and went meanwhile",
    polls: [
      (exchange) => exchange.add("a", "b"),
      (exchange) => {
        exchange.forgetStates();
        exchange.remove("a");
        exchange.add("c");
      },
      (exchange) => exchange.add("d"),
    ],
    received: [...abc, "d"],
    alerts: ["HISTORY_LOST"],
  },
  {
    what: "the same, and MIME differs at each reading",
    polls: [
      (exchange) => {
        exchange.varyMime();
        exchange.add("a", "b");
      },
      (exchange) => {
        exchange.forgetStates();
        exchange.add("c");
      },
    ],
    received: abc,
    alerts: ["HISTORY_LOST"],
  },
  {
    what: "the mailbox is being moved to another database, and then is there again, with new states",
    polls: [
      (exchange) => exchange.add("a", "b"),
      (exchange) => {
        exchange.add("c");
        exchange.moving(1);
      },
      (exchange) => exchange.forgetStates(),
    ],
    received: abc,
    alerts: ["HISTORY_LOST"],
  },
  {
    what: "the mailbox is being moved",
    polls: [
      (exchange) => {
        exchange.add(...abc);
        exchange.moving(99);
      },
    ],
    received: [],
    failure: "SERVER_UNAVAILABLE",
  },
  {
    what: "it is busy while it lists, and names a time",
    polls: [
      (exchange) => {
        exchange.add(...abc);
        exchange.busy("list", 99, 7000);
      },
    ],
    received: [],
    failure: "RATE_LIMITED",
    reply: /ErrorServerBusy|ApplicationThrottled/,
    waitMs: 7000,
  },
  {
    what: "it is busy once it has listed, and then no more",
    polls: [
      (exchange) => {
        exchange.add(...abc);
        exchange.busy("messages", 2);
      },
      () => {},
    ],
    received: abc,
  },
  {
    what: "one message cannot be made into MIME",
    polls: [
      (exchange) => {
        exchange.add(...abc);
        exchange.setUnreadable("b");
      },
    ],
    received: ["a", "c"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "one message cannot be made into MIME, and is deleted",
    polls: [
      (exchange) => {
        exchange.add(...abc);
        exchange.setUnreadable("c");
      },
      (exchange) => exchange.remove("c"),
    ],
    received: ["a", "b"],
    aside: 1,
    alerts: ["MESSAGE_QUARANTINED"],
  },
  {
    what: "a message is deleted before it was read",
    polls: [(exchange) => exchange.add("a", "b"), (exchange) => exchange.remove("b"), (exchange) => exchange.add("c")],
    received: abc,
  },
];
