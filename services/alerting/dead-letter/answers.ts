import type { RequestHandlers } from "@mailfleet/bus";
import { type DeadLetter, ProblemError } from "@mailfleet/contracts";
import { type CommandInput, commandKey, readPage } from "@mailfleet/kit";
import { wallOf } from "../alert/wall.ts";
import type { AlertingPorts } from "../ports.ts";
import { settleDeadLetterAlert } from "./alert.ts";
import { replayOf, shownDeadLetter } from "./record.ts";
import type { DeadLetterDocument } from "./store.ts";

const newestFirst = [["at", -1] as const, ["_id", -1] as const];

/** Every request about dead letters. */
export function deadLetterAnswers(ports: AlertingPorts): RequestHandlers {
  const { deadLetters, bus } = ports;
  const wall = wallOf(ports);

  const existing = async (id: string): Promise<DeadLetterDocument> => {
    const found = await deadLetters.get(id);
    if (!found)
      throw new ProblemError("NOT_FOUND", `There is no dead letter ${id}. Dead letters are kept for 30 days.`);
    return found;
  };

  /**
   * Replaying and discarding in their common order: act, mark, settle the alert. The same command again gets the first
   * answer. Another one about a letter that no longer waits is refused with NOT_POSSIBLE_NOW.
   */
  const decide = async (
    operation: string,
    command: CommandInput & { readonly id: string },
    state: "replayed" | "discarded",
    act: (letter: DeadLetterDocument) => Promise<unknown>,
  ): Promise<DeadLetter> => {
    const letter = await existing(command.id);
    if (letter.state === "waiting") await act(letter);
    const decision = { key: commandKey(operation, command), by: command.by, at: ports.now() };
    const decided = (await deadLetters.decide(letter._id, state, decision)) ?? (await existing(letter._id));
    if (decided.decision?.key !== decision.key)
      throw new ProblemError("NOT_POSSIBLE_NOW", `This dead letter was ${decided.state} by ${decided.decision?.by}.`);
    await settleDeadLetterAlert({ ...ports, wall }, decided);
    return shownDeadLetter(decided);
  };

  return {
    "alerting.dead-letter.list": async ({ state, limit, cursor }) => {
      const filter = state ? { state } : {};
      const page = { limit, ...(cursor === undefined ? {} : { cursor }) };
      const { items, next } = await readPage(page, { filter, sort: newestFirst }, (query) => deadLetters.list(query));
      return { items: items.map(shownDeadLetter), next };
    },
    "alerting.dead-letter.get": async ({ id }) => shownDeadLetter(await existing(id)),
    // Published first, then marked: a crash in between leaves it waiting, and the same replay again has the same id. If
    // it still cannot be handled it comes back as a new dead letter.
    "alerting.dead-letter.replay": (input) =>
      decide("alerting.dead-letter.replay", input, "replayed", (letter) => bus.publish(replayOf(letter))),
    // A person has seen it, and it is not to be replayed. It stays readable until it expires.
    "alerting.dead-letter.discard": (input) =>
      decide("alerting.dead-letter.discard", input, "discarded", async () => {}),
  };
}
