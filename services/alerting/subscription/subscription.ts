import { ProblemError, type RequestArguments, subscription } from "@mailfleet/contracts";
import { keep, living, type Stored } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import { type SubscriptionBody, subscriptionCollection } from "./document.ts";
import { acknowledge, readFacts } from "./pull.ts";
import { replaySince, sendTest } from "./replay.ts";

/** A former secret signs this long beside the new one. */
const rotationMs = 86_400_000;

type Change = RequestArguments<"alerting.subscription.update">;

/** @throws INVALID */
function checked(body: SubscriptionBody): SubscriptionBody {
  const isWebhook = body.kind === "webhook";
  const problems = [
    ...(isWebhook && !body.url ? [{ pointer: "/url", reason: "is needed for a webhook" }] : []),
    ...(isWebhook && body.signing.length === 0
      ? [{ pointer: "/signingSecret", reason: "is needed for a webhook" }]
      : []),
    ...(!isWebhook && body.url ? [{ pointer: "/url", reason: "belongs to a webhook only" }] : []),
  ];
  if (problems.length === 0) return body;
  const errors = problems;
  throw new ProblemError("INVALID", errors.map(({ pointer, reason }) => `${pointer} ${reason}`).join("; "), { errors });
}

/** The new secret signs first, the one before for a day longer. */
function rotated(before: Stored<SubscriptionBody>, given: Change["signingSecret"], at: number) {
  if (given === undefined) return before.signing;
  if (given === null) return [];
  const [former] = before.signing;
  return [{ secret: given.secret, setAt: at }, ...(former ? [{ ...former, until: at + rotationMs }] : [])];
}

/** Keeps subscriptions. */
export const keptSubscriptions = keep<AlertingPorts, SubscriptionBody>()(subscription, {
  collection: subscriptionCollection,
  indexes: [{ name: "name", keys: { name: 1 }, unique: true, where: living }],
  taken: (_index, { name }) =>
    new ProblemError("ALREADY_EXISTS", `There is a subscription ${name} already.`, {
      errors: [{ pointer: "/name", reason: "is taken" }],
    }),
  what: (id) => `subscription ${id}`,
  world: async () => undefined,
  view: ({ _id: id, v, createdAt, changedAt, name, kind, url, types, active, deadSince, signing: [first] }) => ({
    ...{ id, v, name, kind, ...(url === undefined ? {} : { url }), types: [...types], active, deadSince },
    ...{ signingSecret: first ? { setAt: first.setAt } : null, createdAt, changedAt },
  }),
  list: () => ({
    filter: {},
    sort: [
      ["name", 1],
      ["_id", 1],
    ],
  }),
  decide: {
    create: ({ new: settings, signingSecret }, { at }) => ({
      body: checked({
        ...settings,
        deadSince: null,
        signing: signingSecret ? [{ secret: signingSecret.secret, setAt: at }] : [],
      }),
    }),
    update(before, { change = {}, signingSecret }, { at }) {
      const { url, ...rest } = { ...before, ...change };
      const signing = rotated(before, signingSecret, at);
      // Whoever repaired it is tried at once.
      return { after: checked({ ...rest, ...(url ? { url } : {}), signing, deadSince: null }) };
    },
    delete: () => ({ gone: true }),
  },
  answers: (ports) => ({
    facts: (input) => readFacts(ports, input),
    acknowledge: (input) => acknowledge(ports, input),
    test: (input) => sendTest(ports, input),
    replay: (input) => replaySince(ports, input),
  }),
  async after(ports, verb, { before, after }) {
    if (verb === "delete" && before) await ports.deliveries.forget(before._id);
    if (verb === "update" && after) {
      await ports.places.works(after._id);
      await clearDead(ports, after._id);
    }
    ports.kick("webhooks");
  },
});

/** What was said about a webhook that was given up is over. */
async function clearDead({ wall, now }: AlertingPorts, id: string): Promise<void> {
  const at = now();
  await wall.clear({ at, object: { type: "service", id }, codes: ["WEBHOOK_DEAD"] }, { id: `${id}:updated:${at}` });
}
