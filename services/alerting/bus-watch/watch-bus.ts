import { alertIdOf } from "../alert/decide.ts";
import type { AlertingPorts } from "../ports.ts";

const object = { type: "service", id: "nats", label: "NATS" } as const;
const code = "BUS_REFUSES_SIGN_IN";
/** While it lasts it is said again so often. */
const repeatMs = 10_000;
/** It is over when no replica has said it for longer than one that says it waits for the bus. */
const quietMs = 45_000;

/**
 * Raises an alert while NATS refuses our sign-in. Nobody can tell us of it over the bus, but every service has the same
 * trouble, and the notice goes out from the database.
 */
export async function watchBus({ bus, documents, wall, now }: AlertingPorts): Promise<void> {
  const detail = bus.refusal();
  const before = await documents.alert.load(alertIdOf(object, code));
  const at = now();
  const raisedFor = before?.state === "raised" ? at - before.lastAt : null;
  // Replicas that see it at the same time count as one.
  const id = `nats:${Math.floor(at / repeatMs)}`;
  if (detail !== null) {
    if (raisedFor === null || raisedFor >= repeatMs) await wall.raise({ at, object, code, detail }, { id });
  } else if (raisedFor !== null && raisedFor >= quietMs)
    await wall.clear({ at, object, codes: [code] }, { id: `${id}:cleared` });
}
