import type { RequestHandlers } from "@mailfleet/bus";
import type { InboundPorts } from "../ports.ts";

/** Answers what others ask about where mail comes from. */
export function createSourceRequests({ sources }: Pick<InboundPorts, "sources">): RequestHandlers {
  return {
    "inbound-sync.activity.get": async ({ mailboxId }) => {
      const source = await sources.get(mailboxId);
      return {
        mailboxId,
        lastRunAt: source?.lastRunAt ?? null,
        lastRunOutcome: source?.lastRunOutcome ?? null,
        lastProvedSuccessAt: source?.lastProvedSuccessAt ?? null,
        lastProbeReceivedAt: source?.lastProbeReceivedAt ?? null,
        messages: source?.received ?? 0,
      };
    },
  };
}
