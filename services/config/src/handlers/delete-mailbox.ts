import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.delete`: its address is free again; a tombstone takes in what is still on its way. */
export const deleteMailbox =
  (parts: Parts): Handler<"config.mailbox.delete"> =>
  (input) =>
    runCommand(parts, input, "delete", (at) => ({ events: [{ type: "delete", at }] }));
