import { readCursor, writeCursor } from "../cursor.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showMailbox } from "../show-mailbox.ts";

/** `config.mailbox.list`: in the order of the addresses. */
export const listMailboxes =
  ({ ports, knowledge }: Parts): Handler<"config.mailbox.list"> =>
  async ({ limit, cursor, ...filter }) => {
    const { items, next } = await ports.mailboxes.list(filter, { limit, cursor: readCursor(cursor) });
    const shown = items.map(async (document) =>
      showMailbox(document, await knowledge.policy(document.configuration.profileId), ports.now()),
    );
    return { items: await Promise.all(shown), next: writeCursor(next) };
  };
