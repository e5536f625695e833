import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { runCommand } from "../run-command.ts";

/** `config.mailbox.delete`: its address is free again; a tombstone takes in what is still on its way. */
export const deleteMailbox =
  (parts: Parts): Handler<"config.mailbox.delete"> =>
  async (input) => {
    const answer = await runCommand<Record<string, never>>(parts, input, "delete", (at, { configuration }) => ({
      events: [{ type: "delete", at }],
      // The tombstone keeps no secret, not even a sealed one.
      configuration: { ...configuration, credentials: undefined },
    }));
    await parts.ports.grants.remove(input.id);
    return answer;
  };
