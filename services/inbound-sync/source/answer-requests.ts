import type { RequestHandlers } from "@mailfleet/bus";
import type { InboundPorts } from "../ports.ts";

/** Answers what others ask about where mail comes from. */
export function createSourceRequests({
  sources,
  worker,
  now,
}: Pick<InboundPorts, "sources" | "worker" | "now">): RequestHandlers {
  return {
    "inbound-sync.message.set-aside": async ({ mailboxId }) => ({
      items: [...((await sources.get(mailboxId))?.setAside ?? [])],
    }),

    "inbound-sync.message.fetch-again": async ({ mailboxId }) => {
      const tried = await sources.tryAgain(mailboxId, now());
      if (tried > 0) await worker.runSoon(mailboxId);
      return { tried };
    },

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
