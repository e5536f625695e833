import { type Check, failing, fine, spanOf, warning } from "@mailfleet/kit";
import type { OutboundPorts } from "./ports.ts";
import { unproved } from "./send/measure-proofs.ts";

/** Mail waits so long for a mailbox that is tried again. */
const longMs = 3_600_000;

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
  "sends-proved": {
    runbook: "MailfleetSendsWait",
    look: async (ports) => {
      const at = ports.now();
      const long = (await unproved(ports)).filter(({ since }) => at - since > longMs);
      const [longest] = long;
      if (!longest) return fine("No mail waits for a mailbox that has not proved for long that it can send.");
      const others = long.length > 1 ? ` So it is with ${long.length - 1} more.` : "";
      return warning(
        `Mail waits for the mailbox ${longest.mailboxId}, which has not sent for ${spanOf(at - longest.since)}.${others}`,
        "`mailfleet mailbox show` says why it does not send.",
      );
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
