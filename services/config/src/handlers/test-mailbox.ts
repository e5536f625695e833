import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.test`: with `enable`, what passes goes to work. */
export const testMailbox =
  (parts: Parts): Handler<"config.mailbox.test"> =>
  (input) =>
    runCommand(parts, input, input.enable ? "test-and-enable" : "test", (at) => ({
      events: [
        { type: "test", enable: input.enable, directions: input.directions, byOwner: input.owner !== undefined, at },
      ],
    }));
