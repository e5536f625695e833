import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.reject`: with a reason, which is shown and kept. */
export const rejectMailbox =
  (parts: Parts): Handler<"config.mailbox.reject"> =>
  (input) =>
    runCommand(parts, input, "reject", (at) => ({
      events: [{ type: "reject", reason: input.reason, at }],
      cause: input.reason,
    }));
