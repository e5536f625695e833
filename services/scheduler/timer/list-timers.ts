import type { RequestArguments, RequestOutput } from "@mailfleet/contracts";
import type { SchedulerPorts } from "../ports.ts";

/** `scheduler.timer.list`: what an owner is waiting for. */
export async function listTimers(
  { timers }: Pick<SchedulerPorts, "timers">,
  { owner }: RequestArguments<"scheduler.timer.list">,
): Promise<RequestOutput<"scheduler.timer.list">> {
  const found = await timers.list(owner);
  return {
    items: found.map((timer) => ({
      name: timer.name,
      due: timer.due,
      everyMs: timer.everyMs ?? null,
      delivers: timer.deliver.subject,
      generation: timer.deliver.generation ?? null,
    })),
  };
}
