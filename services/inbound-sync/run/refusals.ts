import type { Batch, RefusedMessage } from "@mailfleet/connector-api";
import { FailureError, failureOf } from "@mailfleet/contracts";
import { keyOf, nameOf, type PrepareContext, type Prepared } from "../message/prepare.ts";
import type { InboundPorts } from "../ports.ts";
import { alertRaised } from "../source/alerts.ts";
import { wordsOf } from "../source/set-aside.ts";

/** So many refused messages, and none that was given, are a server that does not work. */
const mostRefusedAlone = 20;

/** Those that broke off while they were read. */
export function refusedIn(prepared: readonly Prepared[]): RefusedMessage[] {
  return prepared.flatMap((one) => (one.kind === "refused" ? one.refused : []));
}

/** Those that the store refused, by the names that their connector has for them. */
export function nameRefused(
  batch: Batch,
  key: Pick<PrepareContext, "mailboxId" | "prefix">,
  refused: readonly { id: string; reason: string }[],
): RefusedMessage[] {
  return refused.map(({ id, reason }) => ({
    name: nameOf(batch.messages.find(({ nativeId }) => keyOf(key, nativeId) === id) ?? { nativeId: id }),
    failure: failureOf("MESSAGE_NOT_STORED", { reply: reason.slice(0, 500) }),
  }));
}

/** Names of those that are done with, one way or the other. */
export function settledIn(batch: Batch, refused: readonly RefusedMessage[]): ReadonlySet<string> {
  const settled = new Set([...batch.messages.map(nameOf), ...(batch.notWanted ?? [])]);
  for (const { name } of refused) settled.delete(name);
  return settled;
}

/**
 * Each message that is set aside is told with the server's words. A run that gives nothing at all and refuses one after
 * another meets a server that does not work: that is the failure of the mailbox, and nothing more is set aside.
 */
export async function tellRefused(
  ports: InboundPorts,
  mailboxId: string,
  refused: readonly RefusedMessage[],
  found: { readonly messages: number; readonly probes: number; readonly refused: number },
): Promise<void> {
  const [first] = refused;
  if (first && found.messages + found.probes === 0 && found.refused > mostRefusedAlone)
    throw new FailureError(first.failure);
  for (const { name, failure } of refused) {
    ports.metrics.quarantined.inc();
    ports.logger.warn({ mailboxId, message: name, code: failure.code }, "a message was refused and set aside");
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
