import type { Incoming } from "@mailfleet/bus";
import type { AlertWall } from "./wall.ts";

type Fact = Incoming<"alert.raised.v1" | "alert.cleared.v1" | "mailbox.deleted.v1">;

/** Takes facts of other services to the wall. */
export async function followFacts(wall: AlertWall, message: Fact): Promise<void> {
  if (message.type === "alert.raised.v1") return wall.raise(message.body, message);
  if (message.type === "alert.cleared.v1") return wall.clear(message.body, message);
  // Nobody needs alerts about a deleted mailbox, nor what a late worker may still report about it.
  return wall.forget({ type: "mailbox", id: message.body.mailboxId }, message);
}

/** What is said about one object is handled in its order. */
export function objectOf(message: Fact): string {
  if (message.type === "mailbox.deleted.v1") return `mailbox|${message.body.mailboxId}`;
  return `${message.body.object.type}|${message.body.object.id}`;
}
