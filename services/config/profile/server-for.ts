import type { Direction } from "@mailfleet/contracts";

/** The servers that a profile names. */
export type ServerOf = Exclude<Direction, "act">;

/** Appointments, contacts and tasks are at the server that a mailbox receives from, with the same credentials. */
export const serverFor = (direction: Direction): ServerOf => (direction === "act" ? "inbound" : direction);
