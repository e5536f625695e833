import { type SpanFields, span } from "@mailfleet/contracts";
import type { RunMessage } from "./run.ts";

/** A handler of runs, each of them a span; `say` tells how it ended. */
export function tracedRun(
  handle: (message: RunMessage, stopping: AbortSignal, say: (fields: SpanFields) => void) => Promise<void>,
): (message: RunMessage, stopping: AbortSignal) => Promise<void> {
  return (message, stopping) => {
    const { mailboxId: mailbox, direction, purpose } = message.body;
    return span(`run ${purpose}`, { mailbox, direction, purpose }, (say) => handle(message, stopping, say));
  };
}
