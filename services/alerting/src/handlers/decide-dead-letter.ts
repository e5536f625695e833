import { type DeadLetter, ProblemError } from "@mailfleet/contracts";
import type { DeadLetterDocument } from "@mailfleet/store";
import { type DeadLetterAlertPorts, settleDeadLetterAlert } from "../dead-letter-alert.ts";
import { shownDeadLetter } from "../dead-letter-record.ts";
import { existingDeadLetter } from "./dead-letter-get.ts";

interface Command {
  readonly deadLetterId: string;
  readonly commandId: string;
  readonly by: string;
}

/**
 * Replaying and discarding in their common order: act, mark, settle the alert. The same command again gets the first
 * answer; another one about a letter that does not wait any more is refused with NOT_POSSIBLE_NOW.
 */
export async function decideDeadLetter(
  ports: DeadLetterAlertPorts,
  command: Command,
  state: "replayed" | "discarded",
  act: (letter: DeadLetterDocument) => Promise<void>,
): Promise<DeadLetter> {
  const letter = await existingDeadLetter(ports.deadLetters, command.deadLetterId);
  if (letter.state === "waiting") await act(letter);
  const decision = { commandId: command.commandId, by: command.by, at: ports.now() };
  const decided =
    (await ports.deadLetters.decide(letter._id, state, decision)) ??
    (await existingDeadLetter(ports.deadLetters, letter._id));
  if (decided.decision?.commandId !== command.commandId)
    throw new ProblemError("NOT_POSSIBLE_NOW", `This dead letter was ${decided.state} by ${decided.decision?.by}.`);
  await settleDeadLetterAlert(ports, decided);
  return shownDeadLetter(decided);
}
