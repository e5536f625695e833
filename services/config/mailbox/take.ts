import { ProblemError } from "@mailfleet/contracts";
import { failureFields, type Outcome } from "@mailfleet/kit";
import type { Ports } from "../ports.ts";
import type { MailboxBody } from "./body.ts";
import { decide, type Occurrence, type Transition } from "./decide.ts";

/**
 * Takes an occurrence into a mailbox, once: a report of a run or a timer, a change of its profile. What is known already
 * is answered as before; a report about a mailbox that is gone is ignored. @throws ProblemError for a command that is
 * refused; Conflict
 */
export async function take(
  ports: Ports,
  mailboxId: string,
  occurrence: Occurrence,
): Promise<Pick<Outcome<MailboxBody>, "outcome">> {
  const stop = ports.metrics.stepSeconds.startTimer();
  const began = ports.now();
  let counted = "failed";
  try {
    const outcome = await ports.documents.mailbox.change(
      mailboxId,
      { key: occurrence.id, at: occurrence.at },
      async (document) => {
        const { profileId } = document.configuration;
        return decide(document, occurrence, await ports.worlds.of(profileId, { atLeast: document.profileV }));
      },
    );
    counted = outcome.outcome;
    if (outcome.outcome === "accepted") logTransition(ports, outcome, occurrence, ports.now() - began);
    else if (outcome.outcome === "ignored") logIgnored(ports, mailboxId, occurrence, outcome.reason);
    return outcome;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    counted = error.problem.code === "CONFLICT" ? "conflict" : "refused";
    if (error.problem.code !== "NOT_FOUND" || occurrence.kind === "command") throw error;
    logIgnored(ports, mailboxId, occurrence, "no such mailbox");
    return { outcome: "ignored" };
  } finally {
    ports.metrics.steps.inc({ event: occurrence.event, outcome: counted });
    stop();
  }
}

/** The line by which engineers follow a mailbox; none where the machine did not move. */
export function logTransition(
  ports: Pick<Ports, "logger">,
  { after, note }: Outcome<MailboxBody>,
  { id, event, by, correlation, causation }: Omit<Occurrence, "plan" | "kind" | "at">,
  ms?: number,
): void {
  const transition = note as Transition | null | undefined;
  if (!transition || !after) return;
  const { from, to, attempt, failures, effects } = transition;
  const failing = failures && Object.entries(failures).map(([direction, one]) => [direction, failureFields(one)]);
  ports.logger.info(
    {
      ...{ mailbox: after._id, version: after.v, event, from, to, attempt, effects },
      ...(failing ? { failures: Object.fromEntries(failing) } : {}),
      ...{ cause: causation ?? id, by, correlation, ms },
    },
    "mailbox transition",
  );
}

function logIgnored({ logger }: Pick<Ports, "logger">, mailbox: string, { event, id }: Occurrence, reason?: string) {
  logger.debug({ mailbox, event, id, reason }, "ignored");
}
