import type { Incoming } from "@mailfleet/bus";
import { PoisonMessage } from "@mailfleet/contracts";
import type { SchedulerPorts } from "../ports.ts";
import { undeliverable } from "./deliverable.ts";
import type { TimerOrder } from "./document.ts";
import { lanes, targetOf } from "./targets.ts";

type TimerMessage = Incoming<"timer.set.v1" | "timer.clear.v1">;

/** On TIMERS: sets and clears, a batch in one write; then the lane that fires them checks whether one is earlier. */
export async function keepTimers(
  ports: Pick<SchedulerPorts, "timers" | "now" | "kick">,
  messages: readonly TimerMessage[],
): Promise<void> {
  const orders = messages.map(orderOf);
  await ports.timers.apply(orders, ports.now());
  for (const target of new Set(orders.map((one) => one.order === "set" && targetOf(one.deliver.subject))))
    if (target) ports.kick(lanes[target]);
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
