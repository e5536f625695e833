import { alertIdOf } from "../alert/decide.ts";
import type { AlertingPorts } from "../ports.ts";

const object = { type: "service", id: "nats", label: "NATS" } as const;
const code = "BUS_REFUSES_SIGN_IN";
/** How often the alert is repeated while the trouble lasts. */
const repeatMs = 10_000;
/** The trouble is over when no replica has reported it for longer than a replica waits for the bus. */
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
  // Replicas that see it at the same time raise it once.
  const id = `nats:${Math.floor(at / repeatMs)}`;
  if (detail !== null) {
    if (raisedFor === null || raisedFor >= repeatMs) await wall.raise({ at, object, code, detail }, { id });
  } else if (raisedFor !== null && raisedFor >= quietMs)
    await wall.clear({ at, object, codes: [code] }, { id: `${id}:cleared` });
}
