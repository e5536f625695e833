import type { Incoming } from "@mailfleet/bus";
import type { AlertWall } from "../alert-wall.ts";

/** It is over: clears the named alerts of the object, or all. */
export async function alertCleared(wall: AlertWall, message: Incoming<"alert.cleared.v1">): Promise<void> {
  await wall.clear(message.body, message);
}
