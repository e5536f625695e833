import { consumers } from "@mailfleet/contracts";
import type { AlertingPorts } from "../ports.ts";

/** Measures how many messages wait at each consumer and how many are being handled. Every replica reports the same. */
export async function measureLag({ bus, metrics }: Pick<AlertingPorts, "bus" | "metrics">): Promise<void> {
  for (const { stream, consumer, waiting, handled } of await bus.consumerLag(Object.values(consumers))) {
    metrics.waiting.set({ stream, consumer }, waiting);
    metrics.handled.set({ stream, consumer }, handled);
  }
}
