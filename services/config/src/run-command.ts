import type { Mailbox } from "@mailfleet/contracts";
import type { Plan } from "./decide.ts";
import type { World } from "./knowledge.ts";
import type { Parts } from "./parts.ts";
import type { StoredMailbox } from "./ports.ts";

/** What every command about a mailbox brings. */
export interface MailboxCommand {
  readonly id: string;
  readonly commandId: string;
  readonly by: string;
  readonly correlation?: string;
  readonly ifVersion?: number;
  readonly owner?: number;
}

/**
 * Runs a command about a mailbox: `plan` says what it means for the mailbox as it is, at the time `at`. Answers the
 * mailbox after the first time this commandId came; a refused command is not remembered, so that its repetition is
 * judged anew. @throws ProblemError
 */
export async function runCommand<Answer = Mailbox>(
  { ports, step }: Pick<Parts, "ports" | "step">,
  command: MailboxCommand,
  event: string,
  plan: (at: number, document: StoredMailbox, world: World) => Plan,
): Promise<Answer> {
  const at = ports.now();
  const outcome = await step(command.id, {
    id: command.commandId,
    kind: "command",
    at,
    event,
    by: command.by,
    correlation: command.correlation ?? command.commandId,
    ifVersion: command.ifVersion,
    owner: command.owner,
    plan: (document, world) => plan(at, document, world),
  });
  return outcome.answer as Answer;
}
