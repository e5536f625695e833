import { type FailPoint, type OutgoingMessage, span } from "@mailfleet/contracts";
import type { Counter } from "prom-client";
import { auditType } from "../audit/audit-message.ts";
import { type DocumentStore, sayAgainMs } from "./document.ts";

/** What publishes; the bus is one. */
export interface Publisher {
  /** Tries again for `patienceMs`, by default for half a minute. */
  publish(
    message: OutgoingMessage,
    options?: { readonly patienceMs?: number },
  ): Promise<"stored" | "duplicate" | "coalesced">;
}

/** A lost fact about an alert would be missed for as long as the alert stays as it is: nothing else says it again. */
const saidTwice: ReadonlySet<string> = new Set([
  "alert.raised.v1",
  "alert.cleared.v1",
  "alert.changed.v1",
  "incident.changed.v1",
]);

/** Whether it is an entry of the audit: nobody waits for it. */
export const isAudit = ({ type }: OutgoingMessage): boolean => type === auditType;

/** Publishes what waits in one document's outbox. `once`: does not try again what is not taken at once. */
export type Relay = (id: string, outbox: readonly OutgoingMessage[], once?: boolean) => Promise<void>;

/**
 * In order and one after another, so that nobody learns of a consequence before its cause. Then exactly what was
 * published is removed. A coalesced message counts as published: one is waiting already. Twice is harmless: ids are
 * deterministic and every consumer can tell a repetition. Throws an outage; what was not published stays for the tick.
 */
export function createRelay(
  store: Pick<DocumentStore<object>, "pull">,
  publisher: Publisher,
  {
    failPoint,
    relayed,
    now,
    againMs = sayAgainMs,
  }: {
    readonly failPoint: FailPoint;
    readonly relayed?: Counter<"outcome">;
    now(): number;
    readonly againMs?: number;
  },
): Relay {
  return async (id, outbox, once = false) => {
    const [first] = outbox;
    if (!first) return;
    // Also after a crash it belongs to what left it here.
    const place = first.traceparent === undefined ? {} : { from: first.traceparent };
    await span("relay", { count: outbox.length, ...place }, async () => {
      const published: string[] = [];
      const publish = async (message: OutgoingMessage) => {
        const outcome = await publisher.publish(message, once ? { patienceMs: 0 } : {});
        relayed?.inc({ outcome });
        published.push(message.id);
      };
      // Nothing follows from an entry of the audit, so it needs no place in the order.
      const audits = Promise.allSettled(outbox.filter(isAudit).map(publish));
      for (const message of outbox.filter((one) => !isAudit(one))) {
        if (published.length > 0) failPoint("relay.between-publishes");
        await publish(message);
      }
      const left = (await audits).find(({ status }) => status === "rejected") as PromiseRejectedResult | undefined;
      failPoint("relay.before-pull");
      const again = outbox.filter(({ type }) => saidTwice.has(type));
      if (published.length > 0) await store.pull(id, published, again, now() + againMs);
      if (left) throw left.reason;
    });
  };
}
