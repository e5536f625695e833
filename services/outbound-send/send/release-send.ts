import { ProblemError, type RequestArguments, type Send } from "@mailfleet/contracts";
import { type CommandInput, Conflict, commandKey } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { sendAlertOver } from "./facts.ts";
import { commit } from "./hand-over.ts";
import { changeOf, type SendChange, type StoredSend } from "./send.ts";
import { sendingOf } from "./sending.ts";
import { showSend } from "./show-send.ts";

const releasable = ["uncertain", "failed", "expired", "waiting", "deferred"] as const;

/** `send.release`: try it now, with the same Message-ID. Its waiting time and its attempts start over. */
export async function releaseSend(
  ports: OutboundPorts,
  input: RequestArguments<"outbound-send.send.release">,
): Promise<Send> {
  const send = await changeByCommand(ports, "outbound-send.send.release", input, (send, at, command) => {
    if (!releasable.some((state) => state === send.state))
      throw new ProblemError("NOT_POSSIBLE_NOW", `The send ${send.id} is ${send.state}`, {
        remedy: "Only a send that is uncertain, failed, expired, waiting or deferred can be released.",
      });
    return {
      ...changeOf(send, [send.state], at),
      state: "accepted",
      due: send.acceptedAt,
      nextAttemptAt: null,
      deferrals: 0,
      waitsSince: at,
      purgeAt: null,
      command,
      outbox: overFor(send, at),
    };
  });
  sendingOf(ports).wakeUps.wake(send.mailboxId);
  return send;
}

/** Alerts about this send that a decision of a person ends. */
export function overFor(send: StoredSend, at: number): SendChange["outbox"] {
  return send.state === "uncertain" || send.state === "expired" ? [sendAlertOver(send, at)] : [];
}

/** Loads, decides, changes by compare-and-swap; a command that the same caller gave before gets the present send. */
export async function changeByCommand(
  ports: OutboundPorts,
  operation: string,
  input: CommandInput & { id: string },
  decide: (send: StoredSend, at: number, command: string) => SendChange,
): Promise<Send> {
  const command = commandKey(operation, input);
  for (let tries = 0; tries < 4; tries++) {
    const send = await ports.sends.get(input.id);
    if (!send) throw new ProblemError("NOT_FOUND", `There is no send ${input.id}`);
    if (send.commands.includes(command)) return showSend(send);
    if (await commit(ports, decide(send, ports.now(), command))) {
      const changed = await ports.sends.get(input.id);
      if (changed) return showSend(changed);
    }
  }
  throw new Conflict(`The send ${input.id}`);
}
