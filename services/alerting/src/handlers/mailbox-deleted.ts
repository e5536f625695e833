import type { Incoming } from "@mailfleet/bus";
import type { AlertWall } from "../alert-wall.ts";

/** Nothing about a deleted mailbox is worth a look any more, nor what a late worker may still say about it. */
export async function mailboxDeleted(wall: AlertWall, message: Incoming<"mailbox.deleted.v1">): Promise<void> {
  await wall.forget({ type: "mailbox", id: message.body.mailboxId }, message);
}
