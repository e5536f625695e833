import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.approve`: refused if the address is no longer the one that the approver saw. */
export const approveMailbox =
  (parts: Parts): Handler<"config.mailbox.approve"> =>
  (input) =>
    runCommand(parts, input, "approve", (at, { configuration }) => ({
      events: [{ type: "approve", address: input.address, currentAddress: configuration.address, at }],
    }));
