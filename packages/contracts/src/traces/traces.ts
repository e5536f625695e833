import { z } from "zod";
import { MailboxId } from "../ids.ts";
import { EmailAddress } from "../mailbox/shown.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import type { ServiceName } from "../vocabulary.ts";

/** How much was removed, by what it was. */
export const Removed = z.record(z.string(), z.number().int());
export type Removed = z.output<typeof Removed>;

const kept = <Owner extends ServiceName>(owner: Owner) =>
  noun("traces", {
    owner,
    id: z.string(),
    single: true,
    framed: false,
    text: "all that a service keeps of a mailbox",
    fields: {},
    standard: [],
    operations: {
      erase: operation({
        text: "Remove it for good; may be repeated",
        kind: "internal",
        input: { mailboxId: MailboxId, address: EmailAddress },
        answer: z.object({ removed: Removed }),
        timeoutMs: 60_000,
      }),
    },
  });

/** What each service keeps of a mailbox that is to be erased. */
export const configTraces = kept("config");
export const schedulerTraces = kept("scheduler");
export const inboundTraces = kept("inbound-sync");
export const outboundTraces = kept("outbound-send");
export const alertingTraces = kept("alerting");
export const consoleTraces = kept("console");
