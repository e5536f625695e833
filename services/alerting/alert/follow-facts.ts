import type { Incoming } from "@mailfleet/bus";
import type { AlertObject } from "@mailfleet/contracts";
import type { AlertWall } from "./wall.ts";

type Fact = Incoming<"alert.raised.v1" | "alert.cleared.v1" | "mailbox.deleted.v1" | "profile.deleted.v1">;

/** Applies facts of other services to the wall. */
export async function followFacts(wall: AlertWall, message: Fact): Promise<void> {
  if (message.type === "alert.raised.v1") return wall.raise(message.body, message);
  if (message.type === "alert.cleared.v1") return wall.clear(message.body, message);
  // Nobody needs alerts about a deleted object, not even those that a worker reports late.
  return wall.forget(deletedObject(message), message);
}

/** Facts about one object are handled in order. */
export function objectOf(message: Fact): string {
  const { type, id } =
    message.type === "alert.raised.v1" || message.type === "alert.cleared.v1"
      ? message.body.object
      : deletedObject(message);
  return `${type}|${id}`;
}

function deletedObject(message: Extract<Fact, { type: "mailbox.deleted.v1" | "profile.deleted.v1" }>): AlertObject {
  return message.type === "mailbox.deleted.v1"
    ? { type: "mailbox", id: message.body.mailboxId }
    : { type: "profile", id: message.body.profileId };
}
