import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { noSuchMailbox } from "../step-mailbox.ts";

/** `config.mailbox.history`: the last transitions, newest first. */
export const getMailboxHistory =
  ({ ports }: Parts): Handler<"config.mailbox.history"> =>
  async ({ id: mailboxId }) => {
    const items = await ports.mailboxes.history(mailboxId);
    if (!items) throw noSuchMailbox(mailboxId);
    return { items };
  };
