import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.test`, `config.mailbox.test-and-enable`: with `enable`, what passes goes to work. */
export const testMailbox =
  (parts: Parts, enable: boolean): Handler<"config.mailbox.test" | "config.mailbox.test-and-enable"> =>
  (input) =>
    runCommand(parts, input, enable ? "test-and-enable" : "test", (at) => ({
      events: [{ type: "test", enable, directions: input.directions, byOwner: input.owner !== undefined, at }],
    }));
