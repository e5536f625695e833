import type { Incoming } from "@mailfleet/bus";
import type { AlertWall } from "../alert-wall.ts";

/** Somebody has something to say to people: opens or counts the one alert of this object and code. */
export async function alertRaised(wall: AlertWall, message: Incoming<"alert.raised.v1">): Promise<void> {
  await wall.raise(message.body, message);
}
