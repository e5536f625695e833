import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.sync-now`: enabled directions run at once. */
export const syncMailboxNow =
  (parts: Parts): Handler<"config.mailbox.sync-now"> =>
  (input) =>
    runCommand(parts, input, "sync-now", (at) => ({
      events: [{ type: "syncNow", directions: input.directions, at }],
    }));
