import { ProblemError, type RequestArguments, type Send } from "@mailfleet/contracts";
import type { SendChange, StoredSend } from "@mailfleet/store";
import { commit } from "../commit.ts";
import { firstDue, sendAlertOver, sendDue } from "../messages.ts";
import type { Ports } from "../ports.ts";
import { showSend } from "../show-send.ts";

const releasable = ["uncertain", "failed", "expired", "waiting", "deferred"] as const;

/** `send.release`: try it now, with the same Message-ID. Its time to wait and its attempts begin anew. */
export async function releaseSend(ports: Ports, input: RequestArguments<"outbound-send.send.release">): Promise<Send> {
  return changeByCommand(ports, input, (send, at) => {
    if (!releasable.some((state) => state === send.state))
      throw new ProblemError("NOT_POSSIBLE_NOW", `The send ${send.id} is ${send.state}`, {
        remedy: "Only a send that is uncertain, failed, expired, waiting or deferred can be released.",
      });
    const again = { waitsSince: at, attempt: send.attempt };
    return {
      sendId: send.id,
      from: [send.state],
      at,
      state: "accepted",
      due: at + ports.policy.acceptedLookMs,
      nextAttemptAt: null,
      deferrals: 0,
      waitsSince: at,
      purgeAt: null,
      command: input.commandId,
      outbox: [...overFor(send, at), sendDue(send, firstDue(again), at)],
    };
  });
}

/** Alerts about this send that a decision of a person ends. */
export function overFor(send: StoredSend, at: number): SendChange["outbox"] {
  return send.state === "uncertain" || send.state === "expired" ? [sendAlertOver(send, at)] : [];
}

/** Loads, decides, changes by compare-and-swap; a command that was done before gets the present send. */
export async function changeByCommand(
  ports: Ports,
  input: { sendId: string; commandId: string },
  decide: (send: StoredSend, at: number) => SendChange,
): Promise<Send> {
  for (let tries = 0; tries < 4; tries++) {
    const send = await ports.sends.get(input.sendId);
    if (!send) throw new ProblemError("NOT_FOUND", `There is no send ${input.sendId}`);
    if (send.commands.includes(input.commandId)) return showSend(send);
    if (await commit(ports, decide(send, ports.now()))) {
      const changed = await ports.sends.get(input.sendId);
      if (changed) return showSend(changed);
    }
  }
  throw new ProblemError("NOT_POSSIBLE_NOW", `The send ${input.sendId} is changing at the moment`, {
    remedy: "Look at it and try again.",
  });
}
