import type { Incoming } from "@mailfleet/bus";
import type { DirectionSummary } from "@mailfleet/contracts";
import type { InboundPorts } from "../ports.ts";
import { alertCleared } from "./alerts.ts";
import type { Expected } from "./document.ts";
import { removeKept } from "./forget-removed.ts";

/** Remembers what is expected of each mailbox, and forgets those that were deleted. */
export function createFollowLifecycle(
  ports: Pick<InboundPorts, "sources" | "messages" | "fingerprints" | "names" | "bus" | "now">,
) {
  return async (message: Incoming<"mailbox.transitioned.v1" | "mailbox.deleted.v1">): Promise<void> => {
    const { mailboxId } = message.body;
    if (message.type === "mailbox.deleted.v1") {
      // First, so that whoever reads it at the moment stores nothing more.
      await ports.sources.remove(mailboxId, ports.now());
      await removeKept(ports, mailboxId);
      return;
    }
    const { v, at, directions, lifecycle } = message.body;
    // The fact of the deletion itself follows and removes everything.
    if (lifecycle.to === "deleted") return;
    const expected = expectedOf(directions.inbound, at);
    await ports.sources.expect(mailboxId, v, expected);
    if (expected === null && (await ports.sources.get(mailboxId))?.stalled) {
      await ports.bus.publish(alertCleared(mailboxId, "STALLED", ports.now()));
      await ports.sources.markStalled(mailboxId, null);
    }
  };
}

/** A running direction shows life by success, a retrying one by attempts. Nothing is expected of others. */
function expectedOf({ state, everyMs, generation }: DirectionSummary, since: number): Expected | null {
  if (everyMs === undefined) return null;
  if (state === "enabled.running") return { expects: "success", since, everyMs, generation };
  if (state === "enabled.retrying") return { expects: "run", since, everyMs, generation };
  return null;
}
