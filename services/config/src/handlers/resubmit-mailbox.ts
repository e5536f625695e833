import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.resubmit`: a rejected mailbox waits for approval again. */
export const resubmitMailbox =
  (parts: Parts): Handler<"config.mailbox.resubmit"> =>
  (input) =>
    runCommand(parts, input, "resubmit", (at) => ({ events: [{ type: "resubmit", at }] }));
