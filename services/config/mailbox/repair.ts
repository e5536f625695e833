import { type OutgoingMessage, perDirection, subjects } from "@mailfleet/contracts";
import { lifecycle, restoreMachine, runsOf, summaryOf, timersOf } from "@mailfleet/mailbox";
import type { Ports } from "../ports.ts";
import type { ShownMailbox } from "./body.ts";
import { mailboxFact } from "./outbox-entries.ts";
import { rearmMessages } from "./timers.ts";

const batch = 200;

/**
 * What follows from the mailboxes and may have been lost with the streams, said once more. A timer that lives stays as
 * it is, a run that waits takes up the one that is asked for, and a state that is known already changes nothing.
 */
export const repairs = {
  "mailboxes, with their timers, runs and state": (ports: Ports) =>
    overAll(ports, ports.mailboxes.page, (mailbox) => repairOf(mailbox, ports.now())),
  "mailboxes that were deleted": (ports: Ports) =>
    overAll(ports, ports.mailboxes.removed, ({ _id: mailboxId, v, changedAt: at }) => [
      {
        ...mailboxFact("mailbox.deleted.v1", "deleted", { mailboxId, v, at }),
        ...{ id: `${mailboxId}:repair:deleted:${v}`, at, mailboxId },
      },
    ]),
};

async function overAll<One extends { readonly _id: string }>(
  { bus }: Ports,
  read: (after: string, limit: number) => Promise<One[]>,
  messagesOf: (one: One) => OutgoingMessage[],
): Promise<number> {
  let count = 0;
  for (let page = await read("", batch); page.length > 0; page = await read(page.at(-1)?._id ?? "", batch)) {
    await bus.publishAll(page.flatMap(messagesOf));
    count += page.length;
  }
  return count;
}

/** Its timers, the runs that it waits for, and its state. */
function repairOf(
  { _id: mailboxId, v, machine, timerSeqs, configuration }: ShownMailbox,
  at: number,
): OutgoingMessage[] {
  const state = restoreMachine(machine);
  const word = lifecycle(state);
  const { address, profileId } = configuration;
  const about = { at, mailboxId };
  const runs = runsOf(state).map(
    ({ direction, purpose, generation }): OutgoingMessage => ({
      ...about,
      id: `${mailboxId}:repair:${direction}:${purpose}:${generation}:${at}`,
      subject: subjects.run(direction, purpose, mailboxId, generation),
      type: "run.requested.v1",
      generation,
      body: { mailboxId, direction, purpose, generation },
    }),
  );
  const fact = mailboxFact("mailbox.transitioned.v1", "transitioned", {
    ...{ mailboxId, v, at, address, profileId },
    event: "repaired",
    lifecycle: { from: word, to: word },
    directions: perDirection((direction) => summaryOf(state, direction)),
  });
  return [
    ...rearmMessages(mailboxId, timersOf(state), timerSeqs, v, at),
    ...runs,
    { ...fact, ...about, id: `${mailboxId}:repair:${v}:${at}` },
  ];
}
