import type { StreamDefinition, TopologyStep } from "@mailfleet/contracts";
import { type ConsumerInfo, JetStreamApiError, type JetStreamManager, type StreamInfo } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { pauseMs } from "../limits.ts";
import { pause } from "../pause.ts";
import {
  consumerConfig,
  type Difference,
  differences,
  type PlannedConsumer,
  streamConfig,
  withFilters,
} from "./configuration.ts";

/** JetStream's error codes for what is not there. */
const missing = { stream: 10059, consumer: 10014 } as const;
/** And for a cluster that has just come up: its nodes do not know each other yet, or have no leader. It may not answer either. */
const notYet: readonly number[] = [10005, 10008, 10009];
/** So long it may come up, in milliseconds; then what it says is the error. */
const upWithinMs = 30_000;
/** What is ours says so, so that what is no longer declared can be told from what belongs to somebody else. */
const ours = { mailfleet: "topology" } as const;
/** Fields that a server does not change in place. */
const fixed: ReadonlySet<string> = new Set(["storage", "retention", "deliver_policy", "ack_policy", "replay_policy"]);
/** Fields that may differ from what a service declares: it works with either. */
const sizes: ReadonlySet<string> = new Set([
  ...["max_bytes", "max_age", "duplicate_window", "num_replicas"],
  ...["ack_wait", "max_ack_pending"],
]);
/** Fields that may hold more than a service declares. */
const lists: ReadonlySet<string> = new Set(["subjects", "filter_subjects"]);

/** What would have to be done about one stream. `replicas` are compared where they are given. */
export async function planStream(
  jsm: JetStreamManager,
  definition: StreamDefinition,
  replicas?: number,
): Promise<TopologyStep[]> {
  const what = `stream ${definition.name}`;
  const asked = { ...streamConfig(definition), ...(replicas === undefined ? {} : { num_replicas: replicas }) };
  const found = await unlessMissing(() => jsm.streams.info(definition.name), missing.stream);
  if (!found)
    return [
      {
        does: "make",
        what,
        why: `${what} is missing`,
        run: () => onceUp(() => jsm.streams.add({ ...asked, metadata: { ...ours } })),
      },
    ];
  const different = differences(asked, found.config);
  if (different.length === 0) return [];
  const why = `${what}: ${sentences(different)}`;
  const serves = servesAs(asked, found.config, different);
  const loss = whatIsLost(definition, found, different);
  if (loss) return [{ does: "refuse", what, why: `${why}; ${loss}`, ...serves }];
  const run = () =>
    jsm.streams.update(definition.name, { ...asked, metadata: { ...found.config.metadata, ...ours } } as never);
  return [{ does: "change", what, why, ...serves, run }];
}

/** What would have to be done about one consumer. */
export async function planConsumer(jsm: JetStreamManager, definition: PlannedConsumer): Promise<TopologyStep[]> {
  const { stream, name } = definition;
  const what = `consumer ${name} of stream ${stream}`;
  const asked = consumerConfig(definition);
  const found = await unlessMissing(() => jsm.consumers.info(stream, name), ...[missing.consumer, missing.stream]);
  if (!found)
    return [
      {
        ...{ does: "make", what, why: `${what} is missing` },
        run: () => onceUp(() => jsm.consumers.add(stream, { ...asked, metadata: { ...ours } })),
      },
    ];
  const there = withFilters(found.config);
  const different = differences(asked, there);
  if (different.length === 0) return [];
  const why = `${what}: ${sentences(different)}`;
  const serves = servesAs(asked, there, different);
  const waiting = found.num_pending + found.num_ack_pending;
  const gone = (there.filter_subjects ?? []).filter((filter) => !definition.filters.includes(filter));
  if (gone.length > 0 && waiting > 0)
    return [
      { does: "refuse", what, why: `${why}; ${waiting} messages wait, perhaps under ${gone.join(", ")}`, ...serves },
    ];
  if (different.some(({ field }) => fixed.has(field)))
    return [{ does: "refuse", what, why: `${why}; this cannot be changed in place: give the consumer another name` }];
  const run = () =>
    jsm.consumers.update(stream, name, { ...asked, metadata: { ...found.config.metadata, ...ours } } as never);
  return [{ does: "change", what, why, ...serves, run }];
}

/** Whether a service works with what is there. */
function servesAs(asked: object, found: object, different: readonly Difference[]): Pick<TopologyStep, "serves"> {
  const holds = (field: string) => {
    const there = (found as Record<string, unknown>)[field];
    const wanted = (asked as Record<string, unknown>)[field];
    return Array.isArray(there) && Array.isArray(wanted) && wanted.every((one) => there.includes(one));
  };
  const works = different.every(({ field }) => sizes.has(field) || (lists.has(field) && holds(field)));
  return works ? { serves: true } : {};
}

/** What is ours and no longer declared. */
export async function planSuperfluous(
  jsm: JetStreamManager,
  streams: readonly StreamDefinition[],
  consumers: readonly PlannedConsumer[],
): Promise<TopologyStep[]> {
  const steps: TopologyStep[] = [];
  for await (const info of jsm.streams.list()) {
    const { name, metadata } = info.config;
    if (streams.some((one) => one.name === name)) steps.push(...(await superfluousConsumers(jsm, name, consumers)));
    else if (isOurs(metadata))
      steps.push(removal(`stream ${name}`, info.state.messages, () => jsm.streams.delete(name)));
  }
  return steps;
}

async function superfluousConsumers(
  jsm: JetStreamManager,
  stream: string,
  declared: readonly PlannedConsumer[],
): Promise<TopologyStep[]> {
  const steps: TopologyStep[] = [];
  for await (const { name, config, num_pending, num_ack_pending } of jsm.consumers.list(
    stream,
  ) as AsyncIterable<ConsumerInfo>)
    if (isOurs(config.metadata) && !declared.some((one) => one.stream === stream && one.name === name))
      steps.push(
        removal(`consumer ${name} of stream ${stream}`, num_pending + num_ack_pending, () =>
          jsm.consumers.delete(stream, name),
        ),
      );
  return steps;
}

function removal(what: string, messages: number, run: () => Promise<unknown>): TopologyStep {
  const why = `${what} is not used any more`;
  if (messages === 0) return { does: "remove", what, why, run };
  return { does: "keep", what, why: `${why}, but ${messages} messages wait in it` };
}

/** Why a change would lose messages, or cannot be made in place; `null` if neither. */
function whatIsLost(definition: StreamDefinition, { config, state }: StreamInfo, different: readonly Difference[]) {
  const changes = (field: string) => different.some((one) => one.field === field);
  if (different.some(({ field }) => fixed.has(field))) return "this cannot be changed in place";
  if (changes("max_bytes") && state.bytes > definition.maxBytes) return `it holds ${state.bytes} bytes`;
  if (changes("max_msgs_per_subject") && definition.onePerSubject && state.messages > (state.num_subjects ?? 0))
    return "of several messages of one subject all but the last would go";
  const left = (config.subjects ?? []).filter((subject) => !definition.subjects.includes(subject));
  if (left.length > 0 && state.messages > 0)
    return `${state.messages} messages wait in it, perhaps under ${left.join(", ")}`;
  const oldest = Date.now() - (definition.maxAgeMs ?? Number.POSITIVE_INFINITY);
  if (changes("max_age") && state.messages > 0 && Date.parse(state.first_ts) < oldest)
    return `messages since ${state.first_ts} would go`;
  return null;
}

const isOurs = (metadata: Record<string, string> | undefined) => metadata?.mailfleet === ours.mailfleet;
const sentences = (different: readonly Difference[]) => different.map(({ sentence }) => sentence).join("; ");

/** Tries again while the cluster is coming up. */
async function onceUp<Made>(make: () => Promise<Made>): Promise<Made> {
  const until = performance.now() + upWithinMs;
  for (let attempt = 1; ; attempt += 1)
    try {
      return await make();
    } catch (error) {
      const comes =
        error instanceof JetStreamApiError ? notYet.includes(error.code) : error instanceof errors.TimeoutError;
      if (!comes || performance.now() > until) throw error;
      await pause(pauseMs(attempt));
    }
}

async function unlessMissing<Info>(find: () => Promise<Info>, ...absent: readonly number[]): Promise<Info | null> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof JetStreamApiError && absent.includes(error.code)) return null;
    throw error;
  }
}
