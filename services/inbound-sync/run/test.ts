import type { InboundConnector } from "@mailfleet/connector-api";
import type { TestWork } from "@mailfleet/worker";
import type { InboundPorts } from "../ports.ts";
import { alertCleared } from "../source/alerts.ts";

/** The machine's own deadline is far longer and only covers loss. */
const deadlineMs = 60_000;

/** Goes the whole way once and says what each step found, while it goes. */
export function createTest({ bus, sources }: Pick<InboundPorts, "bus" | "sources">): TestWork<InboundConnector> {
  return {
    deadlineMs,
    test: (run, { connector, options }, tell) => connector.test(options, tell, run.signal),
    ended: async ({ mailboxId }, { at, failure }) => {
      const ok = failure === null;
      await sources.stampTest(mailboxId, { at, ok });
      if (!ok || !(await sources.get(mailboxId))?.stalled) return;
      await bus.publish(alertCleared(mailboxId, "STALLED", at));
      await sources.markStalled(mailboxId, null);
    },
  };
}
