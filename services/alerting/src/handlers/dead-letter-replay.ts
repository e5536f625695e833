import type { Bus } from "@mailfleet/bus";
import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { DeadLetterAlertPorts } from "../dead-letter-alert.ts";
import { replayOf } from "../dead-letter-record.ts";
import { decideDeadLetter } from "./decide-dead-letter.ts";

type Name = "alerting.dead-letter.replay";

/**
 * Publishes the message again, then marks it: a crash in between leaves it waiting, and the same replay again has the
 * same id. If it still cannot be handled it comes back as a new dead letter.
 */
export function replayDeadLetter(
  ports: DeadLetterAlertPorts & { bus: Pick<Bus, "publish"> },
  input: RequestArguments<Name>,
): Promise<RequestOutput<Name>> {
  return decideDeadLetter(ports, input, "replayed", async (letter) => {
    await ports.bus.publish(replayOf(letter));
  });
}
