import type { Incoming } from "@mailfleet/bus";
import { PoisonMessage } from "@mailfleet/contracts";
import type { TimerOrder } from "@mailfleet/store";
import { undeliverable } from "../deliverable.ts";
import type { SchedulerPorts } from "../ports.ts";

type TimerMessage = Incoming<"timer.set.v1" | "timer.clear.v1">;

/** On TIMERS: sets and clears, a batch in one write. */
export async function keepTimers(ports: Pick<SchedulerPorts, "timers" | "now">, messages: readonly TimerMessage[]) {
  await ports.timers.apply(messages.map(orderOf), ports.now());
}

/** Throws `PoisonMessage` for a timer that could never deliver. */
function orderOf(message: TimerMessage): TimerOrder {
  const { owner, name, seq } = message.body;
  if (message.type === "timer.clear.v1") return { order: "clear", owner, name, seq };
  const { due, everyMs, deliver } = message.body;
  const reason = undeliverable(deliver);
  if (reason) throw new PoisonMessage(reason);
  const correlation = deliver.correlation ?? message.correlation;
  return {
    order: "set",
    owner,
    name,
    seq,
    due,
    ...(everyMs === undefined ? {} : { everyMs }),
    deliver: correlation === undefined ? deliver : { ...deliver, correlation },
  };
}
