import { setTimeout as delay } from "node:timers/promises";
import { type Secret, sealedFor } from "@mailfleet/contracts";
import { eachAlone, inParallel, type Lease, mustMatch, type Round, type Shown } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { type Attempted, attempt } from "./attempt.ts";
import type { SubscriptionBody } from "./document.ts";
import { factOf, readBehind } from "./pull.ts";
import { deliveryOf } from "./replay.ts";
import type { Place, StoredDelivery } from "./store.ts";

type Webhook = Shown<SubscriptionBody>;

/** After this no request of a batch begins any more: what became of the others is written down. */
const batchMs = 30_000;
const batch = 200;
/** How soon others are looked for while one is under way. */
const lookMs = 1000;
/** Requests to one receiver at the same time. */
const atOnce = 8;
const mostWebhooks = 500;
/** At most this many facts wait as deliveries for one receiver; the stream keeps the others. */
export const mostPending = 1000;
/** The webhooks that get deliveries. */
const working = { kind: "webhook", active: true, deadSince: null } as const;

/** The tick `webhooks`: each of them gets what is due, one beside the other; a slow receiver holds up no other. */
export function createDeliverWebhooks(ports: AlertingPorts): Round {
  const underWay = new Map<string, Promise<unknown>>();
  const start = async () => {
    const sort = [["_id", 1]] as const;
    const webhooks = await ports.documents.subscription.list({ filter: working, sort, limit: mostWebhooks });
    const alone = { logger: ports.logger, what: "webhook", name: ({ _id }: Webhook) => _id };
    for (const webhook of webhooks.filter(({ _id }) => !underWay.has(_id))) {
      const work = eachAlone([webhook], alone, (one) => deliver(ports, one));
      underWay.set(
        webhook._id,
        work.finally(() => underWay.delete(webhook._id)),
      );
    }
  };
  return async (signal) => {
    const all = () => Promise.allSettled([...underWay.values()]);
    do {
      await start();
      await Promise.race([all(), delay(lookMs, undefined, { signal, ref: false }).catch(() => {})]);
    } while (underWay.size > 0 && !signal.aborted);
    // Before it ends, each gives its webhook back.
    await all();
    return undefined;
  };
}

/** Delivers until nothing is due. */
async function deliver(ports: AlertingPorts, { _id: id }: Webhook): Promise<void> {
  const { deliveries, documents, now } = ports;
  const lease = await ports.placeLeases.take(id);
  if (!lease) return;
  const signal = AbortSignal.any([ports.signal, lease.signal]);
  try {
    while (!signal.aborted) {
      const until = performance.now() + batchMs;
      const due = await deliveries.due(id, now(), batch);
      // Read behind what is due, and for each batch: what was changed before a fact was due holds for it.
      const [webhook] = await documents.subscription.list({ filter: { ...working, _id: id }, sort: [], limit: 1 });
      if (!webhook) break;
      const isMore = await keepNew(ports, webhook, lease);
      if (due.length === 0 && !isMore) break;
      const secrets = await openSecrets(ports, webhook);
      const { allowedPorts } = await ports.destinations();
      const outcomes: Attempted[] = [];
      const chains = Map.groupBy(due, ({ key }) => key);
      await inParallel([...chains.values()], atOnce, async (chain: readonly StoredDelivery[]) => {
        for (const one of chain) {
          if (signal.aborted || performance.now() > until) return;
          const outcome = await attempt(
            { ...ports, fetch: ports.webhookFetch, allowedPorts, signal },
            one,
            webhook.url ?? "",
            secrets,
          );
          // What was broken off because this process ends, or has lost the webhook, is not the receiver's fault.
          if (signal.aborted && outcome.status === null) return;
          outcomes.push(outcome);
          // The deliveries behind it wait for it.
          if (outcome.state === "pending") return;
        }
      });
      // An answer counts whoever has the webhook by now; nothing else is written without the lease.
      await deliveries.note(outcomes.map(({ isGone: _, ...outcome }) => outcome));
      for (const { state } of outcomes) ports.metrics.deliveries.inc({ outcome: state });
      if (await isDead(ports, webhook, outcomes, lease)) break;
    }
  } finally {
    await lease.release();
  }
}

/** Turns facts behind the place into deliveries, as long as the receiver keeps up. True if there may be more. */
async function keepNew(ports: AlertingPorts, webhook: Webhook, lease: Lease<Place>): Promise<boolean> {
  const { deliveries, places, now } = ports;
  if ((await deliveries.countPending(webhook._id, mostPending)) >= mostPending) return false;
  const read = await readBehind(ports, webhook, await places.get(webhook._id), { max: batch, waitMs: 0 });
  await deliveries.keep(read.messages.map((message) => deliveryOf(webhook._id, factOf(message), now())));
  if (read.place) mustMatch(lease, await places.move(lease.filter, read.place));
  return read.place !== null;
}

/** Whether nothing has arrived for so long that it is given up, with an alert. */
async function isDead(
  ports: AlertingPorts,
  webhook: Webhook,
  outcomes: readonly Attempted[],
  lease: Lease<Place>,
): Promise<boolean> {
  if (outcomes.length === 0) return false;
  const { places, documents, wall, now, deadMs } = ports;
  const id = webhook._id;
  if (outcomes.some(({ state }) => state === "delivered")) {
    await places.works(id);
    return false;
  }
  const at = now();
  const since = await places.fails(lease.filter, at);
  const isGone = outcomes.some((outcome) => outcome.isGone);
  if (!isGone && at - since < deadMs) return false;
  await documents.subscription.change(id, { key: `dead/${since}`, at }, (before) => ({
    after: { ...before, deadSince: at },
  }));
  const last = outcomes.at(-1);
  const detail = `${webhook.name}, ${new URL(webhook.url ?? "").origin}: ${isGone ? "it answers that it is gone" : `nothing has arrived since ${new Date(since).toISOString()}`}. Last answer: ${last?.status ?? "none"} ${last?.answer ?? ""}`;
  const object = { type: "service", id, label: `webhook ${webhook.name}` } as const;
  await wall.raise({ at, object, code: "WEBHOOK_DEAD", detail: detail.slice(0, 1000) }, { id: `${id}:dead:${since}` });
  return true;
}

/** Those that sign now; a former one as long as it may. */
async function openSecrets({ openSecret, now }: AlertingPorts, { _id, signing }: Webhook): Promise<Secret[]> {
  const present = signing.filter(({ until }) => until === undefined || until > now());
  return Promise.all(present.map(({ secret }) => openSecret(secret, sealedFor(_id, "webhook-signing", ""))));
}
