import { type Check, failing, fine, spanOf, warning } from "@mailfleet/kit";
import type { OutboundPorts } from "./ports.ts";

/** What outbound-send looks at when it is asked how it is. */
export const checks: Readonly<Record<string, Check<OutboundPorts>>> = {
  "sends-due": {
    runbook: "MailfleetSendsOverdue",
    look: async ({ sends, now }) => {
      const { dueAt } = await sends.backlog(now());
      const lateMs = dueAt === null ? 0 : now() - dueAt;
      if (lateMs < 60_000) return fine("No send is late.");
      const text = `The send whose turn it was first has waited for ${spanOf(lateMs)}.`;
      const todo = "See the log of outbound-send; `mailfleet sends list --state accepted` names what waits.";
      return lateMs > 300_000 ? failing(text, todo) : warning(text, todo);
    },
  },
  "sends-uncertain": {
    runbook: "MailfleetSendsUncertain",
    look: async ({ sends, now }) => {
      const { open } = await sends.backlog(now());
      const uncertain = new Map(open).get("uncertain") ?? 0;
      if (uncertain === 0) return fine("No send is uncertain.");
      return warning(
        `Of ${uncertain} sends nobody knows whether they went out.`,
        "`mailfleet sends list --state uncertain` names them: release or discard each.",
      );
    },
  },
};
