import { deadLetter, ProblemError } from "@mailfleet/contracts";
import { keep } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { type DeadLetterBody, deadLetterCollection, type StoredDeadLetter } from "./body.ts";
import { replayOf, shownDeadLetter } from "./record.ts";

/** Refuses: somebody has already decided about it. @throws NOT_POSSIBLE_NOW */
function decided(letter: StoredDeadLetter, state: "replayed" | "discarded", by: string): DeadLetterBody {
  if (letter.state !== "waiting")
    throw new ProblemError("NOT_POSSIBLE_NOW", `This dead letter was ${letter.state} by ${letter.decidedBy}.`);
  return { ...letter, state, decidedBy: by };
}

/**
 * Keeps messages that were set aside. One that is replayed leaves with the decision, so that of replaying and discarding
 * one happens. If it still cannot be handled it comes back as a new dead letter.
 */
export const keptDeadLetters = keep<AlertingPorts, DeadLetterBody>()(deadLetter, {
  collection: deadLetterCollection,
  indexes: [
    { name: "latest", keys: { at: -1, _id: -1 } },
    { name: "state", keys: { state: 1, at: -1, _id: -1 } },
    { name: "consumer", keys: { service: 1, consumer: 1, state: 1 } },
    { name: "forgotten", keys: { forgetAt: 1 }, expireAfterSeconds: 0 },
  ],
  unlisted: ["headers", "data"],
  what: (id) => `dead letter ${id}`,
  world: async () => undefined,
  view: shownDeadLetter,
  list: ({ state }) => ({
    filter: state ? { state } : {},
    sort: [
      ["at", -1],
      ["_id", -1],
    ],
  }),
  decide: {
    replay: (letter, { by }) => ({ after: decided(letter, "replayed", by), outbox: [replayOf(letter)] }),
    // A person has seen it, and it is not to be replayed. It stays readable until it is forgotten.
    discard: (letter, { by }) => ({ after: decided(letter, "discarded", by) }),
  },
  after: (ports) => ports.kick("dead-letters"),
});
