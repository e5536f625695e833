import { z } from "zod";
import { DeliveryId, Instant, SubscriptionId } from "../ids.ts";
import { field } from "../noun/field.ts";
import { noun } from "../noun/noun.ts";
import { operation } from "../noun/operation.ts";
import { signingSecret } from "../noun/secret-field.ts";
import { whole } from "../noun/whole.ts";
import { FactType } from "./fact-types.ts";

/** One fact as a program outside gets it; a webhook has the same as its body. */
export const SubscribedFact = z.object({
  id: z.string().describe("the same whenever and however the fact comes: by it a repetition is recognised"),
  type: FactType,
  timestamp: z.string().describe("when it happened, ISO 8601"),
  mailboxId: z.string().optional(),
  sequence: z.number().int().describe("its place in the stream of facts"),
  data: z.unknown(),
});
export type SubscribedFact = z.output<typeof SubscribedFact>;

const Url = z
  .url({ protocol: /^https?$/, error: "must be an https URL" })
  .max(2000)
  .refine((text) => !URL.canParse(text) || (!new URL(text).username && !new URL(text).password), {
    error: "must have no user name and no password",
  });

/** A program outside that gets facts: Mailfleet calls it, or it asks. */
export const subscription = noun("subscription", {
  owner: "alerting",
  id: SubscriptionId,
  text: "programs outside that get facts, by webhook or by asking for them",
  path: "/subscriptions",
  fields: {
    name: field(z.string().trim().min(1).max(100), "unique among subscriptions", { column: "NAME", label: true }),
    kind: field(z.enum(["webhook", "pull"]), "whether Mailfleet calls the program, or the program asks", {
      set: "create",
      column: "KIND",
    }),
    url: field(Url.optional(), "where a webhook goes; http only to networks that the installation allows", {
      column: "URL",
      flag: "url <url>",
    }),
    types: field(z.array(FactType).max(30).default([]), "which facts; all if none is named", { flag: "type <type>" }),
    active: field(z.boolean().default(true), "whether it gets facts; those of the time between are kept for 14 days", {
      column: "ACTIVE",
    }),
  },
  secrets: {
    signingSecret: signingSecret("what the webhook's signatures are made with; a former one signs for a day longer"),
  },
  shown: {
    deadSince: Instant.nullable().describe("since when Mailfleet has given the webhook up, because nothing arrived"),
  },
  sorts: ["name", "createdAt"],
  standard: ["create", "get", "list", "update", "delete"],
  texts: { delete: "Delete a subscription with its deliveries" },
  operations: {
    test: operation({
      role: "operator",
      text: "Send a test event to the webhook",
      impact: "sends",
      answer: z.object({ deliveryId: DeliveryId }),
    }),
    replay: operation({
      role: "operator",
      text: "Deliver again what was delivered or given up since a time",
      impact: "sends",
      input: { since: Instant.describe("when the facts happened, at most 14 days ago") },
      answer: z.object({ again: z.number().int().describe("how many") }),
    }),
    facts: operation({
      kind: "read",
      text: "Read the next facts; without an acknowledgement the same come again",
      input: {
        max: whole(1, 500).default(100).describe("at most so many"),
        wait: whole(0, 20).default(0).describe("seconds to wait for the first one"),
      },
      answer: z.object({
        facts: z.array(SubscribedFact),
        last: z.number().int().nullable().describe("to acknowledge them all; null if there are none"),
        missed: z.boolean().describe("true where facts that were not read yet are not kept any more"),
      }),
      timeoutMs: 30_000,
    }),
    acknowledge: operation({
      role: "reader",
      text: "Say that facts were handled, up to this one",
      input: { last: z.number().int().min(0).describe("`last` of the answer, or `sequence` of a fact") },
      answer: z.object({}),
    }),
  },
});
export const Subscription = subscription.View;
export type Subscription = z.output<typeof Subscription>;
