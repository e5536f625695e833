import { z } from "zod";
import { DeliveryId, Instant, SubscriptionId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";

const DeliveryState = z.enum(["pending", "delivered", "failed"]);

/** One fact on its way to a webhook. */
export const delivery = noun("delivery", {
  owner: "alerting",
  id: DeliveryId,
  framed: false,
  text: "facts on their way to a webhook, and what it answered",
  path: "/deliveries",
  fields: {
    subscriptionId: field(SubscriptionId, "whose it is"),
    factId: field(z.string(), "the id of the fact, which is sent as webhook-id", { column: "FACT" }),
    type: field(z.string(), "what the fact is", { column: "TYPE" }),
    at: field(Instant, "when the fact happened", { column: "AT" }),
    state: field(DeliveryState, "whether it is still tried, arrived, or was given up", { column: "STATE" }),
    attempts: field(z.number().int(), "how often it was tried", { column: "ATTEMPTS" }),
    nextAt: field(Instant.nullable(), "when it is tried next"),
    status: field(z.number().int().nullable(), "the HTTP status of the last answer", { column: "STATUS" }),
    answer: field(z.string().nullable(), "the beginning of the last answer, or why there was none", {
      column: "ANSWER",
    }),
    triedAt: field(Instant.nullable(), "when it was tried last"),
  },
  filter: { subscriptionId: SubscriptionId.optional(), state: DeliveryState.optional() },
  sorts: ["at"],
  flags: { subscriptionId: "subscription <id>" },
  standard: ["get", "list"],
  texts: { list: "List deliveries, the latest facts first" },
  operations: {
    replay: operation({ role: "operator", text: "Deliver it again", impact: "sends" }),
  },
});
export const Delivery = delivery.View;
export type Delivery = z.output<typeof Delivery>;
