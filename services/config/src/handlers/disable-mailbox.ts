import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.disable`: it is not wanted any more and stops. */
export const disableMailbox =
  (parts: Parts): Handler<"config.mailbox.disable"> =>
  (input) =>
    runCommand(parts, input, "disable", (at) => ({
      events: [{ type: "disable", byOwner: input.owner !== undefined, at }],
    }));
