import { type Check, failing, fine, spanOf } from "@mailfleet/kit";
import type { InboundPorts } from "./ports.ts";

/** What inbound-sync looks at when it is asked how it is. */
export const checks: Readonly<Record<string, Check<InboundPorts>>> = {
  "mailboxes-read": {
    runbook: "MailfleetMailboxesSilent",
    look: async ({ sources, now }) => {
      const { oldestAt, silent } = await sources.proofs([]);
      if (oldestAt === null) return fine("No mailbox is enabled for receiving.");
      const text = `the enabled mailbox that is silent for longest was read ${spanOf(now() - oldestAt)} ago.`;
      if (silent === 0) return fine(`Every enabled mailbox is read: ${text}`);
      return failing(
        `${silent} enabled mailboxes were not read for three intervals: ${text}`,
        "`mailfleet alert list --code STALLED` names them.",
      );
    },
  },
};
