import type { Answers } from "@mailfleet/kit";
import type { InboundPorts } from "../ports.ts";
import type { SourceDocument } from "./document.ts";

/** What others ask about where mail comes from. */
export const sourceAnswers: Answers<Pick<InboundPorts, "sources" | "worker" | "now">> = {
  "inbound-sync.message.set-aside": async ({ sources }, { mailboxId }) => ({
    items: [...((await sources.get(mailboxId))?.setAside ?? [])],
  }),

  "inbound-sync.message.fetch-again": async ({ sources, worker, now }, { mailboxId }) => {
    const tried = await sources.tryAgain(mailboxId, now());
    if (tried > 0) await worker.runSoon(mailboxId);
    return { tried };
  },

  "inbound-sync.message.balance": async ({ sources }, { mailboxId }) => {
    const nothing = { at: null, says: null, lists: null, missing: null, fetched: null };
    return (await sources.get(mailboxId))?.audit ?? nothing;
  },

  "inbound-sync.message.audit": async ({ sources, worker, now }, { mailboxId }) => {
    const asked = await sources.wantAudit(mailboxId, now());
    if (asked) await worker.runSoon(mailboxId);
    return { asked };
  },

  "inbound-sync.activity.get": async ({ sources }, { mailboxId }) => {
    const source = await sources.get(mailboxId);
    return {
      mailboxId,
      lastRunAt: source?.lastRunAt ?? null,
      lastRunOutcome: source?.lastRunOutcome ?? null,
      lastProvedSuccessAt: source?.lastProvedSuccessAt ?? null,
      lastProbeReceivedAt: source?.lastProbeReceivedAt ?? null,
      ...watchOf(source),
      messages: source?.received ?? 0,
      skipped: source?.skipped ?? 0,
    };
  },
};

/** How new mail is noticed; nothing is expected of a mailbox that does not run. */
function watchOf(source: SourceDocument | null) {
  if (source?.expected?.expects !== "success") return { watch: null, watchSince: null, watchWhy: null };
  const { state = "polling", since = null, why = null, deaf = 0 } = source.watching ?? {};
  return { watch: deaf > 0 && state !== "polling" ? ("stalled" as const) : state, watchSince: since, watchWhy: why };
}
