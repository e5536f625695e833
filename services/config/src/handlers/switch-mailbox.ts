import type { Mailbox } from "@mailfleet/contracts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { type MailboxCommand, runCommand } from "../run-command.ts";

/** `config.mailbox.activate`: opens it again; what was wanted is tested again. Takes effect while its profile is active. */
export const activateMailbox =
  (parts: Parts): Handler<"config.mailbox.activate"> =>
  (input) =>
    switchMailbox(parts, input, true);

/** `config.mailbox.deactivate`: nothing runs until it is activated. */
export const deactivateMailbox =
  (parts: Parts): Handler<"config.mailbox.deactivate"> =>
  (input) =>
    switchMailbox(parts, input, false);

/** The machine knows one switch, closed by the mailbox or by its profile. */
function switchMailbox(parts: Parts, input: MailboxCommand, active: boolean): Promise<Mailbox> {
  return runCommand(parts, input, active ? "activate" : "deactivate", (at, document) => {
    const { configuration, profileActive } = document;
    const before = configuration.active && profileActive;
    const after = active && profileActive;
    return {
      events: before === after ? [] : [{ type: after ? "activate" : "deactivate", at }],
      configuration: { ...configuration, active },
      changedFields: configuration.active === active ? [] : ["/active"],
    };
  });
}
