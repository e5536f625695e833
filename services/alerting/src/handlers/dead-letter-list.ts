import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { DeadLetterRepository } from "@mailfleet/store";
import { shownDeadLetter } from "../dead-letter-record.ts";

type Name = "alerting.dead-letter.list";

/** Dead letters, newest first. */
export async function listDeadLetters(
  deadLetters: DeadLetterRepository,
  input: RequestArguments<Name>,
): Promise<RequestOutput<Name>> {
  const { items, next } = await deadLetters.list(input.state, input);
  return { items: items.map(shownDeadLetter), next };
}
