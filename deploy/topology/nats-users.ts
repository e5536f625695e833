import { consumers, type RequestName, requestAddress, requestsTo, streams, subjects } from "@mailfleet/contracts";
import { outsideExports } from "./outside.ts";
import { type Speaking, speakers } from "./system.ts";

/** A user of NATS, with what it may do and nothing else. */
export interface NatsUser {
  readonly name: string;
  readonly publish: readonly string[];
  /** Although `publish` allows them. */
  readonly mayNotPublish: readonly string[];
  readonly subscribe: readonly string[];
}

/** What is Mailfleet's own in a NATS that others may use, too: its subjects and streams are in it. */
const accountName = "MAILFLEET";
/** Answers that a user may give to one request, and for how long. */
const responses = { max: 1, expires: "60s" } as const;

/** Removing messages by subject, and those of two streams by what they hold: NATS has no narrower right. */
export const erasing: readonly string[] = [
  ...["MAILBOX", "RUNS", "SENDS", "TIMERS", "FACTS"].map((stream) => `$JS.API.STREAM.PURGE.${stream}`),
  ...["FACTS", "DEAD"].flatMap((stream) => [`$JS.API.STREAM.MSG.GET.${stream}`, `$JS.API.STREAM.MSG.DELETE.${stream}`]),
];

/** A user of its own for each service: its requests in its queue, its consumers, what it asks and publishes. */
export const natsUsers: readonly NatsUser[] = speakers.map(userOf);

function userOf({
  name,
  asks = [],
  publishes = [],
  follows = [],
  reads = [],
  watchesStreams,
  erasesMessages,
  wanted,
}: Speaking): NatsUser {
  return {
    name,
    publish: [
      ...asks.map(subjectOf).toSorted(),
      ...publishes,
      subjects.audit(name),
      ...streams.DEPLOYMENT.subjects,
      ...wanted.streams.map((stream) => `$JS.API.STREAM.INFO.${stream.name}`),
      `$JS.API.STREAM.MSG.GET.${streams.DEPLOYMENT.name}`,
      ...(erasesMessages ? erasing : []),
      ...(watchesStreams ? ["$JS.API.STREAM.LIST", ...othersConsumers(wanted)] : []),
      ...wanted.consumers.flatMap((consumer) => {
        const { stream } = consumer;
        return [
          `$JS.API.CONSUMER.INFO.${stream}.${consumer.name}`,
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer.name}`,
          `$JS.ACK.${stream}.${consumer.name}.>`,
          // The form with domain and account.
          `$JS.ACK.*.*.${stream}.${consumer.name}.>`,
          subjects.dead(name, consumer.name),
        ];
      }),
      ...reads.map((stream) => `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`),
      ...[...follows, ...reads].flatMap((stream) => [
        `$JS.API.CONSUMER.CREATE.${stream}`,
        `$JS.API.CONSUMER.CREATE.${stream}.>`,
        `$JS.API.CONSUMER.DELETE.${stream}.>`,
        `$JS.FC.${stream}.>`,
      ]),
    ],
    // What it makes to follow a stream has names of its own; the consumers of the services are not its.
    mayNotPublish: Object.values(consumers)
      .filter(({ stream }) => follows.includes(stream) || reads.includes(stream))
      .flatMap(({ stream, name: consumer }) => [
        ...(reads.includes(stream) && !wanted.consumers.some((own) => own.name === consumer)
          ? [`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`]
          : []),
        `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
        `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.>`,
        `$JS.API.CONSUMER.DELETE.${stream}.${consumer}`,
      ]),
    // With its queue: nobody can listen in on the requests of another.
    subscribe: [`_INBOX_${name}.>`, `${requestsTo(name)} ${name}`],
  };
}

/** Who watches streams also asks what waits at the consumers of other services. */
function othersConsumers({ consumers: own }: Speaking["wanted"]): string[] {
  return Object.values(consumers)
    .filter(({ name }) => !own.some((one) => one.name === name))
    .map(({ stream, name }) => `$JS.API.CONSUMER.INFO.${stream}.${name}`);
}

function subjectOf(name: RequestName): string {
  const { service, resource, verb } = requestAddress(name);
  return subjects.request(service, resource, verb);
}

/**
 * The user of the topology step and of the end of a hold. It makes, changes, reads, empties and removes streams and
 * consumers, so it can read and delete every message that is kept; it publishes none but the mark of the deployment.
 */
const topologyUser: NatsUser = {
  name: "topology",
  publish: ["$JS.API.STREAM.>", "$JS.API.CONSUMER.>", "$JS.API.INFO", ...streams.DEPLOYMENT.subjects],
  mayNotPublish: [],
  subscribe: ["_INBOX_topology.>"],
};

/** Everybody who signs in at NATS: the topology step and the six services. */
export const allNatsUsers: readonly NatsUser[] = [topologyUser, ...natsUsers];

/**
 * The account of Mailfleet, for the block `accounts` of a NATS server's configuration. `publicKeys`: what each user's nkey is
 * known by (`U…`). `outside`: accounts that may read facts.
 */
export function natsAccount(publicKeys: ReadonlyMap<string, string>, outside: readonly string[] = []): string {
  const list = (items: readonly string[]) => items.map((item) => `\n          ${JSON.stringify(item)}`).join("");
  const blocks = allNatsUsers.map(
    ({ name, publish, mayNotPublish, subscribe }) => `    {
      # ${name}
      nkey: ${JSON.stringify(publicKeys.get(name))}
      permissions {
        publish { allow: [${list(publish)}
        ], deny: [${list(mayNotPublish)}
        ] }
        subscribe { allow: [${list(subscribe)}
        ] }
        allow_responses { max: ${responses.max}, expires: "${responses.expires}" }
      }
    }`,
  );
  return `${accountName} {\n  jetstream: enabled\n  users: [\n${blocks.join("\n")}\n  ]\n${outsideExports(outside)}}\n`;
}
