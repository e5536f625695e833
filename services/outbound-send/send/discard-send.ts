import { failureOf, ProblemError, type RequestArguments, type Send } from "@mailfleet/contracts";
import type { OutboundPorts } from "../ports.ts";
import { mailNotSent } from "./facts.ts";
import { changeByCommand, overFor } from "./release-send.ts";
import { changeOf } from "./send.ts";

const discardable = ["accepted", "deferred", "waiting", "uncertain"] as const;
const KEPT_MS = 30 * 86_400_000;

/** `send.discard`: a person gives a send up that is not sent yet; it reads `failed` with SEND_DISCARDED. */
export async function discardSend(
  ports: OutboundPorts,
  input: RequestArguments<"outbound-send.send.discard">,
): Promise<Send> {
  return changeByCommand(ports, "outbound-send.send.discard", input, (send, at, command) => {
    if (!discardable.some((state) => state === send.state))
      throw new ProblemError("NOT_POSSIBLE_NOW", `The send ${send.id} is ${send.state}`, {
        remedy: "Only a send that is accepted, deferred, waiting or uncertain can be given up.",
      });
    const failure = failureOf("SEND_DISCARDED", { reply: `given up by ${input.by}` });
    return {
      ...changeOf(send, [send.state], at),
      state: "failed",
      due: null,
      nextAttemptAt: null,
      failure,
      purgeAt: at + KEPT_MS,
      command,
      outbox: [...overFor(send, at), mailNotSent(send, "failed", at, failure, null)],
    };
  });
}
