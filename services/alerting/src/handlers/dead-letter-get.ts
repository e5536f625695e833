import { ProblemError, type RequestArguments, type RequestOutput } from "@mailfleet/contracts";
import type { DeadLetterDocument, DeadLetterRepository } from "@mailfleet/store";
import { shownDeadLetter } from "../dead-letter-record.ts";

type Name = "alerting.dead-letter.get";

/** One dead letter. Throws NOT_FOUND. */
export async function getDeadLetter(
  deadLetters: DeadLetterRepository,
  input: RequestArguments<Name>,
): Promise<RequestOutput<Name>> {
  return shownDeadLetter(await existingDeadLetter(deadLetters, input.deadLetterId));
}

/** The dead letter as it is stored. Throws NOT_FOUND. */
export async function existingDeadLetter(deadLetters: DeadLetterRepository, id: string): Promise<DeadLetterDocument> {
  const found = await deadLetters.get(id);
  if (!found) throw new ProblemError("NOT_FOUND", `There is no dead letter ${id}; they are kept for 30 days.`);
  return found;
}
