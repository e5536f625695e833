import type { Incoming } from "@mailfleet/bus";
import { type DeadLetterAlertPorts, raiseDeadLetterAlert } from "./alert.ts";
import { deadLetterOf } from "./record.ts";

/** Keeps a message that was set aside, whole, and raises an alert for as long as one waits. */
export async function keepDeadLetter(ports: DeadLetterAlertPorts, message: Incoming<"dead.letter.v1">): Promise<void> {
  const letter = deadLetterOf(message);
  const isNew = await ports.deadLetters.insert(letter);
  // A repetition after a crash has still to be said; one after a decision has not.
  const waits = isNew || (await ports.deadLetters.get(letter._id))?.state === "waiting";
  if (waits) await raiseDeadLetterAlert(ports, letter);
}
