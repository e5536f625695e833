import type { Incoming, Reading } from "@mailfleet/bus";
import {
  ProblemError,
  type RequestArguments,
  type RequestOutput,
  type SubscribedFact,
  subjectsOfFacts,
} from "@mailfleet/contracts";
import type { Shown } from "@mailfleet/kit";
import type { AlertingPorts } from "../ports.ts";
import type { SubscriptionBody } from "./document.ts";
import type { Place } from "./store.ts";

/** A fact as programs outside get it. */
export function factOf({ id, type, at, mailboxId, sequence, body }: Incoming): SubscribedFact {
  const about = mailboxId === undefined ? {} : { mailboxId };
  return { id, type, timestamp: new Date(at).toISOString(), ...about, sequence, data: body };
}

/**
 * The facts behind a place; those of a new subscription begin when it was made. Where the stream was made anew or has lost
 * its end, which a place of the former one would skip or wait for, it begins again; that facts are missing is noted.
 */
export async function readBehind(
  { bus, signal, places, logger }: Pick<AlertingPorts, "bus" | "signal" | "places" | "logger">,
  { types, createdAt }: Pick<Shown<SubscriptionBody>, "types" | "createdAt">,
  place: Place,
  { max, waitMs }: { readonly max: number; readonly waitMs: number },
): Promise<Reading> {
  const { stream, sequence } = place;
  const what = { stream: "FACTS", filters: subjectsOfFacts(types), max, waitMs, signal } as const;
  const isKept = stream !== undefined && sequence !== undefined;
  const read = await bus.readFrom({ ...what, after: isKept ? { stream, sequence } : { since: createdAt } });
  if (!read.isOther) return { ...read, missed: read.missed || place.missed === true };
  await places.restart(place);
  const id = place._id;
  logger.warn({ subscription: id, place: sequence }, "the stream of facts is another one: read from its first fact on");
  return { ...(await bus.readFrom({ ...what, after: { since: createdAt } })), missed: true };
}

/** @throws NOT_POSSIBLE_NOW */
async function pulled({ documents }: AlertingPorts, id: string): Promise<Shown<SubscriptionBody>> {
  const found = await documents.subscription.get(id);
  const no = (why: string, remedy: string) => new ProblemError("NOT_POSSIBLE_NOW", why, { remedy });
  if (found.kind !== "pull") throw no("This subscription is a webhook.", "Make one of the kind pull to ask for facts.");
  if (!found.active) throw no("This subscription is switched off.", "Set active to yes.");
  return found;
}

/** The next facts that were not acknowledged. */
export async function readFacts(
  ports: AlertingPorts,
  { id, max, wait }: RequestArguments<"alerting.subscription.facts">,
): Promise<RequestOutput<"alerting.subscription.facts">> {
  const subscription = await pulled(ports, id);
  const place = await ports.places.get(id);
  const { messages, place: end, missed } = await readBehind(ports, subscription, place, { max, waitMs: wait * 1000 });
  const facts: SubscribedFact[] = [];
  let bytes = 0;
  for (const message of messages) {
    const fact = factOf(message);
    bytes += JSON.stringify(fact).length;
    // The answer has to fit into one message of the bus; the rest comes with the next one.
    if (facts.length > 0 && bytes > mostBytes) break;
    facts.push(fact);
  }
  // Behind the last one there may be messages that are no facts.
  const last = facts.length === messages.length ? end?.sequence : facts.at(-1)?.sequence;
  if (end && last !== undefined) await ports.places.give(id, { ...end, sequence: last });
  return { facts, last: last ?? null, missed };
}

const mostBytes = 600_000;

/** What was handled does not come again. @throws NOT_POSSIBLE_NOW */
export async function acknowledge(
  ports: AlertingPorts,
  { id, last }: RequestArguments<"alerting.subscription.acknowledge">,
): Promise<Record<string, never>> {
  await pulled(ports, id);
  if (last > 0 && !(await ports.places.acknowledge(id, last)))
    throw new ProblemError("NOT_POSSIBLE_NOW", `No fact as late as ${last} was given to this subscription.`, {
      remedy: "Read the facts, and acknowledge `last` of that answer.",
    });
  return {};
}
