import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { DeadLetterAlertPorts } from "../dead-letter-alert.ts";
import { decideDeadLetter } from "./decide-dead-letter.ts";

type Name = "alerting.dead-letter.discard";

/** A person has seen it, and it is not to be replayed. It stays readable until it expires. */
export function discardDeadLetter(
  ports: DeadLetterAlertPorts,
  input: RequestArguments<Name>,
): Promise<RequestOutput<Name>> {
  return decideDeadLetter(ports, input, "discarded", async () => {});
}
