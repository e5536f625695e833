import type { Batch, RefusedMessage } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { failureFields } from "@mailfleet/kit";
import type { NewMessage } from "../message/document.ts";
import type { Prepared } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import { wordsOf } from "../source/set-aside.ts";
import type { SourceLease } from "../source/store.ts";

/** What a run found so far. */
export interface Found {
  messages: number;
  probes: number;
  /** Handed over before, under another name or from another source. */
  known: number;
  /** Refused by the server or the store for the first time, and set aside. */
  refused: number;
}

/** When this many messages are refused and none is given, the server does not work. */
const mostRefusedAlone = 20;

/** Stores what is new, except what cannot be stored even alone: that counts as refused. */
export async function storeAll(
  { messages }: Pick<InboundPorts, "messages">,
  fresh: readonly Prepared[],
): Promise<{ stored: readonly NewMessage[]; refused: readonly RefusedMessage[] }> {
  const mail = fresh.flatMap((one) => (one.is === "mail" ? one.message : []));
  const { refused } = await messages.insertAll(mail);
  if (refused.length === 0) return { stored: mail, refused: [] };
  const reasons = new Map(refused.map(({ id, reason }) => [id, reason]));
  return {
    stored: mail.filter(({ id }) => !reasons.has(id)),
    refused: fresh.flatMap((one) => {
      const reason = one.is === "mail" ? reasons.get(one.message.id) : undefined;
      if (reason === undefined) return [];
      return { name: one.name, failure: failureOf("MESSAGE_NOT_STORED", { reply: reason.slice(0, 500) }) };
    }),
  };
}

/** Those that the server refused, also in the middle. */
export function refusedIn(batch: Batch, prepared: readonly Prepared[]): RefusedMessage[] {
  return [
    ...batch.refused,
    ...prepared.flatMap((one) => (one.is === "refused" ? { name: one.name, failure: one.failure } : [])),
  ];
}

/**
 * Each message that is set aside is counted and told once, with the server's words. A run that gives nothing at all and
 * refuses one after another meets a server that does not work: that is the failure of the mailbox, and nothing more is
 * set aside. Noted before it is announced: a process that dies in between leaves an alert that the next run clears.
 */
export async function tellRefused(
  ports: Pick<InboundPorts, "sources" | "bus" | "logger" | "metrics" | "now">,
  lease: SourceLease,
  refused: readonly RefusedMessage[],
  found: Found,
): Promise<void> {
  found.refused += refused.length;
  const [first] = refused;
  if (first && found.messages + found.probes === 0 && found.refused > mostRefusedAlone)
    throw new FailureError(first.failure);
  const mailboxId = lease.key;
  await ports.sources.markQuarantined(lease, true);
  for (const { name, failure } of refused) {
    ports.metrics.quarantined.inc();
    ports.logger.warn(
      { mailbox: mailboxId, message: name, ...failureFields(failure) },
      "a message was refused and set aside",
    );
    await ports.bus.publish(
      alertRaised(mailboxId, {
        code: "MESSAGE_QUARANTINED",
        key: name,
        at: ports.now(),
        detail: `message ${name} on the server`,
        evidence: { reply: wordsOf(failure) },
      }),
    );
  }
}
