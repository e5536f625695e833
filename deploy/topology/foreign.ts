import {
  consumers,
  type RequestName,
  requestAddress,
  requests,
  requestsTo,
  streams,
  subjects,
} from "@mailfleet/contracts";
import { erasing } from "./nats-users.ts";
import { type Speaking, speakers } from "./system.ts";

/** What somebody might do on the bus. */
export interface BusAction {
  readonly action: "publish" | "subscribe";
  readonly subject: string;
  readonly queue?: string;
}

const one = "mb_one1";
const names = speakers.map(({ name }) => name);
const publish = (subject: string): BusAction => ({ action: "publish", subject });
const subscribe = (subject: string, queue?: string): BusAction => ({
  ...{ action: "subscribe", subject },
  ...(queue === undefined ? {} : { queue }),
});
const sample = (pattern: string) => pattern.replaceAll("*", one).replace(/>$/, one);
const covers = (pattern: string, subject: string) =>
  new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^.]+").replace(/>$/, ".+")}$`).test(subject);

/** Asked of JetStream about a stream, a consumer, or all; nobody but the topology step may. */
const ofStream = ["CREATE", "UPDATE", "DELETE", "PURGE", "MSG.DELETE", "SNAPSHOT", "RESTORE", "LEADER.STEPDOWN"];
const ofConsumer = ["DELETE", "LEADER.STEPDOWN", "PAUSE", "UNPIN"];
const ofServer = [
  "$JS.API.ACCOUNT.PURGE.MAILFLEET",
  "$JS.API.META.LEADER.STEPDOWN",
  "$SYS.REQ.SERVER.PING",
  "$SYS.ACCOUNT.MAILFLEET.CLAIMS.UPDATE",
];

/** Everything on the bus that this service does not declare, over all requests, subjects, streams, consumers and inboxes. */
export function foreignTo({
  name,
  asks = [],
  publishes = [],
  watchesStreams,
  erasesMessages,
  wanted,
}: Speaking): BusAction[] {
  const isErasing = (subject: string) => erasesMessages && erasing.includes(subject);
  const own = new Set(wanted.consumers.map((consumer) => consumer.name));
  const tells = [
    ...publishes,
    subjects.audit(name),
    ...streams.DEPLOYMENT.subjects,
    ...[...own].map((consumer) => subjects.dead(name, consumer)),
  ];
  const asked = (Object.keys(requests) as RequestName[])
    .filter((request) => !asks.includes(request))
    .map((request) => {
      const { service, resource, verb } = requestAddress(request);
      return publish(subjects.request(service, resource, verb));
    });
  const told = [
    ...Object.values(streams).flatMap((stream): readonly string[] => stream.subjects),
    ...Object.values(consumers).map((consumer) => subjects.dead(consumer.service, consumer.name)),
  ]
    .map(sample)
    .filter((subject) => !tells.some((pattern) => covers(pattern, subject)));
  const read = Object.values(consumers)
    .filter((consumer) => !own.has(consumer.name))
    .flatMap(({ stream, name: consumer }) => [
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      `$JS.ACK.${stream}.${consumer}.1.1.1.1.1`,
      `$JS.ACK.hub.account.${stream}.${consumer}.1.1.1.1.1.1`,
      ...(watchesStreams ? [] : [`$JS.API.CONSUMER.INFO.${stream}.${consumer}`]),
    ]);
  const changed = Object.values(consumers).flatMap(({ stream, name: consumer, filters }) => [
    ...ofConsumer.map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${consumer}`),
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}.${sample(filters[0] ?? "")}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`,
  ]);
  const stored = Object.keys(streams).flatMap((stream) => [
    ...ofStream.map((verb) => `$JS.API.STREAM.${verb}.${stream}`),
    `$JS.API.DIRECT.GET.${stream}`,
    ...(stream === "DEPLOYMENT" ? [] : [`$JS.API.STREAM.MSG.GET.${stream}`]),
  ]);
  return [
    ...asked,
    ...[...told, ...read, ...changed, ...stored.filter((subject) => !isErasing(subject)), ...ofServer].map(publish),
    ...names.map((other) => publish(`_INBOX_${other}.1`)),
    ...["_INBOX.1", "$SRV.PING"].map(publish),
    ...names
      .filter((other) => other !== name)
      .flatMap((other) => [
        subscribe(`_INBOX_${other}.>`),
        subscribe(requestsTo(other), other),
        subscribe(requestsTo(other), name),
      ]),
    // Without its queue it would get a copy of each.
    ...names.map((other) => subscribe(requestsTo(other))),
    ...Object.values(streams).flatMap((stream) => stream.subjects.map((subject) => subscribe(subject))),
    ...[">", "*.>", "_INBOX.>", "$JS.>", "$JS.ACK.>", "$JS.API.>", "$SYS.>", "$SRV.>", "fact.>"].map((all) =>
      subscribe(all),
    ),
  ];
}

/** What the topology step may not, though it does what it likes with streams and consumers. */
export const foreignToTopology: readonly BusAction[] = [
  ...(Object.keys(requests) as RequestName[]).map((request) => {
    const { service, resource, verb } = requestAddress(request);
    return publish(subjects.request(service, resource, verb));
  }),
  ...Object.values(streams)
    .filter(({ name }) => name !== "DEPLOYMENT")
    .flatMap((stream) => stream.subjects.map((subject) => publish(sample(subject)))),
  ...Object.values(consumers).map(({ stream, name }) => publish(`$JS.ACK.${stream}.${name}.1.1.1.1.1`)),
  ...ofServer.map(publish),
  ...names.flatMap((other) => [
    publish(`_INBOX_${other}.1`),
    subscribe(`_INBOX_${other}.>`),
    subscribe(requestsTo(other), other),
  ]),
  ...Object.values(streams).flatMap((stream) => stream.subjects.map((subject) => subscribe(subject))),
  ...[">", "_INBOX.>", "$JS.>", "$SYS.>"].map((all) => subscribe(all)),
];
