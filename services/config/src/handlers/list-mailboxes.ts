import { readCursor, writeCursor } from "../cursor.ts";
import { policyFor } from "../knowledge.ts";
import type { Parts } from "../parts.ts";
import type { Handler } from "../ports.ts";
import { showMailbox } from "../show-mailbox.ts";

/** `config.mailbox.list`: in the order of the addresses. */
export const listMailboxes =
  ({ ports, knowledge }: Parts): Handler<"config.mailbox.list"> =>
  async ({ limit, cursor, ...filter }) => {
    const [{ items, next }, settings] = await Promise.all([
      ports.mailboxes.list(filter, { limit, cursor: readCursor(cursor) }),
      knowledge.settings(),
    ]);
    const shown = items.map(async (document) => {
      const profile = await knowledge.profile(document.configuration.profileId);
      return showMailbox(document, policyFor(settings, profile), ports.now());
    });
    return { items: await Promise.all(shown), next: writeCursor(next) };
  };
