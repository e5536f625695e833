import type { NotificationTest } from "@mailfleet/contracts";
import { Failed } from "../exit-codes.ts";
import { stepLine } from "../mailbox/words.ts";
import type { ParticularCommands } from "../noun/commands.ts";
import type { Shown } from "../shown.ts";
import { printable } from "../table.ts";

/** The result of a test: one line per step, with the remedy where it failed. */
function testWords(test: Shown<NotificationTest>): string {
  const end =
    test.outcome === "ok"
      ? `A test message left for ${test.to.join(", ")}: ${test.messageId}`
      : "The test message was not sent, or not to everybody.";
  return [...test.steps.map((step) => stepLine(undefined, step)), printable(end)].join("\n");
}

/** `mailfleet notifications …` beyond the declaration. */
export const notificationCommands: ParticularCommands = {
  group: "notifications",
  // A user name comes with a password, so that it decides how to sign in at the relay.
  fields: async (_, { username }: { username?: string }, _before, named) =>
    username === undefined || !named.relay ? {} : { relay: { authentication: "basic" } },
  answers: {
    test: (cli, test: Shown<NotificationTest>) => {
      cli.show(test, testWords);
      if (test.outcome === "failed") throw new Failed();
    },
  },
};
