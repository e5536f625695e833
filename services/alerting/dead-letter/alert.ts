import type { AlertWall } from "../alert/wall.ts";
import type { DeadLetterDocument, DeadLetterStore } from "./store.ts";

/** What keeps the alert about waiting dead letters. */
export interface DeadLetterAlertPorts {
  readonly wall: AlertWall;
  readonly deadLetters: DeadLetterStore;
  now(): number;
}

type Place = Pick<DeadLetterDocument, "service" | "consumer">;
const objectOf = ({ service, consumer }: Place) => ({ type: "service", id: `${service}/${consumer}` }) as const;

/** Raised once for each letter that waits. */
export async function raiseDeadLetterAlert(ports: DeadLetterAlertPorts, letter: DeadLetterDocument): Promise<void> {
  const detail = `${letter.type ?? "A message"} on ${letter.subject}: ${letter.reason}`.slice(0, 1000);
  const fact = { at: ports.now(), object: objectOf(letter), code: "DEAD_LETTER", detail };
  await ports.wall.raise(fact, { id: letter._id });
}

/** Cleared when none waits; raised again if one has arrived meanwhile. */
export async function settleDeadLetterAlert(ports: DeadLetterAlertPorts, letter: DeadLetterDocument): Promise<void> {
  const { deadLetters, wall, now } = ports;
  const none = async () => (await deadLetters.countWaiting(letter.service, letter.consumer)) === 0;
  if (!(await none())) return;
  const at = now();
  const fact = { at, object: objectOf(letter), codes: ["DEAD_LETTER"] };
  await wall.clear(fact, { id: `${letter._id}:settled` });
  if (await none()) return;
  const again = { at: now(), object: objectOf(letter), code: "DEAD_LETTER" };
  await wall.raise(again, { id: `${letter._id}:not-settled` });
}
