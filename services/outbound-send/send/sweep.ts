import { createResting, eachAlone, type Round } from "@mailfleet/kit";
import type { OutboundPorts } from "../ports.ts";
import { publishOutbox } from "./hand-over.ts";
import { sendingOf } from "./sending.ts";
import { takeOver } from "./take-over.ts";

const LIMIT = 500;

/**
 * Repairs what crashes, refusals and a forgetful bus leave behind: what was committed is published, what the database
 * refused is written again, what a lost process had is taken over, what is due and nobody looks at is drained. Runs on every replica; two at once do no harm. What one part,
 * or one mailbox, meets does not keep the others from being looked at.
 */
export function createSweep(ports: OutboundPorts): Round {
  const { sends, policy, now, logger } = ports;
  const { attempts, drains } = sendingOf(ports);
  const resting = createResting(now);
  const look = (mailboxId: string) => drains.look(mailboxId);
  const parts: readonly { readonly what: string; work(): Promise<void> }[] = [
    {
      what: "what was not published",
      work: async () => {
        const found = await sends.unpublished(now() - policy.outboxLookMs, LIMIT, resting.ids());
        const publish = async ({ sendId, outbox }: (typeof found)[number]) => {
          const isPublished = await publishOutbox(ports, sendId, outbox, { patienceMs: 0 });
          if (isPublished) resting.worked(sendId);
          else resting.failed(sendId);
        };
        await Promise.all(found.map(publish));
      },
    },
    { what: "what the database refused", work: () => attempts.writeAgain() },
    { what: "what a lost process had", work: () => takeOver(ports, look) },
    {
      // Without a wake-up: the one that is outstanding may be with a process that is gone.
      what: "what is due",
      work: async () => (await sends.overdue(now() - policy.dueLookMs)).forEach(look),
    },
  ];
  return async () => {
    await eachAlone(parts, { logger, what: "sweep", name: ({ what }) => what }, ({ work }) => work());
    return undefined;
  };
}
