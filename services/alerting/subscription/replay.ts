import { ProblemError, type RequestArguments, type SubscribedFact } from "@mailfleet/contracts";
import { byTime, idFrom, readPage } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { keyOf, type StoredDelivery, shownDelivery } from "./store.ts";

/** Deliveries are kept as long as facts. */
const keptMs = 14 * 86_400_000;

/** A fact as a delivery: always the same one for the same fact. */
export function deliveryOf(subscriptionId: string, fact: SubscribedFact, now: number): StoredDelivery {
  return {
    _id: idFrom("dv", `${subscriptionId}|${fact.id}`),
    ...{ subscriptionId, factId: fact.id, type: fact.type, sequence: fact.sequence, at: Date.parse(fact.timestamp) },
    ...{ key: keyOf(fact), ...(fact.mailboxId === undefined ? {} : { mailboxId: fact.mailboxId }) },
    ...{ body: JSON.stringify(fact), state: "pending", attempts: 0, nextAt: now, status: null, answer: null },
    ...{ triedAt: null, expireAt: new Date(now + keptMs) },
  };
}

/** A test event: a fact that says only that. @throws NOT_POSSIBLE_NOW */
export async function sendTest(
  ports: AlertingPorts,
  { id, commandId }: RequestArguments<"alerting.subscription.test">,
): Promise<{ deliveryId: string }> {
  const { kind } = await ports.documents.subscription.get(id);
  if (kind !== "webhook") throw new ProblemError("NOT_POSSIBLE_NOW", "Only a webhook can be tested.");
  const at = ports.now();
  const fact = { id: idFrom("dv", `${id}|test|${commandId}`), type: "mailfleet.test.v1", sequence: 0 };
  const delivery = deliveryOf(id, { ...fact, timestamp: new Date(at).toISOString(), data: { subscriptionId: id } }, at);
  await ports.deliveries.keep([delivery]);
  ports.kick("webhooks");
  return { deliveryId: delivery._id };
}

/** Deliveries since a time are due again. */
export async function replaySince(
  ports: AlertingPorts,
  { id, since }: RequestArguments<"alerting.subscription.replay">,
): Promise<{ again: number }> {
  await ports.documents.subscription.get(id);
  const again = await ports.deliveries.again({ subscriptionId: id, at: { $gte: since } }, ports.now());
  ports.kick("webhooks");
  return { again };
}

const notFound = (id: string) => new ProblemError("NOT_FOUND", `There is no delivery ${id}.`);

/** Answers about deliveries. */
export const deliveryAnswers = {
  async "alerting.delivery.get"({ deliveries }: AlertingPorts, { id }: RequestArguments<"alerting.delivery.get">) {
    const found = await deliveries.get(id);
    if (!found) throw notFound(id);
    return shownDelivery(found);
  },
  async "alerting.delivery.list"({ deliveries }: AlertingPorts, input: RequestArguments<"alerting.delivery.list">) {
    const { subscriptionId, state } = input;
    const filter = { ...(subscriptionId ? { subscriptionId } : {}), ...(state ? { state } : {}) };
    // Facts are numbered as they happen.
    const sort = byTime("sequence", input.sort);
    return readPage(input, { filter, sort }, deliveries.list, (found) => found.map(shownDelivery));
  },
  async "alerting.delivery.replay"(ports: AlertingPorts, { id }: RequestArguments<"alerting.delivery.replay">) {
    await ports.deliveries.again({ _id: id }, ports.now());
    const found = await ports.deliveries.get(id);
    if (!found) throw notFound(id);
    ports.kick("webhooks");
    return shownDelivery(found);
  },
};
