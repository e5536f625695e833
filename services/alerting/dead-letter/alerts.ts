import type { Incoming } from "@mailfleet/bus";
import type { AlertObject } from "@mailfleet/contracts";
import { eachAlone } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import type { ShownDeadLetter } from "./body.ts";
import { deadLetterOf } from "./record.ts";

const code = "DEAD_LETTER";
const batch = 200;
const countedMost = 1000;
const objectOf = ({ service, consumer }: Pick<ShownDeadLetter, "service" | "consumer">): AlertObject => ({
  type: "service",
  id: `${service}/${consumer}`,
});

/** Keeps a dead letter whole, and raises an alert while at least one waits. */
export async function keepDeadLetter(ports: AlertingPorts, message: Incoming<"dead.letter.v1">): Promise<void> {
  const { id, body } = deadLetterOf(message);
  const { after } = await ports.documents["dead-letter"].create(id, { key: message.id, at: body.at }, { body });
  // A repetition after a crash must still be reported; one after a decision must not.
  if (after?.state !== "waiting") return;
  const detail = `${body.type ?? "A message"} on ${body.subject}: ${body.reason}`.slice(0, 1000);
  await ports.wall.raise({ at: ports.now(), object: objectOf(body), code, detail }, { id });
}

/** The tick `dead-letters`: clears the alerts of consumers of which none waits; raises them again if one has come meanwhile. */
export async function settleDeadLetterAlerts(ports: AlertingPorts): Promise<void> {
  const { documents, logger, wall, now, metrics } = ports;
  const waiting = {
    filter: { state: "waiting" },
    sort: [
      ["at", -1],
      ["_id", -1],
    ],
    limit: countedMost,
  } as const;
  metrics.deadLetters.set((await documents["dead-letter"].list(waiting)).length);
  const byId = [["_id", 1]] as const;
  const raised = await documents.alert.list({ filter: { code, state: "raised" }, sort: byId, limit: batch });
  await eachAlone(raised, { logger, what: "alert about dead letters", name: ({ _id }) => _id }, async (alert) => {
    const [service, consumer] = alert.object.id.split("/");
    const filter = { service, consumer, state: "waiting" };
    const waits = async () => (await documents["dead-letter"].list({ filter, sort: byId, limit: 1 })).length > 0;
    if (await waits()) return;
    const { object } = alert;
    const origin = `${alert._id}:${alert.v}`;
    await wall.clear({ at: now(), object, codes: [code] }, { id: `${origin}:settled` });
    if (await waits()) await wall.raise({ at: now(), object, code }, { id: `${origin}:not-settled` });
  });
}
